#include "infrastructure/node/grpc/projection_states.h"

#include <utility>

#include "absl/strings/str_cat.h"

#include "infrastructure/node/random_uuid.h"

namespace eventstoredb {
namespace {

constexpr int kAttemptsMax = 4;

}  // namespace

absl::StatusOr<SystemProjection> FindProjection(const std::string& name) {
  std::string known;
  for (const SystemProjection projection : kSystemProjections) {
    const std::string its_name(NameOf(projection));
    if (name == its_name) return projection;
    absl::StrAppend(&known, known.empty() ? "" : ", ", its_name);
  }
  return absl::NotFoundError(
      absl::StrCat("there is no projection \"", name, "\"; this node offers ", known));
}

absl::StatusOr<ProjectionState> ReadProjectionState(EmbeddedEventStore& store,
                                                    SystemProjection projection) {
  const absl::StatusOr<StreamPage> page =
      store.ReadStreamPage({.stream = ManagementStreamOf(projection),
                            .direction = Direction::kBackwards,
                            .events_max = 1});
  if (absl::IsNotFound(page.status())) return ProjectionState{};
  if (!page.ok()) return page.status();
  ProjectionState state{.revision = page->last};
  if (page->events.empty() || !page->events[0].event.has_value()) return state;
  const RecordedEvent& event = *page->events[0].event;
  state.runs = event.type != kProjectionDisabledType;
  state.stopped_at = event.position.commit;
  return state;
}

absl::Status SetProjectionState(EmbeddedEventStore& store, SystemProjection projection, bool runs,
                                absl::Time deadline) {
  for (int attempt = 1; attempt <= kAttemptsMax; ++attempt) {
    const absl::StatusOr<ProjectionState> state = ReadProjectionState(store, projection);
    if (!state.ok()) return state.status();
    if (state->runs == runs) return absl::OkStatus();
    const absl::StatusOr<Uuid> id = MakeRandomUuid();
    if (!id.ok()) return id.status();
    ProposedEvent event;
    event.id = *id;
    event.type = std::string(runs ? kProjectionEnabledType : kProjectionDisabledType);
    event.data = "{}";
    AppendRequest request;
    request.stream = ManagementStreamOf(projection);
    // Of two that stop it at once the first one says where it stopped.
    request.expected = state->revision.has_value() ? ExpectedRevision::Exact(*state->revision)
                                                   : ExpectedRevision::NoStream();
    request.events.push_back(std::move(event));
    request.deadline = deadline;
    const absl::StatusOr<AppendResult> appended = store.Append(std::move(request));
    if (!absl::IsAborted(appended.status())) return appended.status();
  }
  return absl::AbortedError(absl::StrCat("others change projection ",
                                         std::string(NameOf(projection)), " at the same time"));
}

}  // namespace eventstoredb
