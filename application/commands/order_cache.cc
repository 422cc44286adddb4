#include "application/commands/order_cache.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/hash/hash.h"

namespace orders::application {
namespace {

constexpr std::size_t kShardsMax = 16;
// Room for the largest orders even when the whole cache is small.
constexpr std::size_t kShardBytesMin = 1 << 20;
// A list node and a place in the map.
constexpr std::size_t kEntryOverhead = 128;

std::size_t ShardCount(std::size_t bytes_max) {
  return std::clamp<std::size_t>(bytes_max / kShardBytesMin, 1, kShardsMax);
}

}  // namespace

OrderCache::OrderCache(std::size_t bytes_max)
    : shard_bytes_max_(bytes_max / ShardCount(bytes_max)) {
  shards_.reserve(ShardCount(bytes_max));
  for (std::size_t i = 0; i < ShardCount(bytes_max); ++i) {
    shards_.push_back(std::make_unique<Shard>());
  }
}

OrderCache::Shard& OrderCache::ShardOf(const domain::OrderId& id) {
  return *shards_[absl::HashOf(id.value) % shards_.size()];
}

void OrderCache::Shard::Erase(std::list<Entry>::iterator entry) {
  bytes -= entry->bytes;
  by_id.erase(entry->id);
  entries.erase(entry);
}

std::shared_ptr<const LoadedOrder> OrderCache::Get(const domain::OrderId& id) {
  Shard& shard = ShardOf(id);
  absl::MutexLock lock(&shard.mutex);
  const auto found = shard.by_id.find(id.value);
  if (found == shard.by_id.end()) return nullptr;
  shard.entries.splice(shard.entries.begin(), shard.entries, found->second);
  return found->second->loaded;
}

void OrderCache::Put(const domain::OrderId& id, std::shared_ptr<const LoadedOrder> loaded) {
  const std::size_t bytes = EstimateBytes(*loaded) + kEntryOverhead + id.value.capacity();
  std::list<Entry> removed;  // Freed after the lock.
  Shard& shard = ShardOf(id);
  absl::MutexLock lock(&shard.mutex);
  const auto found = shard.by_id.find(id.value);
  if (found != shard.by_id.end()) {
    const std::list<Entry>::iterator entry = found->second;
    if (entry->loaded->view.revision >= loaded->view.revision) return;
    if (bytes > shard_bytes_max_) {
      shard.Erase(entry);
      return;
    }
    shard.bytes = shard.bytes - entry->bytes + bytes;
    entry->bytes = bytes;
    std::swap(entry->loaded, loaded);
    shard.entries.splice(shard.entries.begin(), shard.entries, entry);
  } else {
    if (bytes > shard_bytes_max_) return;
    shard.entries.push_front(Entry{id.value, std::move(loaded), bytes});
    shard.by_id.emplace(shard.entries.front().id, shard.entries.begin());
    shard.bytes += bytes;
  }
  while (shard.bytes > shard_bytes_max_) {
    const auto last = std::prev(shard.entries.end());
    shard.bytes -= last->bytes;
    shard.by_id.erase(last->id);
    removed.splice(removed.end(), shard.entries, last);
  }
}

void OrderCache::Drop(const domain::OrderId& id) {
  Shard& shard = ShardOf(id);
  absl::MutexLock lock(&shard.mutex);
  const auto found = shard.by_id.find(id.value);
  if (found != shard.by_id.end()) shard.Erase(found->second);
}

std::size_t OrderCache::bytes() const {
  std::size_t bytes = 0;
  for (const auto& shard : shards_) {
    absl::MutexLock lock(&shard->mutex);
    bytes += shard->bytes;
  }
  return bytes;
}

std::size_t OrderCache::size() const {
  std::size_t entries = 0;
  for (const auto& shard : shards_) {
    absl::MutexLock lock(&shard->mutex);
    entries += shard->entries.size();
  }
  return entries;
}

}  // namespace orders::application
