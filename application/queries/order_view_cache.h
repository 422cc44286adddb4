#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"
#include "absl/synchronization/mutex.h"

#include "application/order_view.h"

namespace orders::application {

struct OrderViewCacheOptions {
  std::size_t bytes_max = 64 << 20;  ///< Of the views, estimated; over all shards.
};

/// The orders last asked for, as the read model's newest commit holds them. Thread-safe.
///
/// Why no answer is stale. Each shard has a count of commits, which is odd from before the
/// projection's commit until its changes are here. A reader takes the count before it reads the
/// row, and its row is kept only if the count is then still the same and even: so no commit lay
/// between, and the row is the newest. A commit replaces what it changed before the count is even
/// again and before the freshness gate announces its position: so whoever was told that position
/// finds its state, here or in the row. While the count is odd an entry may be one commit behind
/// the row, never the announced position; and since nothing is kept meanwhile, nobody who has read
/// the newer row finds the older state here afterwards.
class OrderViewCache {
 public:
  explicit OrderViewCache(OrderViewCacheOptions options);

  /// A miss: `view` is null and `ticket` is for Keep.
  struct Found {
    std::shared_ptr<const OrderView> view;
    std::uint64_t ticket = 0;
  };
  Found Find(const domain::OrderId& order);
  /// Keeps what was read after the miss that gave `ticket`, if no commit has come since.
  void Keep(std::shared_ptr<const OrderView> view, std::uint64_t ticket);

  /// The projection's side, one thread: before its commit, and after it, whatever came of it.
  void BeginCommit();
  /// Asks `view_of` for each of `changed` that is here; null drops it, as after a failed commit,
  /// when nobody knows what the row is.
  void EndCommit(
      const std::vector<domain::OrderId>& changed,
      absl::FunctionRef<std::shared_ptr<const OrderView>(const domain::OrderId&)> view_of);
  /// The same when so much has changed that nothing is worth keeping.
  void EndCommitOfMany();

  std::size_t bytes() const;

 private:
  struct Entry {
    std::shared_ptr<const OrderView> view;
    std::size_t bytes = 0;
  };
  using Entries = std::list<Entry>;  ///< Asked for last: first.
  struct Shard {
    mutable absl::Mutex mutex;
    std::uint64_t commits ABSL_GUARDED_BY(mutex) = 0;
    std::size_t bytes ABSL_GUARDED_BY(mutex) = 0;
    Entries entries ABSL_GUARDED_BY(mutex);
    absl::flat_hash_map<std::string, Entries::iterator> by_id ABSL_GUARDED_BY(mutex);
  };
  static constexpr std::size_t kShards = 16;

  Shard& ShardOf(const domain::OrderId& order);
  void Evict(Shard& shard) ABSL_EXCLUSIVE_LOCKS_REQUIRED(shard.mutex);

  const std::size_t shard_bytes_max_;
  std::array<Shard, kShards> shards_;
};

/// About the memory that a view holds, its strings and vectors included.
std::size_t EstimateBytes(const OrderView& view);

}  // namespace orders::application
