#include <algorithm>
#include <cstdint>

#include "domain/order/order.h"

namespace orders::domain {
namespace {

bool IsPlaced(const Order& order) {
  return order.status == OrderStatus::kConfirmed || order.status == OrderStatus::kInFulfilment ||
         order.status == OrderStatus::kCompleted;
}

// Evolve keeps every amount within 0 and kAmountMax, so that these differences cannot overflow.
Amount NotNegative(std::int64_t minor) { return Amount{std::max<std::int64_t>(0, minor)}; }

}  // namespace

Ledger LedgerOf(const Order& order) {
  Ledger ledger;
  // Nothing is due before confirmation, nor for an order that was cancelled.
  if (IsPlaced(order)) ledger.due = NotNegative(order.totals.total.minor - order.removed.minor);
  const std::int64_t kept = order.captured.minor - order.refunded.minor;
  ledger.open = NotNegative(ledger.due.minor - kept);
  ledger.refund_due = NotNegative(kept - ledger.due.minor);
  return ledger;
}

PaymentStatus PaymentStatusOf(const Order& order) {
  const bool has_captured = order.captured.minor > 0;
  if (has_captured && order.refunded == order.captured) return PaymentStatus::kRefunded;
  if (order.refunded.minor > 0) return PaymentStatus::kPartiallyRefunded;
  // Nothing is open of a cancelled order either, but nobody paid it by that.
  if (IsPlaced(order) && LedgerOf(order).open.minor == 0) return PaymentStatus::kPaid;
  if (has_captured) return PaymentStatus::kPartiallyPaid;
  const bool is_authorized = std::any_of(
      order.payments.begin(), order.payments.end(),
      [](const Payment& payment) { return payment.state == PaymentState::kAuthorized; });
  if (is_authorized) return PaymentStatus::kAuthorized;
  return order.last_payment_failed ? PaymentStatus::kFailed : PaymentStatus::kUnpaid;
}

FulfilmentStatus FulfilmentStatusOf(const Order& order) {
  bool any_shipped = false;
  bool any_delivered = false;
  bool all_shipped = true;
  bool all_delivered = true;
  for (const OrderLine& line : order.lines) {
    const std::int64_t wanted = line.line.quantity - line.cancelled;
    any_shipped |= line.shipped > 0;
    any_delivered |= line.delivered > 0;
    all_shipped &= line.shipped >= wanted;
    all_delivered &= line.delivered >= wanted;
  }
  if (any_delivered) {
    return all_delivered ? FulfilmentStatus::kDelivered : FulfilmentStatus::kPartiallyDelivered;
  }
  if (any_shipped) {
    return all_shipped ? FulfilmentStatus::kShipped : FulfilmentStatus::kPartiallyShipped;
  }
  return FulfilmentStatus::kNone;
}

bool IsEnded(const Order& order) {
  return order.status == OrderStatus::kCompleted || order.status == OrderStatus::kCancelled;
}

}  // namespace orders::domain
