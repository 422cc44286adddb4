#include "application/commands/loaded_order.h"

#include <optional>
#include <vector>

#include "domain/order/order.h"

namespace orders::application {
namespace {

std::size_t Heap(const std::string& text) {
  constexpr std::size_t kInline = 15;
  return text.capacity() > kInline ? text.capacity() + 1 : 0;
}
std::size_t Heap(const domain::Address& address) {
  return Heap(address.name) + Heap(address.line1) + Heap(address.line2) + Heap(address.city) +
         Heap(address.region) + Heap(address.postal_code) + Heap(address.country);
}
std::size_t Heap(const domain::OrderLine& line) {
  return Heap(line.line.sku.value) + Heap(line.line.title);
}
std::size_t Heap(const domain::Discount& discount) { return Heap(discount.code.value); }
std::size_t Heap(const domain::LineQuantity&) { return 0; }
std::size_t Heap(const domain::LineValue&) { return 0; }
std::size_t Heap(const domain::Payment& payment) {
  return Heap(payment.id.value) + Heap(payment.failure_reason);
}
std::size_t Heap(const domain::Refund& refund) {
  return Heap(refund.id.value) + Heap(refund.payment_id.value) + Heap(refund.reason);
}
std::size_t Heap(const domain::Hold& hold) { return Heap(hold.reason); }

template <typename T>
std::size_t Heap(const std::optional<T>& value) {
  return value.has_value() ? Heap(*value) : 0;
}
template <typename T>
std::size_t Heap(const std::vector<T>& items);

std::size_t Heap(const domain::Shipment& shipment) {
  return Heap(shipment.id.value) + Heap(shipment.items) + Heap(shipment.carrier) +
         Heap(shipment.tracking_code);
}
std::size_t Heap(const domain::Return& one) {
  return Heap(one.id.value) + Heap(one.requested) + Heap(one.reason) + Heap(one.received_items);
}

template <typename T>
std::size_t Heap(const std::vector<T>& items) {
  std::size_t bytes = items.capacity() * sizeof(T);
  for (const T& item : items) bytes += Heap(item);
  return bytes;
}

}  // namespace

void OrderFolder::Add(const RecordedOrderEvent& recorded) {
  ApplyRecorded(recorded, order_.view);
  order_.exists = true;
  changed_ = true;
  if (recorded.metadata.request_id.empty()) return;
  if (recorded.metadata.request_id != request_id_) {
    request_id_ = recorded.metadata.request_id;
    request_hash_ = HashOfRequestId(request_id_, digest_);
  }
  order_.requests.Remember(request_hash_, HashOfContent(recorded.metadata.request_hash),
                           recorded.revision);
}

std::size_t EstimateBytes(const LoadedOrder& loaded) {
  const domain::Order& order = loaded.view.order;
  return sizeof(LoadedOrder) + loaded.requests.EstimateBytes() + Heap(order.id.value) +
         Heap(order.customer_id.value) + Heap(order.lines) + Heap(order.shipping_address) +
         Heap(order.billing_address) + Heap(order.note) + Heap(order.discounts) +
         Heap(order.payments) + Heap(order.refunds) + Heap(order.holds) + Heap(order.shipments) +
         Heap(order.returns) + Heap(order.cancel_reason);
}

}  // namespace orders::application
