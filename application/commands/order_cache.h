#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"

#include "application/commands/loaded_order.h"
#include "domain/order/ids.h"

namespace orders::application {

/// States of the orders that were used last, bounded in bytes. Every state in it was true of the
/// log once; whether it still is, only the log can say. Thread-safe.
class OrderCache {
 public:
  /// Holds at most `bytes_max` by EstimateBytes and the entries' own overhead; 0 holds nothing.
  /// A state that is larger than a shard's part is not kept.
  explicit OrderCache(std::size_t bytes_max);

  /// Null if it is not here.
  std::shared_ptr<const LoadedOrder> Get(const domain::OrderId& id);
  /// Kept unless a state with the same revision or a later one is here. `loaded` exists.
  void Put(const domain::OrderId& id, std::shared_ptr<const LoadedOrder> loaded);
  void Drop(const domain::OrderId& id);

  std::size_t bytes() const;
  std::size_t size() const;

 private:
  struct Entry {
    std::string id;
    std::shared_ptr<const LoadedOrder> loaded;
    std::size_t bytes = 0;
  };
  struct Shard {
    mutable absl::Mutex mutex;
    std::list<Entry> entries ABSL_GUARDED_BY(mutex);  // The one used last in front.
    // Keys are views of the entries' own ids.
    absl::flat_hash_map<std::string_view, std::list<Entry>::iterator> by_id ABSL_GUARDED_BY(mutex);
    std::size_t bytes ABSL_GUARDED_BY(mutex) = 0;

    void Erase(std::list<Entry>::iterator entry) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex);
  };

  Shard& ShardOf(const domain::OrderId& id);

  std::vector<std::unique_ptr<Shard>> shards_;
  std::size_t shard_bytes_max_;
};

}  // namespace orders::application
