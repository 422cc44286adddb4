#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "domain/order/events.h"
#include "domain/order/values.h"

namespace orders::domain {

enum class OrderStatus { kNone, kDraft, kConfirmed, kInFulfilment, kCompleted, kCancelled };
enum class PaymentStatus {
  kUnpaid,
  kAuthorized,
  kPartiallyPaid,
  kPaid,
  kPartiallyRefunded,
  kRefunded,
  kFailed
};
enum class FulfilmentStatus { kNone, kPartiallyShipped, kShipped, kPartiallyDelivered, kDelivered };

/// A line and how far each of its units has come. shipped <= quantity - cancelled;
/// delivered <= shipped; returned + return_open <= delivered.
struct OrderLine {
  Line line;
  std::int64_t shipped = 0;
  std::int64_t delivered = 0;
  std::int64_t cancelled = 0;
  std::int64_t return_open = 0;  ///< Asked to come back, not yet received.
  std::int64_t returned = 0;
  Totals totals;   ///< Since confirmation.
  Amount removed;  ///< Value of the cancelled and returned units.
  bool operator==(const OrderLine&) const = default;
};

enum class PaymentState { kAuthorized, kCaptured, kFailed };

struct Payment {
  PaymentId id;
  PaymentState state = PaymentState::kAuthorized;
  Amount authorized;
  Amount captured;
  Amount refunded;
  std::string failure_reason;
  BusinessTime authorized_at;
  BusinessTime captured_at;
  BusinessTime failed_at;
  bool operator==(const Payment&) const = default;
};

struct Refund {
  RefundId id;
  PaymentId payment_id;
  Amount amount;
  std::string reason;
  BusinessTime occurred_at;
  bool operator==(const Refund&) const = default;
};

struct Hold {
  HoldKind kind = HoldKind::kManual;
  std::string reason;
  bool operator==(const Hold&) const = default;
};

struct Shipment {
  ShipmentId id;
  bool all_remaining = false;
  std::vector<LineQuantity> items;
  std::string carrier;
  std::string tracking_code;
  BusinessTime shipped_at;
  bool delivered = false;
  BusinessTime delivered_at;
  bool operator==(const Shipment&) const = default;
};

struct Return {
  ReturnId id;
  std::vector<LineQuantity> requested;
  std::string reason;
  bool received = false;
  std::vector<LineValue> received_items;
  BusinessTime received_at;
  bool operator==(const Return&) const = default;
};

/// The state of one order: what decisions and answers read. Made by Evolve alone.
struct Order {
  OrderId id;
  OrderStatus status = OrderStatus::kNone;
  CustomerId customer_id;
  Currency currency;
  std::vector<OrderLine> lines;
  std::int32_t next_line = 1;
  std::optional<Address> shipping_address;
  std::optional<Address> billing_address;
  std::string note;
  std::vector<Discount> discounts;  ///< In order of entry.
  Amount shipping_fee;
  RateOrAmount tax;
  Totals totals;  ///< Since confirmation.
  std::vector<Payment> payments;
  bool last_payment_failed = false;
  std::vector<Refund> refunds;
  std::vector<Hold> holds;
  std::vector<Shipment> shipments;
  std::vector<Return> returns;
  Amount captured;
  Amount refunded;
  Amount removed;  ///< Value of all cancelled and returned units.
  std::string cancel_reason;
  bool operator==(const Order&) const = default;
};

/// due + refund_due = captured - refunded + open, always.
struct Ledger {
  Amount due;
  Amount open;
  Amount refund_due;
  bool operator==(const Ledger&) const = default;
};
Ledger LedgerOf(const Order& order);

/// Derived, never set by hand; the first that fits, in the order domain rules give.
PaymentStatus PaymentStatusOf(const Order& order);
FulfilmentStatus FulfilmentStatusOf(const Order& order);

bool IsEnded(const Order& order);  ///< Completed or cancelled.

/// Units that may still be shipped or cancelled.
inline std::int64_t Unshipped(const OrderLine& line) {
  return line.line.quantity - line.cancelled - line.shipped;
}
/// Units that may still be asked to come back.
inline std::int64_t Returnable(const OrderLine& line) {
  return line.delivered - line.returned - line.return_open;
}

/// The state after `event`. Total: any event on any state gives a state, never a crash; what the
/// decider would not have recorded is folded as far as it makes sense.
Order Evolve(Order order, const OrderEvent& event);
/// The same, in place.
void Apply(const OrderEvent& event, Order& order);

}  // namespace orders::domain
