#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <list>
#include <string>
#include <string_view>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/hash/hash.h"
#include "absl/synchronization/mutex.h"

#include "application/order_view.h"

namespace orders::api {

/// Orders as a front sends them, so that an order that is read again is not encoded again. An order
/// at a revision always has the same bytes. Bounded in bytes; drops what was not asked for longest.
/// Thread-safe, never blocks for long. `Encoded` is cheap to copy and has a size() in bytes.
template <typename Encoded>
class EncodedOrderCache {
 public:
  using Encode = Encoded (*)(const application::OrderView& view);

  EncodedOrderCache(std::size_t bytes_max, Encode encode)
      : shard_bytes_max_(bytes_max / kShards), encode_(encode) {}

  Encoded Get(const application::OrderView& view) {
    const std::string& id = view.order.id.value;
    Shard& shard = shards_[absl::HashOf(id) % kShards];
    {
      absl::MutexLock lock(&shard.mutex);
      const auto found = shard.by_id.find(id);
      if (found != shard.by_id.end() && found->second->revision == view.revision) {
        shard.entries.splice(shard.entries.begin(), shard.entries, found->second);
        return found->second->encoded;
      }
    }
    Encoded encoded = encode_(view);
    Put(shard, view, encoded);
    return encoded;
  }

  std::size_t bytes() const {
    std::size_t sum = 0;
    for (const Shard& shard : shards_) {
      absl::MutexLock lock(&shard.mutex);
      sum += shard.bytes;
    }
    return sum;
  }

 private:
  struct Entry {
    std::string order_id;
    std::uint64_t revision = 0;
    Encoded encoded;
  };
  struct Shard {
    mutable absl::Mutex mutex;
    std::list<Entry> entries ABSL_GUARDED_BY(mutex);  ///< Asked for last: in front.
    absl::flat_hash_map<std::string_view, typename std::list<Entry>::iterator> by_id
        ABSL_GUARDED_BY(mutex);
    std::size_t bytes ABSL_GUARDED_BY(mutex) = 0;
  };
  static constexpr std::size_t kShards = 16;
  // List node, map slot, header of the bytes: estimated.
  static constexpr std::size_t kEntryOverheadBytes = 192;

  static std::size_t SizeOf(std::size_t id_size, const Encoded& encoded) {
    return kEntryOverheadBytes + 2 * id_size + encoded.size();
  }

  void Put(Shard& shard, const application::OrderView& view, const Encoded& encoded) {
    const std::string& id = view.order.id.value;
    const std::size_t size = SizeOf(id.size(), encoded);
    if (size > shard_bytes_max_) return;
    absl::MutexLock lock(&shard.mutex);
    if (const auto found = shard.by_id.find(id); found != shard.by_id.end()) {
      // A newer revision may have come while this one was encoded.
      if (found->second->revision >= view.revision) return;
      Remove(shard, found->second);
    }
    shard.entries.push_front({id, view.revision, encoded});
    shard.by_id.emplace(shard.entries.front().order_id, shard.entries.begin());
    shard.bytes += size;
    while (shard.bytes > shard_bytes_max_) Remove(shard, std::prev(shard.entries.end()));
  }

  static void Remove(Shard& shard, typename std::list<Entry>::iterator entry)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(shard.mutex) {
    shard.bytes -= SizeOf(entry->order_id.size(), entry->encoded);
    shard.by_id.erase(entry->order_id);
    shard.entries.erase(entry);
  }

  const std::size_t shard_bytes_max_;
  const Encode encode_;
  std::array<Shard, kShards> shards_;
};

}  // namespace orders::api
