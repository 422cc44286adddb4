#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/time/time.h"

#include "eventstoredb/filter.h"

namespace eventstoredb {

/// Which consumer a message goes to (protocol section 3.15).
enum class GroupStrategy { kDispatchToSingle, kRoundRobin, kPinned, kPinnedByCorrelation };

/// The name on the wire.
const char* ToString(GroupStrategy strategy);
/// Absent: no strategy has that name.
std::optional<GroupStrategy> ParseGroupStrategy(const std::string& name);

/// Numbers as the client gave them: the protocol checks none of them but the two page sizes, so
/// they may be zero or negative.
struct WireGroupSettings {
  bool resolve_links = false;
  bool extra_statistics = false;
  std::int32_t max_retry_count = 0;
  std::int32_t min_checkpoint_count = 0;
  std::int32_t max_checkpoint_count = 0;
  std::int32_t max_subscriber_count = 0;  ///< 0: unlimited.
  std::int32_t live_buffer_size = 0;
  std::int32_t read_batch_size = 0;
  std::int32_t history_buffer_size = 0;
  std::int32_t message_timeout_ms = 0;   ///< 0: every message expires at the next tick.
  std::int32_t checkpoint_after_ms = 0;  ///< 0: no checkpoint by time.
  GroupStrategy strategy = GroupStrategy::kDispatchToSingle;
  bool operator==(const WireGroupSettings&) const = default;
};

/// Who a group is.
struct GroupKey {
  std::string source;  ///< A stream, or kAllSource.
  std::string group;   ///< May be empty.

  static constexpr char kAllSource[] = "$all";
  bool IsAll() const { return source == kAllSource; }
  /// `<source>::<group>`, as the protocol names it.
  std::string Text() const { return source + "::" + group; }
  std::string CheckpointStream() const {
    return "$persistentsubscription-" + Text() + "-checkpoint";
  }
  std::string ParkedStream() const { return "$persistentsubscription-" + Text() + "-parked"; }
  bool operator==(const GroupKey&) const = default;
};

/// Where a group begins that has no checkpoint.
struct GroupOrigin {
  bool from_end = false;
  std::uint64_t place = 0;    ///< Inclusive: a revision, or of $all a commit position.
  std::uint64_t prepare = 0;  ///< Of $all.
  /// Of `from_end`: the last place when the group was made, so that a restart loses nothing.
  /// Absent: there was none.
  std::optional<std::uint64_t> end_place;
  bool operator==(const GroupOrigin&) const = default;
};

/// What is kept of a group.
struct GroupConfig {
  GroupKey key;
  WireGroupSettings settings;
  GroupOrigin start;
  std::optional<Filter> filter;  ///< Of $all only; stays as it was created.
};

}  // namespace eventstoredb
