#include <memory>
#include <string>

#include "absl/strings/str_cat.h"

#include "api/orderctl/command_line.h"
#include "api/orderctl/exit_codes.h"
#include "api/orderctl/interrupt.h"
#include "api/orderctl/json_text.h"
#include "api/orderctl/options.h"
#include "api/orderctl/order_text.h"

namespace orders::api {
namespace {

struct Arguments {
  v1::WatchOrdersRequest request;
  std::int64_t changes_max = 0;  ///< 0: no end.
  bool until_caught_up = false;
};

/// Shows a message; false when the watch has seen what it was to see.
bool Show(Session& session, const v1::WatchOrdersResponse& message) {
  switch (session.options().output) {
    case OutputForm::kJson:  // As it came: progress too, and one message a line, for it has no end.
      return session.out().Write(JsonLine(message));
    case OutputForm::kNdjson:
      return !message.has_change() || session.out().Write(JsonLine(message.change()));
    case OutputForm::kTable:
      return !message.has_change() || session.out().Write(ChangeText(message.change()));
  }
  return false;
}

int Watch(Session& session, const Arguments& arguments) {
  grpc::ClientContext context;
  session.PrepareStream(context);
  const Interrupt interrupt([&context] { context.TryCancel(); });
  const auto reader = session.queries().WatchOrders(&context, arguments.request);

  std::string resume_token = arguments.request.resume_token();
  std::int64_t changes = 0;
  bool enough = false;
  v1::WatchOrdersResponse message;
  while (!enough && reader->Read(&message)) {
    if (!Show(session, message)) break;
    resume_token = message.has_change() ? message.change().position_token()
                                        : message.progress().position_token();
    if (message.has_change()) ++changes;
    enough = (arguments.changes_max > 0 && changes >= arguments.changes_max) ||
             (arguments.until_caught_up && message.progress().caught_up());
  }
  const bool ours = enough || session.out().state() != Output::State::kOpen;
  if (ours) context.TryCancel();
  const grpc::Status status = reader->Finish();
  if (ours || (status.ok() && !Interrupt::WasAsked())) return kExitOk;
  const std::string hint =
      resume_token.empty() ? "" : absl::StrCat("go on with --resume ", resume_token);
  if (Interrupt::WasAsked()) {
    if (!hint.empty()) WriteErrorLine(hint);
    return kExitInterrupted;
  }
  return session.Fail(status, hint);
}

}  // namespace

void AddWatchCommand(CommandLine& line) {
  const auto arguments = std::make_shared<Arguments>();
  CLI::App& app =
      line.Add("watch", "Questions", "What happens to orders, as it happens; ends with Ctrl-C",
               [arguments](Session& session) { return Watch(session, *arguments); });
  AddText(app, "ORDER", "Only this order [all]", "",
          [arguments](std::string id) { arguments->request.set_order_id(std::move(id)); });
  AddText(
      app, "--resume", "Begin after this position [now]", "TOKEN",
      [arguments](std::string token) { arguments->request.set_resume_token(std::move(token)); });
  AddInteger(app, "--count", "End after so many changes", "N", 1,
             std::numeric_limits<std::int64_t>::max(),
             [arguments](std::int64_t count) { arguments->changes_max = count; });
  AddSwitch(app, "--until-caught-up", "End when all that had happened is shown",
            [arguments] { arguments->until_caught_up = true; });
}

}  // namespace orders::api
