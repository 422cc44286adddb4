#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"

#include "api/orderctl/command_line.h"
#include "api/orderctl/exit_codes.h"
#include "api/orderctl/interrupt.h"
#include "api/orderctl/json_text.h"
#include "api/orderctl/options.h"
#include "api/orderctl/order_text.h"
#include "api/orderctl/progress.h"
#include "api/orderctl/show_message.h"
#include "api/orderctl/text_table.h"
#include "api/orderctl/utf8.h"

namespace orders::api {
namespace {

constexpr const char* kAll = "all";
constexpr absl::Duration kLook = absl::Milliseconds(200);
/// Progress is drawn in thousandths of the log.
constexpr std::int64_t kProgressParts = 1'000;

std::string StateOf(const v1::ReadModel& model) {
  return Word(v1::ReadModelState_Name(model.state()), "READ_MODEL_STATE_");
}

std::string RebuildText(const v1::Rebuild& rebuild) {
  std::string text = Word(v1::RebuildPhase_Name(rebuild.phase()), "REBUILD_PHASE_");
  if (rebuild.phase() == v1::REBUILD_PHASE_FILLING && rebuild.has_fraction()) {
    absl::StrAppend(&text, absl::StrFormat(" %.0f%%", 100 * rebuild.fraction()));
  }
  if (rebuild.phase() == v1::REBUILD_PHASE_DONE) {
    absl::StrAppend(&text, ", ", rebuild.differences(), " differences");
  }
  return text;
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

grpc::Status AskReadModels(Session& session, v1::ListReadModelsResponse& answer) {
  grpc::ClientContext context;
  session.Prepare(context);
  return session.read_models().ListReadModels(&context, {}, &answer);
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

/// The names that `name` stands for. An empty answer: it was told why.
std::vector<std::string> NamesFor(Session& session, const std::string& name, int& exit_code) {
  if (name != kAll) return {name};
  v1::ListReadModelsResponse answer;
  const grpc::Status status = AskReadModels(session, answer);
  std::vector<std::string> names;
  if (!status.ok()) {
    exit_code = session.Fail(status);
    return names;
  }
  for (const v1::ReadModel& model : answer.read_models()) names.push_back(model.name());
  return names;
}

/// Waits for the end of the rebuild; returns the exit code.
int Follow(Session& session, const std::string& name) {
  Interrupt interrupt([] {});
  Progress progress(kProgressParts);
  while (true) {
    v1::ListReadModelsResponse answer;
    const grpc::Status status = AskReadModels(session, answer);
    if (!status.ok()) return session.Fail(status);
    const auto model = std::find_if(answer.read_models().begin(), answer.read_models().end(),
                                    [&](const v1::ReadModel& one) { return one.name() == name; });
    if (model == answer.read_models().end()) return kExitNotFound;
    const v1::Rebuild& rebuild = model->rebuild();
    const auto done = static_cast<std::int64_t>(rebuild.fraction() * kProgressParts);
    if (rebuild.phase() >= v1::REBUILD_PHASE_DONE) {
      progress.Finish(rebuild.phase() == v1::REBUILD_PHASE_DONE ? kProgressParts : done);
      ShowMessage(session, *model, [&] {
        return absl::StrCat(name, ": ", RebuildText(rebuild),
                            rebuild.error().empty() ? "" : absl::StrCat(": ", rebuild.error()),
                            ", ", rebuild.events_applied(), " events applied, ",
                            rebuild.rows_compared(), " rows compared\n");
      });
      return rebuild.phase() == v1::REBUILD_PHASE_DONE ? kExitOk : kExitRefused;
    }
    if (Interrupt::WasAsked()) {
      progress.Finish(done);
      WriteErrorLine(absl::StrCat("orderctl: the rebuild goes on; orderctl projections cancel ",
                                  name, " ends it"));
      return kExitInterrupted;
    }
    progress.Show(done);
    absl::SleepFor(kLook);
  }
}

struct RebuildOptions {
  std::string name;
  bool detach = false;
};

int Rebuild(Session& session, const RebuildOptions& options) {
  int exit_code = kExitOk;
  const std::vector<std::string> names = NamesFor(session, options.name, exit_code);
  for (const std::string& name : names) {
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
  return exit_code;
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

int Differences(Session& session, const std::string& name) {
  TextTable table({{"TABLE"}, {"KEY"}, {"SUB KEY"}, {"DIFFERENCE"}});
  v1::ListRebuildDifferencesResponse gathered;
  v1::ListRebuildDifferencesRequest request;
  request.set_read_model(name);
  request.set_page_size(500);
  do {
    grpc::ClientContext context;
    session.Prepare(context);
    v1::ListRebuildDifferencesResponse page;
    const grpc::Status status =
        session.read_models().ListRebuildDifferences(&context, request, &page);
    if (!status.ok()) return session.Fail(status);
    request.set_page_token(page.next_page_token());
    page.clear_next_page_token();
    gathered.MergeFrom(page);  // At most 10,000 are kept.
  } while (!request.page_token().empty());
  if (session.options().output == OutputForm::kNdjson) {
    for (const auto& difference : gathered.differences()) {
      session.out().Write(JsonLine(difference));
    }
    return kExitOk;
  }
  ShowMessage(session, gathered, [&] {
    for (const v1::RebuildDifference& difference : gathered.differences()) {
      table.AddRow({difference.table(), difference.key(), difference.sub_key(),
                    Word(v1::RebuildDifference::Kind_Name(difference.kind()), "")});
    }
    return table.TakeText();
  });
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
  AddName(line.AddTo(topic, "cancel", "End a rebuild, and delete what is built so far",
                     [to_cancel](Session& session) { return Cancel(session, *to_cancel); }),
          "The read model's name", *to_cancel);

  const auto compared = std::make_shared<std::string>();
  AddName(line.AddTo(topic, "differences",
                     "What the last rebuild found wrong in the file that it replaced",
                     [compared](Session& session) { return Differences(session, *compared); }),
          "The read model's name", *compared);
}

}  // namespace orders::api
