#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "domain/order/values.h"

namespace orders::domain {

// What has happened. Stored for ever under the names of EventName: never change what one means or
// drop a field; add another event, or a version with an upcaster. Amounts are computed when the
// event is decided; folding never prices again.

struct OrderCreated {
  OrderId order_id;
  CustomerId customer_id;
  Currency currency;
  std::vector<Line> lines;
  std::optional<Address> shipping_address;
  std::optional<Address> billing_address;
  std::string note;
  bool operator==(const OrderCreated&) const = default;
};
struct ItemAdded {
  Line line;                        ///< What was added; an existing id means that it was merged.
  std::int64_t quantity_after = 0;  ///< Of the whole line.
  bool operator==(const ItemAdded&) const = default;
};
struct ItemQuantityChanged {
  LineId line_id;
  std::int64_t quantity = 0;
  bool operator==(const ItemQuantityChanged&) const = default;
};
struct ItemRemoved {
  LineId line_id;
  bool operator==(const ItemRemoved&) const = default;
};
struct ShippingAddressSet {
  Address address;
  bool operator==(const ShippingAddressSet&) const = default;
};
struct BillingAddressSet {
  Address address;
  bool operator==(const BillingAddressSet&) const = default;
};
struct NoteSet {
  std::string note;
  bool operator==(const NoteSet&) const = default;
};
struct DiscountApplied {
  Discount discount;
  bool operator==(const DiscountApplied&) const = default;
};
struct DiscountRemoved {
  DiscountCode code;
  bool operator==(const DiscountRemoved&) const = default;
};
struct ShippingFeeSet {
  Amount fee;
  bool operator==(const ShippingFeeSet&) const = default;
};
struct TaxSet {
  RateOrAmount tax;
  bool operator==(const TaxSet&) const = default;
};
struct OrderConfirmed {
  Totals totals;                  ///< Frozen from here on.
  std::vector<LineTotals> lines;  ///< In the order's order; they sum to `totals`.
  bool operator==(const OrderConfirmed&) const = default;
};
struct PaymentAuthorized {
  PaymentId payment_id;
  Amount amount;
  BusinessTime occurred_at;
  bool operator==(const PaymentAuthorized&) const = default;
};
struct PaymentCaptured {
  PaymentId payment_id;
  Amount amount;
  BusinessTime occurred_at;
  bool operator==(const PaymentCaptured&) const = default;
};
struct PaymentFailed {
  PaymentId payment_id;
  std::string reason;
  BusinessTime occurred_at;
  bool operator==(const PaymentFailed&) const = default;
};
struct PaymentRefunded {
  RefundId refund_id;
  PaymentId payment_id;
  Amount amount;
  std::string reason;
  BusinessTime occurred_at;
  bool operator==(const PaymentRefunded&) const = default;
};
struct OrderHeld {
  HoldKind kind = HoldKind::kManual;
  std::string reason;
  bool operator==(const OrderHeld&) const = default;
};
struct HoldReleased {
  HoldKind kind = HoldKind::kManual;
  bool operator==(const HoldReleased&) const = default;
};
struct ItemsShipped {
  ShipmentId shipment_id;
  bool all_remaining = false;  ///< Asked for so; a repeat is recognised by it.
  std::vector<LineQuantity> items;
  std::string carrier;
  std::string tracking_code;
  BusinessTime occurred_at;
  bool operator==(const ItemsShipped&) const = default;
};
struct ShipmentDelivered {
  ShipmentId shipment_id;
  BusinessTime occurred_at;
  bool operator==(const ShipmentDelivered&) const = default;
};
struct OrderCompleted {
  bool operator==(const OrderCompleted&) const = default;
};
struct OrderCancelled {
  std::string reason;
  std::vector<LineValue> items;  ///< What was still open; empty in a draft.
  Amount refund_due;             ///< Of the whole order, from here on.
  bool operator==(const OrderCancelled&) const = default;
};
struct ItemsCancelled {
  std::vector<LineValue> items;
  std::string reason;
  Amount refund_due;  ///< Of the whole order, from here on.
  bool operator==(const ItemsCancelled&) const = default;
};
struct ReturnRequested {
  ReturnId return_id;
  std::vector<LineQuantity> items;
  std::string reason;
  bool operator==(const ReturnRequested&) const = default;
};
struct ReturnReceived {
  ReturnId return_id;
  std::vector<LineValue> items;
  Amount refund_due;  ///< Of the whole order, from here on.
  BusinessTime occurred_at;
  bool operator==(const ReturnReceived&) const = default;
};

using OrderEvent =
    std::variant<OrderCreated, ItemAdded, ItemQuantityChanged, ItemRemoved, ShippingAddressSet,
                 BillingAddressSet, NoteSet, DiscountApplied, DiscountRemoved, ShippingFeeSet,
                 TaxSet, OrderConfirmed, PaymentAuthorized, PaymentCaptured, PaymentFailed,
                 PaymentRefunded, OrderHeld, HoldReleased, ItemsShipped, ShipmentDelivered,
                 OrderCompleted, OrderCancelled, ItemsCancelled, ReturnRequested, ReturnReceived>;
using OrderEvents = std::vector<OrderEvent>;

/// "OrderCreated": the name under which the event is stored, for ever.
std::string_view EventName(const OrderEvent& event);

}  // namespace orders::domain
