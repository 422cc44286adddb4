#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <list>
#include <string>
#include <string_view>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "grpcpp/support/slice.h"

#include "application/order_view.h"

namespace orders::api {

/// Orders as they stand on the wire, so that an order that is read again is not encoded again. An
/// order at a revision always has the same bytes. Bounded in bytes; drops what was not asked for
/// longest. Thread-safe, never blocks for long.
class OrderBytesCache {
 public:
  explicit OrderBytesCache(std::size_t bytes_max);

  /// `view` as field 1 of GetOrderResponse.
  grpc::Slice Get(const application::OrderView& view);

  std::size_t bytes() const;

 private:
  struct Entry {
    std::string order_id;
    std::uint64_t revision = 0;
    grpc::Slice slice;
  };
  struct Shard {
    mutable absl::Mutex mutex;
    std::list<Entry> entries ABSL_GUARDED_BY(mutex);  ///< Asked for last: in front.
    absl::flat_hash_map<std::string_view, std::list<Entry>::iterator> by_id ABSL_GUARDED_BY(mutex);
    std::size_t bytes ABSL_GUARDED_BY(mutex) = 0;
  };
  static constexpr std::size_t kShards = 16;

  void Put(Shard& shard, const application::OrderView& view, const grpc::Slice& slice);

  const std::size_t shard_bytes_max_;
  std::array<Shard, kShards> shards_;
};

}  // namespace orders::api
