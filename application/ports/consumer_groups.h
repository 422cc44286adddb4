#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "application/log_position.h"
#include "application/ports/event_browser.h"

namespace orders::application {

/// A group's name, which is its own only together with what it reads.
struct ConsumerGroupId {
  std::string stream;  ///< kAllStreams: the group reads all of them.
  std::string group;
  bool IsOfAll() const { return stream == kAllStreams; }
  bool operator==(const ConsumerGroupId&) const = default;
};

enum class ConsumerStrategy { kDispatchToSingle, kRoundRobin, kPinned, kPinnedByCorrelation };

struct FromBeginning {
  bool operator==(const FromBeginning&) const = default;
};
struct FromEnd {
  bool operator==(const FromEnd&) const = default;
};
/// Which event a group begins with that has no checkpoint: a number is a revision of its stream, a
/// position one of all streams; the event there is the first one.
using ConsumerGroupStart = std::variant<FromEnd, FromBeginning, std::uint64_t, LogPosition>;

/// How a group works. Absent: the store's default in a new group, in an update as it is. Durations
/// are whole milliseconds.
struct ConsumerGroupSettings {
  std::optional<bool> resolve_links;
  std::optional<ConsumerGroupStart> start;
  std::optional<bool> extra_statistics;
  std::optional<absl::Duration> message_timeout;
  std::optional<int> retries_max;
  std::optional<absl::Duration> checkpoint_after;
  std::optional<int> checkpoint_events_min;
  std::optional<int> checkpoint_events_max;
  std::optional<int> consumers_max;
  std::optional<int> live_buffer_size;
  std::optional<int> read_batch_size;
  std::optional<int> history_buffer_size;
  std::optional<ConsumerStrategy> strategy;
  bool operator==(const ConsumerGroupSettings&) const = default;
};

/// Which events of all streams a group is given: by prefixes or by a regular expression.
struct ConsumerGroupFilter {
  bool by_event_type = false;  ///< Else by stream.
  std::vector<std::string> prefixes;
  std::string regex;
};

/// A revision of the group's stream, or a position of all streams.
using ConsumerGroupPlace = std::variant<std::uint64_t, LogPosition>;

struct GroupConnection {
  std::string from;
  std::string user;
  std::string connection_name;
  std::int64_t in_flight = 0;
  std::int64_t slots_free = 0;
  std::int64_t events_per_second = 0;
  std::int64_t events = 0;
  std::vector<std::pair<std::string, std::int64_t>> latencies;  ///< Milliseconds.
};

/// A group as the store sees it. Counters begin anew when the store does.
struct ConsumerGroup {
  ConsumerGroupId id;
  std::string status;  ///< The store's words.
  bool is_live = false;
  bool is_replaying = false;
  ConsumerGroupSettings settings;  ///< All are present, but for a start that the store hides.
  std::int64_t events_per_second = 0;
  std::int64_t events = 0;
  std::int64_t in_flight = 0;
  std::int64_t buffered = 0;
  std::int64_t retrying = 0;
  std::uint64_t parked = 0;
  /// Not settled yet; of a group that is not live, all behind its checkpoint. Absent: not known.
  std::optional<std::uint64_t> behind_events;
  /// Since the first event behind the checkpoint was written; zero: all is settled.
  std::optional<absl::Duration> behind_time;
  std::optional<ConsumerGroupPlace> checkpoint;
  std::optional<ConsumerGroupPlace> last_known;
  std::size_t connection_count = 0;
  std::vector<GroupConnection> connections;  ///< Of Get only, at most kGroupConnectionsMax.
};

struct ListGroups {
  std::string stream;          ///< Empty: of every stream.
  std::size_t groups_max = 0;  ///< Only those are looked at.
  absl::Time deadline;
};
struct ConsumerGroupList {
  std::vector<ConsumerGroup> groups;  ///< By stream and name.
  std::size_t total = 0;              ///< There are so many.
};

/// A message that a group has put aside.
struct ParkedMessage {
  std::uint64_t entry = 0;  ///< In the parked stream; never that of another message.
  BrowsedEvent event;       ///< If it is gone, the link to it.
  std::string reason;
  absl::Time parked;
  std::optional<int> retries;  ///< Before it was parked; absent: the store does not keep it.
};
struct ListParked {
  ConsumerGroupId id;
  std::optional<std::uint64_t> from;  ///< An entry; absent: the oldest.
  std::size_t messages_max = 50;      ///< At least 1.
  absl::Time deadline;
};
struct ParkedPage {
  std::vector<ParkedMessage> messages;  ///< Oldest first.
  std::optional<std::uint64_t> next;    ///< `from` of the next page; absent: there is none.
  std::uint64_t parked = 0;             ///< Of all pages.
};

struct OneParked {
  std::uint64_t entry = 0;
};
struct OldestParked {
  std::uint64_t messages = 0;  ///< At least 1; all, if there are fewer.
};
struct AllParked {};
using ParkedSelection = std::variant<OneParked, OldestParked, AllParked>;

struct ReplayParked {
  ConsumerGroupId id;
  ParkedSelection selection;
  bool validate_only = false;  ///< Says what would be, and does nothing.
  absl::Time deadline;
};
struct DiscardParked {
  ConsumerGroupId id;
  ParkedSelection selection;
  bool validate_only = false;
  std::string reason;  ///< Recorded, with the two below.
  std::string actor;
  std::string correlation_id;
  absl::Time deadline;
};
struct ParkedOutcome {
  std::uint64_t messages = 0;  ///< Handed out again, or discarded; or that would be.
  std::uint64_t parked = 0;    ///< That stay so.
  std::string record_stream;   ///< Of a discard: the stream that says what was discarded.
};

/// Lists and pages hold no more.
inline constexpr std::size_t kGroupsListedMax = 1'000;
inline constexpr std::size_t kGroupConnectionsMax = 1'000;
/// Older than a message that is replayed or discarded alone.
inline constexpr std::uint64_t kOlderParkedMax = 10'000;
/// One call discards no more.
inline constexpr std::uint64_t kDiscardedMax = 10'000;

/// Groups of competing consumers of the store that the service runs on. Thread-safe; blocks until
/// the deadline at most. Errors of each: NotFound (GROUP_NOT_FOUND); PermissionDenied
/// (STORE_ACCESS_DENIED); Unimplemented, the store does not know the call; InvalidArgument, the
/// store refuses a name or a setting; FailedPrecondition (GROUP_REFUSED), it says why; Unavailable,
/// DeadlineExceeded, Unknown: of a change, outcome unknown.
class ConsumerGroups {
 public:
  virtual ~ConsumerGroups() = default;

  virtual absl::StatusOr<ConsumerGroupList> List(const ListGroups& query) = 0;
  virtual absl::StatusOr<ConsumerGroup> Get(const ConsumerGroupId& id, absl::Time deadline) = 0;
  /// Errors: also AlreadyExists (GROUP_EXISTS).
  virtual absl::Status Create(const ConsumerGroupId& id, const ConsumerGroupSettings& settings,
                              const std::optional<ConsumerGroupFilter>& filter,
                              absl::Time deadline) = 0;
  virtual absl::Status Update(const ConsumerGroupId& id, const ConsumerGroupSettings& settings,
                              absl::Time deadline) = 0;
  virtual absl::Status Delete(const ConsumerGroupId& id, absl::Time deadline) = 0;
  /// All of them.
  virtual absl::Status Restart(absl::Time deadline) = 0;

  virtual absl::StatusOr<ParkedPage> ListParkedMessages(const ListParked& query) = 0;
  /// No message is lost, whatever fails on the way, and whoever parks meanwhile; one may come
  /// twice. Errors: also NotFound (PARKED_MESSAGE_NOT_FOUND); FailedPrecondition: REPLAY_RUNNING,
  /// another one of the group; TOO_MANY_OLDER, than a message that is to be replayed alone.
  virtual absl::StatusOr<ParkedOutcome> Replay(const ReplayParked& request) = 0;
  /// Recorded in the outcome's record_stream before it is done. At most kDiscardedMax, and fewer
  /// when three quarters of the time are over. Errors: as Replay.
  virtual absl::StatusOr<ParkedOutcome> Discard(const DiscardParked& request) = 0;
};

}  // namespace orders::application
