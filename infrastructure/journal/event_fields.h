#pragma once

#include <concepts>
#include <type_traits>

#include "application/recorded_event.h"
#include "domain/order/events.h"

namespace orders::infrastructure {

// The names of all that is stored, once for writing and reading. A name written here stands in
// logs for ever: never change or reuse one. Each function takes the value as const to write it and
// as mutable to read it; the structured bindings do not compile when a member is added without a
// name of its own.
//
// `io(name, member)` is for a member that must be there, `io.Optional(name, member)` for one that
// is written only when it has a value.

template <typename T, typename Value>
concept IsA = std::same_as<std::remove_const_t<T>, Value>;

void Fields(auto& io, IsA<domain::Address> auto& address) {
  auto& [name, line1, line2, city, region, postal_code, country] = address;
  io("name", name);
  io("line1", line1);
  io("line2", line2);
  io("city", city);
  io("region", region);
  io("postalCode", postal_code);
  io("country", country);
}
void Fields(auto& io, IsA<domain::Line> auto& line) {
  auto& [id, sku, title, quantity, unit_price] = line;
  io("lineId", id);
  io("sku", sku);
  io("title", title);
  io("quantity", quantity);
  io("unitPrice", unit_price);
}
void Fields(auto& io, IsA<domain::RateOrAmount> auto& value) {
  auto& [rate, amount] = value;
  io.Optional("ratePpm", rate);
  io("amount", amount);
}
void Fields(auto& io, IsA<domain::Discount> auto& discount) {
  auto& [code, value] = discount;
  io("code", code);
  Fields(io, value);
}
void Fields(auto& io, IsA<domain::LineQuantity> auto& item) {
  auto& [line_id, quantity] = item;
  io("lineId", line_id);
  io("quantity", quantity);
}
void Fields(auto& io, IsA<domain::LineValue> auto& item) {
  auto& [line_id, quantity, value] = item;
  io("lineId", line_id);
  io("quantity", quantity);
  io("value", value);
}
void Fields(auto& io, IsA<domain::Totals> auto& totals) {
  auto& [goods, discount, tax, shipping, total] = totals;
  io("goods", goods);
  io("discount", discount);
  io("tax", tax);
  io("shipping", shipping);
  io("total", total);
}
void Fields(auto& io, IsA<domain::LineTotals> auto& line) {
  auto& [line_id, totals] = line;
  io("lineId", line_id);
  Fields(io, totals);
}

void Fields(auto& io, IsA<domain::OrderCreated> auto& event) {
  auto& [order_id, customer_id, currency, lines, shipping_address, billing_address, note] = event;
  io("orderId", order_id);
  io("customerId", customer_id);
  io("currency", currency);
  io("lines", lines);
  io.Optional("shippingAddress", shipping_address);
  io.Optional("billingAddress", billing_address);
  io("note", note);
}
void Fields(auto& io, IsA<domain::ItemAdded> auto& event) {
  auto& [line, quantity_after] = event;
  io("line", line);
  io("quantityAfter", quantity_after);
}
void Fields(auto& io, IsA<domain::ItemQuantityChanged> auto& event) {
  auto& [line_id, quantity] = event;
  io("lineId", line_id);
  io("quantity", quantity);
}
void Fields(auto& io, IsA<domain::ItemRemoved> auto& event) {
  auto& [line_id] = event;
  io("lineId", line_id);
}
void Fields(auto& io, IsA<domain::ShippingAddressSet> auto& event) {
  auto& [address] = event;
  io("address", address);
}
void Fields(auto& io, IsA<domain::BillingAddressSet> auto& event) {
  auto& [address] = event;
  io("address", address);
}
void Fields(auto& io, IsA<domain::NoteSet> auto& event) {
  auto& [note] = event;
  io("note", note);
}
void Fields(auto& io, IsA<domain::DiscountApplied> auto& event) {
  auto& [discount] = event;
  Fields(io, discount);
}
void Fields(auto& io, IsA<domain::DiscountRemoved> auto& event) {
  auto& [code] = event;
  io("code", code);
}
void Fields(auto& io, IsA<domain::ShippingFeeSet> auto& event) {
  auto& [fee] = event;
  io("fee", fee);
}
void Fields(auto& io, IsA<domain::TaxSet> auto& event) {
  auto& [tax] = event;
  Fields(io, tax);
}
void Fields(auto& io, IsA<domain::OrderConfirmed> auto& event) {
  auto& [totals, lines] = event;
  io("totals", totals);
  io("lines", lines);
}
void Fields(auto& io, IsA<domain::PaymentAuthorized> auto& event) {
  auto& [payment_id, amount, occurred_at] = event;
  io("paymentId", payment_id);
  io("amount", amount);
  io.Optional("occurredAt", occurred_at);
}
void Fields(auto& io, IsA<domain::PaymentCaptured> auto& event) {
  auto& [payment_id, amount, occurred_at] = event;
  io("paymentId", payment_id);
  io("amount", amount);
  io.Optional("occurredAt", occurred_at);
}
void Fields(auto& io, IsA<domain::PaymentFailed> auto& event) {
  auto& [payment_id, reason, occurred_at] = event;
  io("paymentId", payment_id);
  io("reason", reason);
  io.Optional("occurredAt", occurred_at);
}
void Fields(auto& io, IsA<domain::PaymentRefunded> auto& event) {
  auto& [refund_id, payment_id, amount, reason, occurred_at] = event;
  io("refundId", refund_id);
  io("paymentId", payment_id);
  io("amount", amount);
  io("reason", reason);
  io.Optional("occurredAt", occurred_at);
}
void Fields(auto& io, IsA<domain::OrderHeld> auto& event) {
  auto& [kind, reason] = event;
  io("kind", kind);
  io("reason", reason);
}
void Fields(auto& io, IsA<domain::HoldReleased> auto& event) {
  auto& [kind] = event;
  io("kind", kind);
}
void Fields(auto& io, IsA<domain::ItemsShipped> auto& event) {
  auto& [shipment_id, all_remaining, items, carrier, tracking_code, occurred_at] = event;
  io("shipmentId", shipment_id);
  io("allRemaining", all_remaining);
  io("items", items);
  io("carrier", carrier);
  io("trackingCode", tracking_code);
  io.Optional("occurredAt", occurred_at);
}
void Fields(auto& io, IsA<domain::ShipmentDelivered> auto& event) {
  auto& [shipment_id, occurred_at] = event;
  io("shipmentId", shipment_id);
  io.Optional("occurredAt", occurred_at);
}
void Fields(auto&, IsA<domain::OrderCompleted> auto& event) {
  static_assert(std::is_empty_v<std::remove_reference_t<decltype(event)>>);
}
void Fields(auto& io, IsA<domain::OrderCancelled> auto& event) {
  auto& [reason, items, refund_due] = event;
  io("reason", reason);
  io("items", items);
  io("refundDue", refund_due);
}
void Fields(auto& io, IsA<domain::ItemsCancelled> auto& event) {
  auto& [items, reason, refund_due] = event;
  io("items", items);
  io("reason", reason);
  io("refundDue", refund_due);
}
void Fields(auto& io, IsA<domain::ReturnRequested> auto& event) {
  auto& [return_id, items, reason] = event;
  io("returnId", return_id);
  io("items", items);
  io("reason", reason);
}
void Fields(auto& io, IsA<domain::ReturnReceived> auto& event) {
  auto& [return_id, items, refund_due, occurred_at] = event;
  io("returnId", return_id);
  io("items", items);
  io("refundDue", refund_due);
  io.Optional("occurredAt", occurred_at);
}

void Fields(auto& io, IsA<application::EventMetadata> auto& metadata) {
  auto& [correlation_id, causation_id, traceparent, actor, command, request_id, request_hash, time,
         schema_version] = metadata;
  io.Optional("$correlationId", correlation_id);
  io.Optional("$causationId", causation_id);
  io.Optional("traceparent", traceparent);
  io("actor", actor);
  io("command", command);
  io("requestId", request_id);
  io("requestHash", request_hash);
  io("time", time);
  io("schemaVersion", schema_version);
}

}  // namespace orders::infrastructure
