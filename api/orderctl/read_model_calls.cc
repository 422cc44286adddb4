#include "api/orderctl/read_model_calls.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"

#include "api/orderctl/exit_codes.h"
#include "api/orderctl/interrupt.h"
#include "api/orderctl/json_text.h"
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
constexpr int kPageSize = 500;

const v1::Rebuild& Of(const v1::ReadModel& model, Building building) {
  return building == Building::kRebuild ? model.rebuild() : model.verification();
}

}  // namespace

grpc::Status AskReadModels(Session& session, v1::ListReadModelsResponse& answer) {
  grpc::ClientContext context;
  session.Prepare(context);
  return session.read_models().ListReadModels(&context, {}, &answer);
}

std::variant<std::vector<std::string>, Exit> ReadModelsNamed(Session& session,
                                                             const std::string& name) {
  if (name != kAll) return std::vector<std::string>{name};
  v1::ListReadModelsResponse answer;
  const grpc::Status status = AskReadModels(session, answer);
  if (!status.ok()) return Exit{session.Fail(status)};
  std::vector<std::string> names;
  for (const v1::ReadModel& model : answer.read_models()) names.push_back(model.name());
  return names;
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

std::variant<v1::ReadModel, Exit> WaitUntilBuilt(Session& session, const std::string& name,
                                                 Building building) {
  Interrupt interrupt([] {});
  Progress progress(kProgressParts);
  while (true) {
    v1::ListReadModelsResponse answer;
    const grpc::Status status = AskReadModels(session, answer);
    if (!status.ok()) return Exit{session.Fail(status)};
    const auto model = std::find_if(answer.read_models().begin(), answer.read_models().end(),
                                    [&](const v1::ReadModel& one) { return one.name() == name; });
    if (model == answer.read_models().end()) return Exit{kExitNotFound};
    const v1::Rebuild& rebuild = Of(*model, building);
    const auto done = static_cast<std::int64_t>(rebuild.fraction() * kProgressParts);
    if (rebuild.phase() >= v1::REBUILD_PHASE_DONE) {
      progress.Finish(rebuild.phase() == v1::REBUILD_PHASE_DONE ? kProgressParts : done);
      return *model;
    }
    if (Interrupt::WasAsked()) {
      progress.Finish(done);
      WriteErrorLine(
          absl::StrCat("orderctl: it goes on; orderctl projections cancel ", name, " ends it"));
      return Exit{kExitInterrupted};
    }
    progress.Show(done);
    absl::SleepFor(kLook);
  }
}

std::optional<Exit> FetchDifferences(Session& session, const std::string& name, Building building,
                                     v1::ListDifferencesResponse& into) {
  v1::ListDifferencesRequest request;
  request.set_read_model(name);
  request.set_page_size(kPageSize);
  request.set_of_verification(building == Building::kVerification);
  do {
    grpc::ClientContext context;
    session.Prepare(context);
    v1::ListDifferencesResponse page;
    const grpc::Status status = session.read_models().ListDifferences(&context, request, &page);
    if (!status.ok()) return Exit{session.Fail(status)};
    request.set_page_token(page.next_page_token());
    page.clear_next_page_token();
    into.MergeFrom(page);  // At most 10,000 are kept.
  } while (!request.page_token().empty());
  return std::nullopt;
}

void ShowDifferences(Session& session, const v1::ListDifferencesResponse& differences) {
  if (session.options().output == OutputForm::kNdjson) {
    for (const auto& difference : differences.differences()) {
      session.out().Write(JsonLine(difference));
    }
    return;
  }
  ShowMessage(session, differences, [&] {
    TextTable table({{"READ MODEL"}, {"TABLE"}, {"KEY"}, {"SUB KEY"}, {"DIFFERENCE"}, {"DETAIL"}});
    for (const v1::ReadModelDifference& one : differences.differences()) {
      table.AddRow({one.read_model(), one.table(), one.key(), one.sub_key(),
                    Word(v1::ReadModelDifference::Kind_Name(one.kind()), ""), one.detail()});
    }
    return table.TakeText();
  });
}

}  // namespace orders::api
