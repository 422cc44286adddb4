#include <algorithm>
#include <cstdint>
#include <limits>
#include <utility>

#include "domain/order/order.h"

namespace orders::domain {
namespace {

// A stored event is taken as it is, but numbers are kept where sums of them cannot overflow. This
// is no rule of the business: its limits may change, and the past must not change with them.
constexpr std::int64_t kFoldedQuantityMax = 1'000'000'000'000;

std::int64_t Folded(std::int64_t quantity) {
  return std::clamp<std::int64_t>(quantity, 0, kFoldedQuantityMax);
}
Amount Folded(Amount amount) { return std::clamp(amount, Amount{}, kAmountMax); }
RateOrAmount Folded(RateOrAmount value) { return {value.rate, Folded(value.amount)}; }
Totals Folded(const Totals& totals) {
  return {Folded(totals.goods), Folded(totals.discount), Folded(totals.tax),
          Folded(totals.shipping), Folded(totals.total)};
}
Line Folded(Line line) {
  line.quantity = Folded(line.quantity);
  line.unit_price = Folded(line.unit_price);
  return line;
}

std::vector<LineQuantity> Folded(std::vector<LineQuantity> items) {
  for (LineQuantity& item : items) item.quantity = Folded(item.quantity);
  return items;
}
std::vector<LineValue> Folded(std::vector<LineValue> items) {
  for (LineValue& item : items) item = {item.line_id, Folded(item.quantity), Folded(item.value)};
  return items;
}

void Raise(std::int64_t& sum, std::int64_t quantity) { sum = Folded(sum + Folded(quantity)); }
void Lower(std::int64_t& sum, std::int64_t quantity) { sum = Folded(sum - Folded(quantity)); }
void Raise(Amount& sum, Amount amount) { sum = Folded(Amount{sum.minor + Folded(amount).minor}); }

OrderLine* FindLine(Order& order, LineId id) {
  const auto found = std::find_if(order.lines.begin(), order.lines.end(),
                                  [&](const OrderLine& line) { return line.line.id == id; });
  return found == order.lines.end() ? nullptr : &*found;
}

template <typename Entry, typename Id>
Entry* FindEntry(std::vector<Entry>& entries, const Id& id) {
  const auto found = std::find_if(entries.begin(), entries.end(),
                                  [&](const Entry& entry) { return entry.id == id; });
  return found == entries.end() ? nullptr : &*found;
}

Payment& PaymentOf(Order& order, const PaymentId& id) {
  if (Payment* known = FindEntry(order.payments, id)) return *known;
  Payment& payment = order.payments.emplace_back();
  payment.id = id;
  return payment;
}

void AddLine(Order& order, const Line& line) {
  order.lines.emplace_back().line = Folded(line);
  // Kept past every id ever given, also of lines that are removed later.
  constexpr std::int32_t kLast = std::numeric_limits<std::int32_t>::max();
  if (line.id.value >= order.next_line) {
    order.next_line = line.id.value == kLast ? kLast : line.id.value + 1;
  }
}

void Remove(Order& order, const std::vector<LineValue>& items,
            std::int64_t OrderLine::*removed_units) {
  for (const LineValue& item : items) {
    OrderLine* line = FindLine(order, item.line_id);
    if (line == nullptr) continue;
    Raise(line->*removed_units, item.quantity);
    Raise(line->removed, item.value);
    Raise(order.removed, item.value);
  }
}

void Fold(const OrderCreated& event, Order& order) {
  if (order.status != OrderStatus::kNone) return;
  order.status = OrderStatus::kDraft;
  order.id = event.order_id;
  order.customer_id = event.customer_id;
  order.currency = event.currency;
  for (const Line& line : event.lines) AddLine(order, line);
  order.shipping_address = event.shipping_address;
  order.billing_address = event.billing_address;
  order.note = event.note;
}

void Fold(const ItemAdded& event, Order& order) {
  OrderLine* line = FindLine(order, event.line.id);
  if (line == nullptr) {
    AddLine(order, event.line);
    line = &order.lines.back();
  }
  line->line.quantity = Folded(event.quantity_after);
}

void Fold(const ItemQuantityChanged& event, Order& order) {
  OrderLine* line = FindLine(order, event.line_id);
  if (line != nullptr) line->line.quantity = Folded(event.quantity);
}

void Fold(const ItemRemoved& event, Order& order) {
  std::erase_if(order.lines, [&](const OrderLine& line) { return line.line.id == event.line_id; });
}

void Fold(const ShippingAddressSet& event, Order& order) { order.shipping_address = event.address; }

void Fold(const BillingAddressSet& event, Order& order) { order.billing_address = event.address; }

void Fold(const NoteSet& event, Order& order) { order.note = event.note; }

void Fold(const DiscountApplied& event, Order& order) {
  order.discounts.push_back({event.discount.code, Folded(event.discount.value)});
}

void Fold(const DiscountRemoved& event, Order& order) {
  std::erase_if(order.discounts,
                [&](const Discount& discount) { return discount.code == event.code; });
}

void Fold(const ShippingFeeSet& event, Order& order) { order.shipping_fee = Folded(event.fee); }

void Fold(const TaxSet& event, Order& order) { order.tax = Folded(event.tax); }

void Fold(const OrderConfirmed& event, Order& order) {
  if (order.status == OrderStatus::kDraft) order.status = OrderStatus::kConfirmed;
  order.totals = Folded(event.totals);
  for (const LineTotals& priced : event.lines) {
    OrderLine* line = FindLine(order, priced.line_id);
    if (line != nullptr) line->totals = Folded(priced.totals);
  }
}

void Fold(const PaymentAuthorized& event, Order& order) {
  Payment& payment = PaymentOf(order, event.payment_id);
  payment.authorized = Folded(event.amount);
  payment.authorized_at = event.occurred_at;
  order.last_payment_failed = false;
}

void Fold(const PaymentCaptured& event, Order& order) {
  Payment& payment = PaymentOf(order, event.payment_id);
  payment.state = PaymentState::kCaptured;
  payment.captured_at = event.occurred_at;
  Raise(payment.captured, event.amount);
  Raise(order.captured, event.amount);
  order.last_payment_failed = false;
}

void Fold(const PaymentFailed& event, Order& order) {
  Payment& payment = PaymentOf(order, event.payment_id);
  if (payment.state == PaymentState::kAuthorized) payment.state = PaymentState::kFailed;
  payment.failure_reason = event.reason;
  payment.failed_at = event.occurred_at;
  order.last_payment_failed = true;
}

void Fold(const PaymentRefunded& event, Order& order) {
  order.refunds.push_back({.id = event.refund_id,
                           .payment_id = event.payment_id,
                           .amount = Folded(event.amount),
                           .reason = event.reason,
                           .occurred_at = event.occurred_at});
  Payment* payment = FindEntry(order.payments, event.payment_id);
  if (payment != nullptr) Raise(payment->refunded, event.amount);
  Raise(order.refunded, event.amount);
}

void Fold(const OrderHeld& event, Order& order) {
  const bool held = std::any_of(order.holds.begin(), order.holds.end(),
                                [&](const Hold& hold) { return hold.kind == event.kind; });
  if (!held) order.holds.push_back({event.kind, event.reason});
}

void Fold(const HoldReleased& event, Order& order) {
  std::erase_if(order.holds, [&](const Hold& hold) { return hold.kind == event.kind; });
}

void Fold(const ItemsShipped& event, Order& order) {
  if (order.status == OrderStatus::kConfirmed) order.status = OrderStatus::kInFulfilment;
  Shipment& shipment = order.shipments.emplace_back();
  shipment.id = event.shipment_id;
  shipment.all_remaining = event.all_remaining;
  shipment.items = Folded(event.items);
  shipment.carrier = event.carrier;
  shipment.tracking_code = event.tracking_code;
  shipment.shipped_at = event.occurred_at;
  for (const LineQuantity& item : event.items) {
    OrderLine* line = FindLine(order, item.line_id);
    if (line != nullptr) Raise(line->shipped, item.quantity);
  }
}

void Fold(const ShipmentDelivered& event, Order& order) {
  Shipment* shipment = FindEntry(order.shipments, event.shipment_id);
  if (shipment == nullptr || shipment->delivered) return;
  shipment->delivered = true;
  shipment->delivered_at = event.occurred_at;
  for (const LineQuantity& item : shipment->items) {
    OrderLine* line = FindLine(order, item.line_id);
    if (line != nullptr) Raise(line->delivered, item.quantity);
  }
}

void Fold(const OrderCompleted&, Order& order) {
  if (!IsEnded(order)) order.status = OrderStatus::kCompleted;
}

void Fold(const OrderCancelled& event, Order& order) {
  if (IsEnded(order)) return;
  order.status = OrderStatus::kCancelled;
  order.cancel_reason = event.reason;
  Remove(order, event.items, &OrderLine::cancelled);
}

void Fold(const ItemsCancelled& event, Order& order) {
  Remove(order, event.items, &OrderLine::cancelled);
}

void Fold(const ReturnRequested& event, Order& order) {
  Return& asked = order.returns.emplace_back();
  asked.id = event.return_id;
  asked.requested = Folded(event.items);
  asked.reason = event.reason;
  for (const LineQuantity& item : event.items) {
    OrderLine* line = FindLine(order, item.line_id);
    if (line != nullptr) Raise(line->return_open, item.quantity);
  }
}

void Fold(const ReturnReceived& event, Order& order) {
  Return* known = FindEntry(order.returns, event.return_id);
  if (known == nullptr || known->received) return;
  known->received = true;
  known->received_items = Folded(event.items);
  known->received_at = event.occurred_at;
  // What was asked to come back and did not is no longer waited for: it may be asked for again.
  for (const LineQuantity& item : known->requested) {
    OrderLine* line = FindLine(order, item.line_id);
    if (line != nullptr) Lower(line->return_open, item.quantity);
  }
  Remove(order, event.items, &OrderLine::returned);
}

}  // namespace

void Apply(const OrderEvent& any, Order& order) {
  // What was never created does not exist: there is nothing to fold onto.
  if (order.status == OrderStatus::kNone && !std::holds_alternative<OrderCreated>(any)) return;
  // No catch-all: an event without its own Fold does not compile.
  std::visit([&](const auto& event) { Fold(event, order); }, any);
}

Order Evolve(Order order, const OrderEvent& event) {
  Apply(event, order);
  return order;
}

}  // namespace orders::domain
