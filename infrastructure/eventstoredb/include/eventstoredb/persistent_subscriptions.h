#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"

#include "eventstoredb/call_options.h"
#include "eventstoredb/filter.h"
#include "eventstoredb/types.h"

namespace eventstoredb {

/// Groups of competing consumers, kept by the server (protocol section 3.15): the server remembers
/// what a group has handled and hands each event to one of its consumers.

/// A group's name, which is its own only together with the stream that it reads.
struct GroupId {
  std::optional<std::string> stream;  ///< Not empty. Absent: all streams.
  std::string group;                  ///< Not empty, UTF-8.
  /// As the server writes it: `orders::billing`, `$all::billing`.
  std::string ToString() const;
  bool operator==(const GroupId&) const = default;
};

/// Which event a group begins with. Means nothing any more once the group has a checkpoint.
class GroupStart {
 public:
  enum class Kind { kStart, kEnd, kRevision, kPosition };

  static GroupStart Start() { return GroupStart(Kind::kStart, 0, {}); }
  /// With what is written after the group was created.
  static GroupStart End() { return GroupStart(Kind::kEnd, 0, {}); }
  /// Of a stream; inclusive; at most 2^63 - 1.
  static GroupStart At(std::uint64_t revision) { return GroupStart(Kind::kRevision, revision, {}); }
  /// Of all streams; inclusive; prepare <= commit <= 2^63 - 1.
  static GroupStart At(Position position) { return GroupStart(Kind::kPosition, 0, position); }

  Kind kind() const { return kind_; }
  std::uint64_t revision() const { return revision_; }  ///< Of kRevision only.
  Position position() const { return position_; }       ///< Of kPosition only.
  bool operator==(const GroupStart&) const = default;

 private:
  GroupStart(Kind kind, std::uint64_t revision, Position position)
      : kind_(kind), revision_(revision), position_(position) {}
  Kind kind_;
  std::uint64_t revision_;
  Position position_;
};

/// Which consumer gets an event.
enum class ConsumerStrategy {
  kDispatchToSingle,  ///< The same one until its buffer is full, then the next.
  kRoundRobin,        ///< Each in turn.
  kPinned,            ///< Chosen by the event's stream.
  /// Chosen by `$correlationId` of its metadata, else by its stream. Since 21.10.2; an update
  /// cannot name it.
  kPinnedByCorrelation,
};
std::string_view ToString(ConsumerStrategy strategy);

/// How a group works. The defaults are those of the official clients. A server checks little of
/// this, and an absent number is 0 to it: Validate refuses what makes no sense.
struct GroupSettings {
  bool resolve_links = false;
  GroupStart start = GroupStart::End();
  bool extra_statistics = false;  ///< Latencies of each consumer in GroupInfo.
  /// An event not answered by then is handed out again. Whole milliseconds, 1 to 2^31 - 1: 0 would
  /// not be "never" but "at once".
  absl::Duration message_timeout = absl::Seconds(30);
  int retries_max = 10;  ///< Then an event is parked. 0: on its first retry.
  /// The server notes the group's place when `checkpoint_events_max` events were answered, or
  /// `checkpoint_events_min` and this time has passed. Whole milliseconds, 0 (never by time) on.
  absl::Duration checkpoint_after = absl::Seconds(2);
  int checkpoint_events_min = 10;     ///< 0 to `checkpoint_events_max`.
  int checkpoint_events_max = 1'000;  ///< At least 1.
  int subscribers_max = 0;            ///< 0: no limit.
  int live_buffer_size = 500;         ///< At least 1.
  int read_batch_size = 20;           ///< 1 to below `history_buffer_size`.
  int history_buffer_size = 500;
  ConsumerStrategy strategy = ConsumerStrategy::kRoundRobin;
  bool operator==(const GroupSettings&) const = default;
};
/// Errors: InvalidArgument, which names the field and its range; a start of another kind than the
/// group's source.
absl::Status Validate(const GroupId& group, const GroupSettings& settings);

/// A revision of the group's stream, or a position of all streams.
using GroupPlace = std::variant<std::uint64_t, Position>;

/// One consumer of a group, as the server sees it.
struct GroupConsumer {
  std::string from;             ///< Its address; servers leave it out over gRPC.
  std::string user;             ///< `system` where authentication is off.
  std::string connection_name;  ///< ClientOptions::connection_name of the consumer's client.
  std::int64_t average_per_second = 0;
  std::int64_t events = 0;  ///< Sent to it, repeats counted.
  std::int64_t events_since_last = 0;
  std::int64_t slots_free = 0;
  std::int64_t in_flight = 0;
  /// With extra_statistics: `Mean`, `Median`, `99%` and so on, in milliseconds.
  std::vector<std::pair<std::string, std::int64_t>> latencies;
};

/// A group, as the server sees it. Counters begin anew when the server does.
struct GroupInfo {
  GroupId id;
  std::string status;      ///< The server's words: `Live`, or `Behind, OutstandingPageRequest`.
  GroupSettings settings;  ///< With kRoundRobin for a strategy that this client does not know.
  std::string strategy;    ///< Its name in the server's words.
  std::vector<GroupConsumer> consumers;
  std::optional<GroupPlace> last_checkpoint;  ///< Absent: none was written yet.
  std::optional<GroupPlace> last_known;       ///< Absent: the group has seen no event.
  std::int64_t average_per_second = 0;
  std::int64_t events = 0;  ///< Handed out, repeats counted.
  std::int64_t events_since_last = 0;
  std::int64_t history_buffered = 0;
  std::int64_t live_buffered = 0;
  std::int64_t retries_buffered = 0;
  std::int64_t in_flight = 0;
  std::int64_t outstanding = 0;
  std::int64_t parked = 0;  ///< And not replayed yet.
};

struct CreateGroupRequest {
  GroupId id;
  GroupSettings settings;
  /// Of a group over all streams only; for ever: an update cannot change it.
  std::optional<Filter> filter;
  absl::Time deadline = absl::InfiniteFuture();
};
/// Replaces all settings; a group's filter and checkpoint stay as they are. Ends every consumer of
/// the group with kSubscriptionDropped.
struct UpdateGroupRequest {
  GroupId id;
  GroupSettings settings;
  absl::Time deadline = absl::InfiniteFuture();
};
struct ReplayParkedRequest {
  GroupId id;
  /// Only entries of the parked stream before this number, at most 2^63 - 1. Absent: all.
  std::optional<std::uint64_t> stop_at;
  absl::Time deadline = absl::InfiniteFuture();
};
/// Which groups to list.
struct ListGroupsRequest {
  enum class Of { kEverything, kStream, kAll };
  Of of = Of::kEverything;  ///< kAll: the groups over all streams.
  std::string stream;       ///< Of kStream; not empty.
  absl::Time deadline = absl::InfiniteFuture();
};

}  // namespace eventstoredb
