#include "infrastructure/node/groups/consumer_set.h"

#include <algorithm>
#include <utility>

namespace eventstoredb {
namespace {

/// Mixes the two, evenly (splitmix64's finalizer): the highest of all consumers takes the pin, so
/// that one who comes or goes moves only what is its own.
std::uint64_t Weight(std::uint64_t pin, ConsumerId id) {
  std::uint64_t x = pin + id * 0x9E3779B97F4A7C15ULL;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ULL;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBULL;
  return x ^ (x >> 31);
}

}  // namespace

std::int32_t PerSecond(std::int64_t count, absl::Time since, absl::Time now) {
  const double seconds = absl::ToDoubleSeconds(now - since);
  if (seconds <= 0) return 0;
  return static_cast<std::int32_t>(std::min(static_cast<double>(count) / seconds, 2e9));
}

void ConsumerSet::Add(ConsumerId id, ConsumerInfo info, absl::Time now) {
  consumers_.push_back({.id = id, .info = std::move(info), .since = now, .latencies = {}});
}

void ConsumerSet::Remove(ConsumerId id) {
  const auto found = std::find_if(consumers_.begin(), consumers_.end(),
                                  [id](const Consumer& consumer) { return consumer.id == id; });
  if (found == consumers_.end()) return;
  const auto index = static_cast<std::size_t>(found - consumers_.begin());
  consumers_.erase(found);
  if (index < next_) --next_;
  if (next_ >= consumers_.size()) next_ = 0;
}

ConsumerSet::Consumer* ConsumerSet::Find(ConsumerId id) {
  const auto found = std::find_if(consumers_.begin(), consumers_.end(),
                                  [id](const Consumer& consumer) { return consumer.id == id; });
  return found == consumers_.end() ? nullptr : &*found;
}

bool ConsumerSet::Has(ConsumerId id) const {
  return std::any_of(consumers_.begin(), consumers_.end(),
                     [id](const Consumer& consumer) { return consumer.id == id; });
}

bool ConsumerSet::HasRoom() const {
  return std::any_of(consumers_.begin(), consumers_.end(),
                     [](const Consumer& consumer) { return consumer.HasRoom(); });
}

bool ConsumerSet::MayPassOver() const {
  return strategy_ == GroupStrategy::kPinned || strategy_ == GroupStrategy::kPinnedByCorrelation;
}

std::optional<ConsumerId> ConsumerSet::Choose(std::uint64_t pin) {
  if (consumers_.empty()) return std::nullopt;
  if (MayPassOver()) {
    const auto chosen = std::max_element(consumers_.begin(), consumers_.end(),
                                         [pin](const Consumer& a, const Consumer& b) {
                                           return Weight(pin, a.id) < Weight(pin, b.id);
                                         });
    if (!chosen->HasRoom()) return std::nullopt;
    return chosen->id;
  }
  for (std::size_t tried = 0; tried < consumers_.size(); ++tried) {
    const Consumer& consumer = consumers_[next_];
    const bool takes = consumer.HasRoom();
    if (!takes || strategy_ == GroupStrategy::kRoundRobin) next_ = (next_ + 1) % consumers_.size();
    if (takes) return consumer.id;
  }
  return std::nullopt;
}

void ConsumerSet::Sent(ConsumerId id) {
  Consumer* const consumer = Find(id);
  if (consumer == nullptr) return;
  ++consumer->in_flight;
  ++consumer->total;
}

void ConsumerSet::Returned(ConsumerId id) {
  Consumer* const consumer = Find(id);
  if (consumer != nullptr) --consumer->in_flight;
}

void ConsumerSet::Processed(ConsumerId id, absl::Duration latency) {
  Consumer* const consumer = measures_latency_ ? Find(id) : nullptr;
  if (consumer != nullptr) consumer->latencies.Add(latency);
}

std::vector<ConsumerStatistics> ConsumerSet::Measure(absl::Time now) {
  std::vector<ConsumerStatistics> all;
  for (Consumer& consumer : consumers_) {
    all.push_back({.info = consumer.info,
                   .average_per_second = PerSecond(consumer.total, consumer.since, now),
                   .total_items = consumer.total,
                   .since_last = consumer.total - std::exchange(consumer.measured, consumer.total),
                   .in_flight = consumer.in_flight,
                   .latencies = consumer.latencies.Measure()});
  }
  return all;
}

}  // namespace eventstoredb
