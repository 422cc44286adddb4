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
  std::uint64_t revision = 0;  ///< Where the last id of the request stands.
  Position position;
};
/// The stream is elsewhere than expected: at the `last` that was given.
struct WrongRevision {};
using AppendDecision = std::variant<WriteEvents, AlreadyWritten, WrongRevision>;

/// Decides one append by protocol sections 3.1 and 3.2, without changing anything. `last` is the
/// revision of the stream's last event, absent if it has none. Errors: what a look-up answers.
absl::StatusOr<AppendDecision> DecideAppend(ExpectedRevision expected,
                                            const std::vector<ProposedEvent>& events,
                                            std::optional<std::uint64_t> last,
                                            const StreamLookups& lookups);

}  // namespace eventstoredb
