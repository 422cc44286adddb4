#include "api/orderctl/read_command.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"

#include "api/orderctl/error_report.h"
#include "api/orderctl/json_text.h"
#include "api/orderctl/options.h"
#include "api/orderctl/order_text.h"

namespace orders::api {
namespace {

constexpr absl::Duration kPastWaitMax = absl::Hours(1);
constexpr absl::Duration kPastLook = absl::Milliseconds(200);
constexpr absl::Duration kPastNews = absl::Seconds(5);  ///< Between two lines about it.

}  // namespace

void AddReadOptions(CLI::App& app, v1::ReadOptions& options) {
  v1::ReadOptions* const into = &options;
  AddText(app, "--min-position", "Wait until the answer holds everything up to this position",
          "TOKEN", [into](std::string token) { into->set_min_position(std::move(token)); });
  AddSwitch(app, "--allow-stale", "When that wait is over, answer with what there is",
            [into] { into->set_allow_stale(true); });
}

bool WarnOfFreshness(Session& session, const v1::Freshness& freshness) {
  const std::string warning = FreshnessWarning(freshness);
  if (!warning.empty() && session.options().output != OutputForm::kJson) {
    WriteErrorLine(absl::StrCat("orderctl: warning: ", warning));
  }
  return !warning.empty();
}

void TellFreshness(Session& session, const v1::Freshness& freshness) {
  if (!session.options().show_freshness) return;
  switch (session.options().output) {
    case OutputForm::kTable:
      WriteErrorLine(FreshnessText(freshness));
      break;
    case OutputForm::kNdjson:
      WriteErrorLine(absl::StripSuffix(JsonLine(freshness), "\n"));
      break;
    case OutputForm::kJson:
      break;
  }
}

grpc::Status AskUntilMade(Session& session,
                          absl::FunctionRef<grpc::Status(grpc::ClientContext&)> call) {
  const GlobalOptions& options = session.options();
  const absl::Time until = absl::Now() + (options.timeout_given ? options.timeout : kPastWaitMax);
  absl::Time told = absl::InfinitePast();
  while (true) {
    grpc::ClientContext context;
    session.Prepare(context);
    grpc::Status status = call(context);
    if (ReasonOf(status) != "PAST_BEING_BUILT" || absl::Now() >= until) return status;
    if (absl::Now() - told >= kPastNews) {
      told = absl::Now();
      WriteErrorLine(absl::StrCat("orderctl: ", status.error_message()));
    }
    absl::SleepFor(kPastLook);
  }
}

}  // namespace orders::api
