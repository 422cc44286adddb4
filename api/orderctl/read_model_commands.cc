#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"

#include "api/orderctl/command_line.h"
#include "api/orderctl/exit_codes.h"
#include "api/orderctl/json_text.h"
#include "api/orderctl/options.h"
#include "api/orderctl/order_text.h"
#include "api/orderctl/read_model_calls.h"
#include "api/orderctl/show_message.h"
#include "api/orderctl/text_table.h"

namespace orders::api {
namespace {

std::string StateOf(const v1::ReadModel& model) {
  return Word(v1::ReadModelState_Name(model.state()), "READ_MODEL_STATE_");
}

std::string ReadModelsText(const v1::ListReadModelsResponse& answer) {
  TextTable table({{"READ MODEL"},
                   {"STATE"},
                   {"CAUGHT UP"},
                   {"EVENTS BEHIND", TextTable::Align::kRight},
                   {"MS BEHIND", TextTable::Align::kRight},
                   {"BLOCKED ORDERS", TextTable::Align::kRight},
                   {"LAST REBUILD"}});
  for (const v1::ReadModel& model : answer.read_models()) {
    const v1::Freshness& freshness = model.freshness();
    table.AddRow({model.name(), StateOf(model), model.caught_up() ? "yes" : "no",
                  freshness.has_lag_events() ? absl::StrCat(freshness.lag_events()) : "unknown",
                  absl::StrCat(freshness.lag_ms()), absl::StrCat(model.blocked_orders()),
                  model.has_rebuild() ? RebuildText(model.rebuild()) : ""});
  }
  return table.TakeText();
}

int List(Session& session) {
  v1::ListReadModelsResponse answer;
  const grpc::Status status = AskReadModels(session, answer);
  if (!status.ok()) return session.Fail(status);
  if (session.options().output == OutputForm::kNdjson) {
    for (const v1::ReadModel& model : answer.read_models()) session.out().Write(JsonLine(model));
    return kExitOk;
  }
  ShowMessage(session, answer, [&] { return ReadModelsText(answer); });
  return kExitOk;
}

/// Waits for the end of the rebuild; returns the exit code.
int Follow(Session& session, const std::string& name) {
  const auto waited = WaitUntilBuilt(session, name, Building::kRebuild);
  if (const auto* exit = std::get_if<Exit>(&waited)) return exit->code;
  const v1::ReadModel& model = std::get<v1::ReadModel>(waited);
  const v1::Rebuild& rebuild = model.rebuild();
  ShowMessage(session, model, [&] {
    return absl::StrCat(name, ": ", RebuildText(rebuild), rebuild.error().empty() ? "" : ": ",
                        rebuild.error(), ", ", rebuild.events_applied(), " events applied, ",
                        rebuild.rows_compared(), " rows compared\n");
  });
  return rebuild.phase() == v1::REBUILD_PHASE_DONE ? kExitOk : kExitRefused;
}

struct RebuildOptions {
  std::string name;
  bool detach = false;
};

int Rebuild(Session& session, const RebuildOptions& options) {
  const auto named = ReadModelsNamed(session, options.name);
  if (const auto* exit = std::get_if<Exit>(&named)) return exit->code;
  for (const std::string& name : std::get<std::vector<std::string>>(named)) {
    grpc::ClientContext context;
    session.Prepare(context);
    v1::RebuildReadModelRequest request;
    request.set_read_model(name);
    v1::RebuildReadModelResponse begun;
    const grpc::Status status = session.read_models().RebuildReadModel(&context, request, &begun);
    if (!status.ok()) return session.Fail(status);
    if (options.detach) continue;
    if (const int code = Follow(session, name); code != kExitOk) return code;
  }
  return kExitOk;
}

int Cancel(Session& session, const std::string& name) {
  grpc::ClientContext context;
  session.Prepare(context);
  v1::CancelRebuildRequest request;
  request.set_read_model(name);
  v1::CancelRebuildResponse cancelled;
  const grpc::Status status = session.read_models().CancelRebuild(&context, request, &cancelled);
  return status.ok() ? kExitOk : session.Fail(status);
}

struct DifferencesOptions {
  std::string name;
  Building building = Building::kRebuild;
};

int Differences(Session& session, const DifferencesOptions& options) {
  v1::ListDifferencesResponse gathered;
  if (const auto exit = FetchDifferences(session, options.name, options.building, gathered)) {
    return exit->code;
  }
  ShowDifferences(session, gathered);
  return kExitOk;
}

CLI::Option* AddName(CLI::App& app, const std::string& help, std::string& name) {
  std::string* const into = &name;
  return AddText(app, "NAME", help, "", [into](std::string text) { *into = std::move(text); })
      ->required();
}

}  // namespace

void AddReadModelCommands(CommandLine& line) {
  CLI::App& topic =
      line.AddTopic("projections", "Running it", "Read models: how they stand, building one anew");
  line.AddTo(topic, "list", "All read models, how far each is, and its last rebuild", List);

  const auto rebuild = std::make_shared<RebuildOptions>();
  CLI::App& app = line.AddTo(
      topic, "rebuild",
      "Fill a new file from the log beside the live one, compare them, switch; waits for the end",
      [rebuild](Session& session) { return Rebuild(session, *rebuild); });
  AddName(app, "The read model's name, or all", rebuild->name);
  AddSwitch(app, "--detach", "Do not wait for the end", [rebuild] { rebuild->detach = true; });

  const auto to_cancel = std::make_shared<std::string>();
  AddName(line.AddTo(topic, "cancel",
                     "End a rebuild or a verification, and delete what is built so far",
                     [to_cancel](Session& session) { return Cancel(session, *to_cancel); }),
          "The read model's name", *to_cancel);

  const auto compared = std::make_shared<DifferencesOptions>();
  CLI::App& differences =
      line.AddTo(topic, "differences", "What the last rebuild found wrong in the live file",
                 [compared](Session& session) { return Differences(session, *compared); });
  AddName(differences, "The read model's name", compared->name);
  AddSwitch(differences, "--of-verification", "Of the last verification instead",
            [compared] { compared->building = Building::kVerification; });
}

}  // namespace orders::api
