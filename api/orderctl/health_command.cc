#include <cctype>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"

#include "api/orderctl/command_line.h"
#include "api/orderctl/exit_codes.h"
#include "api/orderctl/json_text.h"
#include "api/orderctl/session.h"
#include "api/orderctl/text_table.h"

namespace orders::api {
namespace {

/// READ_MODEL_STATE_RUNNING is "running" to people.
std::string StateWord(v1::ReadModelState state) {
  std::string word = v1::ReadModelState_Name(state).substr(sizeof("READ_MODEL_STATE_") - 1);
  for (char& letter : word) letter = static_cast<char>(std::tolower(letter));
  return word;
}

std::string HealthText(const v1::GetHealthResponse& health) {
  const bool well = health.state() == v1::HEALTH_STATE_SERVING;
  std::string text = well ? "serving\n" : "degraded\n";
  for (const std::string& reason : health.reasons()) absl::StrAppend(&text, "  ", reason, "\n");
  absl::StrAppend(&text, "store ", health.store().kind(), " ", health.store().store_id(),
                  health.store().reachable() ? "" : ", out of reach", "\n");
  TextTable table({{"READ MODEL"},
                   {"STATE"},
                   {"CAUGHT UP"},
                   {"EVENTS BEHIND", TextTable::Align::kRight},
                   {"MS BEHIND", TextTable::Align::kRight}});
  for (const v1::ReadModelHealth& read_model : health.read_models()) {
    const v1::Freshness& freshness = read_model.freshness();
    table.AddRow({read_model.name(), StateWord(read_model.state()),
                  read_model.caught_up() ? "yes" : "no",
                  freshness.has_lag_events() ? absl::StrCat(freshness.lag_events()) : "unknown",
                  absl::StrCat(freshness.lag_ms())});
  }
  return absl::StrCat(text, table.TakeText());
}

int AskHealth(Session& session, bool allow_degraded) {
  grpc::ClientContext context;
  session.Prepare(context);
  v1::GetHealthResponse health;
  const grpc::Status status = session.admin().GetHealth(&context, {}, &health);
  if (!status.ok()) return session.Fail(status);
  switch (session.options().output) {
    case OutputForm::kTable:
      session.out().Write(HealthText(health));
      break;
    case OutputForm::kJson:
      session.out().Write(JsonIndented(health));
      break;
    case OutputForm::kNdjson:
      session.out().Write(JsonLine(health));
      break;
  }
  const bool is_well = health.state() == v1::HEALTH_STATE_SERVING || allow_degraded;
  return is_well ? kExitOk : kExitTryAgain;
}

}  // namespace

void AddHealthCommands(CommandLine& line) {
  const auto allow_degraded = std::make_shared<bool>(false);
  CLI::App& app =
      line.Add("health", "Running it",
               "How the service, its store and its read models are; exit 75 if it is degraded",
               [allow_degraded](Session& session) { return AskHealth(session, *allow_degraded); });
  app.add_flag("--allow-degraded", *allow_degraded,
               "Exit 0 also when it is degraded: it runs and answers");
}

}  // namespace orders::api
