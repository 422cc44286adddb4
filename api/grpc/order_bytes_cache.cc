#include "api/grpc/order_bytes_cache.h"

#include "absl/hash/hash.h"

#include "api/grpc/view_mapping.h"
#include "api/grpc/wire.h"
#include "orders/v1/queries.pb.h"

namespace orders::api {
namespace {

constexpr std::size_t kEntryOverheadBytes = 192;  // List node, map slot, slice header: estimated.

std::size_t SizeOf(std::size_t id_size, const grpc::Slice& slice) {
  return kEntryOverheadBytes + 2 * id_size + slice.size();
}

}  // namespace

OrderBytesCache::OrderBytesCache(std::size_t bytes_max) : shard_bytes_max_(bytes_max / kShards) {}

grpc::Slice OrderBytesCache::Get(const application::OrderView& view) {
  const std::string& id = view.order.id.value;
  Shard& shard = shards_[absl::HashOf(id) % kShards];
  {
    absl::MutexLock lock(&shard.mutex);
    const auto found = shard.by_id.find(id);
    if (found != shard.by_id.end() && found->second->revision == view.revision) {
      shard.entries.splice(shard.entries.begin(), shard.entries, found->second);
      return found->second->slice;
    }
  }
  v1::Order order;
  SetOrder(view, order);
  grpc::Slice slice = EncodeField(v1::GetOrderResponse::kOrderFieldNumber, order);
  Put(shard, view, slice);
  return slice;
}

void OrderBytesCache::Put(Shard& shard, const application::OrderView& view,
                          const grpc::Slice& slice) {
  const std::string& id = view.order.id.value;
  const std::size_t size = SizeOf(id.size(), slice);
  if (size > shard_bytes_max_) return;
  absl::MutexLock lock(&shard.mutex);
  const auto remove = [&shard](std::list<Entry>::iterator entry)
                          ABSL_EXCLUSIVE_LOCKS_REQUIRED(shard.mutex) {
                            shard.bytes -= SizeOf(entry->order_id.size(), entry->slice);
                            shard.by_id.erase(entry->order_id);
                            shard.entries.erase(entry);
                          };
  if (const auto found = shard.by_id.find(id); found != shard.by_id.end()) {
    // A newer revision may have come while this one was encoded.
    if (found->second->revision >= view.revision) return;
    remove(found->second);
  }
  shard.entries.push_front({id, view.revision, slice});
  shard.by_id.emplace(shard.entries.front().order_id, shard.entries.begin());
  shard.bytes += size;
  while (shard.bytes > shard_bytes_max_) remove(std::prev(shard.entries.end()));
}

std::size_t OrderBytesCache::bytes() const {
  std::size_t sum = 0;
  for (const Shard& shard : shards_) {
    absl::MutexLock lock(&shard.mutex);
    sum += shard.bytes;
  }
  return sum;
}

}  // namespace orders::api
