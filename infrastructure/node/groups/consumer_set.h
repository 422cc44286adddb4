#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"

#include "infrastructure/node/groups/group_message.h"
#include "infrastructure/node/groups/group_settings.h"
#include "infrastructure/node/groups/latencies.h"

namespace eventstoredb {

/// The consumers of a group, how full each is, and who is next. Not thread-safe.
class ConsumerSet {
 public:
  ConsumerSet(GroupStrategy strategy, bool measures_latency)
      : strategy_(strategy), measures_latency_(measures_latency) {}

  void Add(ConsumerId id, ConsumerInfo info, absl::Time now);
  void Remove(ConsumerId id);
  bool Has(ConsumerId id) const;
  std::size_t size() const { return consumers_.size(); }

  /// Whether any consumer can take a message.
  bool HasRoom() const;
  /// Who takes a message of this pin; absent: nobody has room, or of a pinned strategy the one that
  /// it belongs to has none.
  std::optional<ConsumerId> Choose(std::uint64_t pin);
  /// Whether a message that finds no consumer lets those behind it pass.
  bool MayPassOver() const;
  void Sent(ConsumerId id);
  /// A message came back, in whatever way. Of a consumer that has gone: nothing.
  void Returned(ConsumerId id);
  /// It was processed, so long after it was sent.
  void Processed(ConsumerId id, absl::Duration latency);

  /// Counts anew from here on.
  std::vector<ConsumerStatistics> Measure(absl::Time now);

 private:
  struct Consumer {
    ConsumerId id = 0;
    ConsumerInfo info;
    absl::Time since;
    std::int32_t in_flight = 0;
    std::int64_t total = 0;
    std::int64_t measured = 0;
    Latencies latencies;
    bool HasRoom() const { return in_flight < info.window; }
  };
  Consumer* Find(ConsumerId id);

  const GroupStrategy strategy_;
  const bool measures_latency_;
  std::vector<Consumer> consumers_;
  std::size_t next_ = 0;
};

/// `count` in the time since `since`, per second.
std::int32_t PerSecond(std::int64_t count, absl::Time since, absl::Time now);

}  // namespace eventstoredb
