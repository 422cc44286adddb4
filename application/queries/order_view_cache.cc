#include "application/queries/order_view_cache.h"

#include <utility>

#include "absl/hash/hash.h"

namespace orders::application {
namespace {

/// List node, map slot, key and control block beside the view itself.
constexpr std::size_t kEntryOverheadBytes = 256;

std::size_t BytesOf(const std::string& text) { return text.capacity(); }

}  // namespace

std::size_t EstimateBytes(const OrderView& view) {
  const domain::Order& order = view.order;
  std::size_t bytes = sizeof(OrderView) + BytesOf(order.note) + BytesOf(order.cancel_reason);
  bytes += order.lines.capacity() * sizeof(domain::OrderLine);
  for (const domain::OrderLine& line : order.lines) {
    bytes += BytesOf(line.line.sku.value) + BytesOf(line.line.title);
  }
  bytes += order.discounts.capacity() * sizeof(domain::Discount);
  bytes += order.payments.capacity() * sizeof(domain::Payment);
  for (const domain::Payment& payment : order.payments) {
    bytes += BytesOf(payment.id.value) + BytesOf(payment.failure_reason);
  }
  bytes += order.refunds.capacity() * sizeof(domain::Refund);
  for (const domain::Refund& refund : order.refunds) {
    bytes += BytesOf(refund.id.value) + BytesOf(refund.payment_id.value) + BytesOf(refund.reason);
  }
  bytes += order.holds.capacity() * sizeof(domain::Hold);
  for (const domain::Hold& hold : order.holds) bytes += BytesOf(hold.reason);
  bytes += order.shipments.capacity() * sizeof(domain::Shipment);
  for (const domain::Shipment& shipment : order.shipments) {
    bytes += BytesOf(shipment.id.value) + BytesOf(shipment.carrier) +
             BytesOf(shipment.tracking_code) +
             shipment.items.capacity() * sizeof(domain::LineQuantity);
  }
  bytes += order.returns.capacity() * sizeof(domain::Return);
  for (const domain::Return& returned : order.returns) {
    bytes += BytesOf(returned.id.value) + BytesOf(returned.reason) +
             returned.requested.capacity() * sizeof(domain::LineQuantity) +
             returned.received_items.capacity() * sizeof(domain::LineValue);
  }
  return bytes;
}

OrderViewCache::OrderViewCache(OrderViewCacheOptions options)
    : shard_bytes_max_(options.bytes_max / kShards) {}

OrderViewCache::Shard& OrderViewCache::ShardOf(const domain::OrderId& order) {
  return shards_[absl::Hash<std::string>()(order.value) % kShards];
}

OrderViewCache::Found OrderViewCache::Find(const domain::OrderId& order) {
  Shard& shard = ShardOf(order);
  const absl::MutexLock lock(&shard.mutex);
  const auto found = shard.by_id.find(order.value);
  if (found == shard.by_id.end()) return {.view = nullptr, .ticket = shard.commits};
  shard.entries.splice(shard.entries.begin(), shard.entries, found->second);
  return {.view = found->second->view, .ticket = shard.commits};
}

void OrderViewCache::Keep(std::shared_ptr<const OrderView> view, std::uint64_t ticket) {
  if (ticket % 2 != 0) return;
  const std::size_t bytes = EstimateBytes(*view) + kEntryOverheadBytes;
  if (bytes > shard_bytes_max_) return;
  Shard& shard = ShardOf(view->order.id);
  const absl::MutexLock lock(&shard.mutex);
  if (shard.commits != ticket) return;
  const auto [slot, added] = shard.by_id.try_emplace(view->order.id.value);
  if (!added) return;  // Another reader of the same commit was first.
  shard.entries.push_front({.view = std::move(view), .bytes = bytes});
  slot->second = shard.entries.begin();
  shard.bytes += bytes;
  Evict(shard);
}

void OrderViewCache::BeginCommit() {
  for (Shard& shard : shards_) {
    const absl::MutexLock lock(&shard.mutex);
    ++shard.commits;
  }
}

void OrderViewCache::EndCommit(
    const std::vector<domain::OrderId>& changed,
    absl::FunctionRef<std::shared_ptr<const OrderView>(const domain::OrderId&)> view_of) {
  for (const domain::OrderId& order : changed) {
    Shard& shard = ShardOf(order);
    const absl::MutexLock lock(&shard.mutex);
    const auto found = shard.by_id.find(order.value);
    if (found == shard.by_id.end()) continue;
    Entry& entry = *found->second;
    shard.bytes -= entry.bytes;
    entry.view = view_of(order);
    if (entry.view == nullptr) {
      shard.entries.erase(found->second);
      shard.by_id.erase(found);
      continue;
    }
    entry.bytes = EstimateBytes(*entry.view) + kEntryOverheadBytes;
    shard.bytes += entry.bytes;
    Evict(shard);
  }
  for (Shard& shard : shards_) {
    const absl::MutexLock lock(&shard.mutex);
    ++shard.commits;
  }
}

void OrderViewCache::EndCommitOfMany() {
  for (Shard& shard : shards_) {
    const absl::MutexLock lock(&shard.mutex);
    shard.by_id.clear();
    shard.entries.clear();
    shard.bytes = 0;
    ++shard.commits;
  }
}

void OrderViewCache::Evict(Shard& shard) {
  while (shard.bytes > shard_bytes_max_ && !shard.entries.empty()) {
    const Entry& oldest = shard.entries.back();
    shard.bytes -= oldest.bytes;
    shard.by_id.erase(oldest.view->order.id.value);
    shard.entries.pop_back();
  }
}

std::size_t OrderViewCache::bytes() const {
  std::size_t bytes = 0;
  for (const Shard& shard : shards_) {
    const absl::MutexLock lock(&shard.mutex);
    bytes += shard.bytes;
  }
  return bytes;
}

}  // namespace orders::application
