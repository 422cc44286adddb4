#pragma once

#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"

#include "eventstoredb/event_store.h"
#include "eventstoredb/uuid.h"

namespace eventstoredb {

/// Where an event with some id stands in the stream that is decided about.
struct StandingEvent {
  Uuid id;
  std::uint64_t revision = 0;
  Position position;
  absl::Time created;
};

/// The stream that is decided about.
struct StreamState {
  std::optional<std::uint64_t> last;  ///< Absent: no events, or a tombstone.
  bool is_tombstoned = false;
  bool is_soft_deleted = false;
  bool has_metadata = false;  ///< Its metadata stream has events.
};

/// What the decision may ask about the stream; both see the requests decided before it.
struct StreamLookups {
  /// The first event of the stream with this id, if any.
  absl::FunctionRef<absl::StatusOr<std::optional<StandingEvent>>(const Uuid& id)> first_with_id;
  /// The event at this revision, if the stream reaches that far.
  absl::FunctionRef<absl::StatusOr<std::optional<StandingEvent>>(std::uint64_t revision)> at;
};

/// The events are to be written after `last`.
struct WriteEvents {};
/// Every event is in the stream already: the caller's first attempt succeeded.
struct AlreadyWritten {
  StandingEvent last;  ///< Where the last id of the request stands.
};
/// The stream is elsewhere than expected: at the `last` of its state.
struct WrongRevision {};
/// It has a tombstone, or was soft-deleted and had to exist.
struct IsDeleted {};
using WriteDecision = std::variant<WriteEvents, AlreadyWritten, WrongRevision, IsDeleted>;

/// Decides one append by protocol sections 3.1 and 3.2, without changing anything. Errors: what a
/// look-up answers.
absl::StatusOr<WriteDecision> DecideAppend(ExpectedRevision expected,
                                           const std::vector<ProposedEvent>& events,
                                           const StreamState& stream, const StreamLookups& lookups);

/// Decides one deletion by protocol section 3.13; never AlreadyWritten, since it carries no id.
WriteDecision DecideDelete(ExpectedRevision expected, DeleteKind kind, const StreamState& stream);

}  // namespace eventstoredb
