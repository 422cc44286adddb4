#include <algorithm>

#include "absl/strings/str_cat.h"

#include "domain/order/absl_view.h"
#include "domain/order/deciders.h"
#include "domain/order/refusals.h"
#include "domain/order/rules.h"

namespace orders::domain {
namespace {

absl::Status PaymentIdReused(const PaymentId& id, std::string_view why) {
  return Refuse(Reason::kPaymentIdReused, absl::StrCat("payment ", id.value, " ", View(why)));
}

absl::Status CheckAtMost(Amount amount, Amount limit, Reason reason, const Order& order) {
  if (amount <= limit) return absl::OkStatus();
  return Refuse(reason, absl::StrCat(FormatMoney(amount, order.currency), " is more than ",
                                     FormatMoney(limit, order.currency)));
}

// What may still be captured. The second bound holds even after a refund of goods that are kept:
// captures never sum to more than the total.
Amount Capturable(const Order& order) {
  const Amount uncaptured{
      std::max<std::int64_t>(0, order.totals.total.minor - order.captured.minor)};
  return std::min(LedgerOf(order).open, uncaptured);
}

}  // namespace

Decision DecideOne(const AuthorizePayment& command, const Order& order) {
  if (absl::Status status = CheckExists(order); !status.ok()) return status;
  const BusinessTime occurred_at = Micros(command.occurred_at);
  if (const Payment* known = FindEntry(order.payments, command.payment_id)) {
    absl::Status status = CheckCurrency(command.amount, order.currency);
    if (!status.ok()) return status;
    // Done, also if it was captured or failed since.
    if (known->authorized == command.amount.amount && known->authorized_at == occurred_at) {
      return OrderEvents{};
    }
    return PaymentIdReused(command.payment_id, "is known with another content");
  }
  absl::Status status = CheckPlaced(order);
  if (status.ok()) status = CheckCurrency(command.amount, order.currency);
  if (status.ok()) status = CheckTime(occurred_at, command.now);
  if (status.ok()) status = CheckRoom(order.payments.size(), "payments");
  if (status.ok()) {
    status = CheckAtMost(command.amount.amount, LedgerOf(order).open, Reason::kPaymentExceedsOpen,
                         order);
  }
  if (!status.ok()) return status;
  return OrderEvents{PaymentAuthorized{command.payment_id, command.amount.amount, occurred_at}};
}

// One capture for each payment id: whatever of its authorization is left is released by it, and a
// further capture needs another id. So a second one with another content is never taken for a part.
Decision DecideOne(const CapturePayment& command, const Order& order) {
  if (absl::Status status = CheckExists(order); !status.ok()) return status;
  const BusinessTime occurred_at = Micros(command.occurred_at);
  const Payment* known = FindEntry(order.payments, command.payment_id);
  if (known != nullptr && known->state != PaymentState::kAuthorized) {
    absl::Status status = CheckCurrency(command.amount, order.currency);
    if (!status.ok()) return status;
    if (known->state == PaymentState::kFailed) {
      return PaymentIdReused(command.payment_id, "has failed; a new attempt needs another id");
    }
    if (known->captured == command.amount.amount && known->captured_at == occurred_at) {
      return OrderEvents{};
    }
    return PaymentIdReused(command.payment_id, "is captured already, with another content");
  }
  absl::Status status = CheckPlaced(order);
  if (status.ok()) status = CheckNoHold(order, "capture");
  if (status.ok()) status = CheckCurrency(command.amount, order.currency);
  if (status.ok()) status = CheckTime(occurred_at, command.now);
  if (status.ok() && known != nullptr) {
    status = CheckAtMost(command.amount.amount, known->authorized,
                         Reason::kCaptureExceedsAuthorized, order);
  }
  if (status.ok() && known == nullptr) status = CheckRoom(order.payments.size(), "payments");
  if (status.ok()) {
    status =
        CheckAtMost(command.amount.amount, Capturable(order), Reason::kPaymentExceedsOpen, order);
  }
  if (!status.ok()) return status;

  OrderEvents events;
  if (known == nullptr) {
    events.push_back(PaymentAuthorized{command.payment_id, command.amount.amount, occurred_at});
  }
  events.push_back(PaymentCaptured{command.payment_id, command.amount.amount, occurred_at});
  return events;
}

Decision DecideOne(const RecordPaymentFailure& command, const Order& order) {
  if (absl::Status status = CheckExists(order); !status.ok()) return status;
  const BusinessTime occurred_at = Micros(command.occurred_at);
  const Payment* known = FindEntry(order.payments, command.payment_id);
  if (known != nullptr && known->state == PaymentState::kCaptured) {
    return PaymentIdReused(command.payment_id, "was captured: it can be refunded, not fail");
  }
  if (known != nullptr && known->state == PaymentState::kFailed) {
    if (known->failure_reason == command.reason && known->failed_at == occurred_at) {
      return OrderEvents{};
    }
    return PaymentIdReused(command.payment_id, "failed already, with another content");
  }
  absl::Status status = CheckPlaced(order);
  if (status.ok()) status = CheckTime(occurred_at, command.now);
  if (status.ok() && known == nullptr) status = CheckRoom(order.payments.size(), "payments");
  if (!status.ok()) return status;
  return OrderEvents{PaymentFailed{command.payment_id, command.reason, occurred_at}};
}

Decision DecideOne(const RefundPayment& command, const Order& order) {
  if (absl::Status status = CheckExists(order); !status.ok()) return status;
  const BusinessTime occurred_at = Micros(command.occurred_at);
  const Refund refund{.id = command.refund_id,
                      .payment_id = command.payment_id,
                      .amount = command.amount.amount,
                      .reason = command.reason,
                      .occurred_at = occurred_at};
  if (const Refund* known = FindEntry(order.refunds, command.refund_id)) {
    absl::Status status = CheckCurrency(command.amount, order.currency);
    if (!status.ok()) return status;
    if (*known == refund) return OrderEvents{};
    return Refuse(Reason::kRefundIdReused, absl::StrCat("refund ", command.refund_id.value,
                                                        " is known with another content"));
  }
  // An ended order takes refunds too, as far as they are due.
  absl::Status status = IsEnded(order) ? absl::OkStatus() : CheckPlaced(order);
  if (status.ok()) status = CheckCurrency(command.amount, order.currency);
  if (status.ok()) status = CheckTime(occurred_at, command.now);
  if (status.ok()) status = CheckRoom(order.refunds.size(), "refunds");
  if (!status.ok()) return status;

  const Payment* payment = FindEntry(order.payments, command.payment_id);
  if (payment == nullptr) {
    return Refuse(Reason::kPaymentNotFound, absl::StrCat("no payment ", command.payment_id.value));
  }
  if (payment->state != PaymentState::kCaptured) {
    return Refuse(Reason::kPaymentNotCaptured,
                  absl::StrCat("payment ", command.payment_id.value, " is not captured"));
  }
  status = CheckAtMost(refund.amount, Amount{payment->captured.minor - payment->refunded.minor},
                       Reason::kRefundExceedsCaptured, order);
  if (status.ok() && IsEnded(order)) {
    status = CheckAtMost(refund.amount, LedgerOf(order).refund_due, Reason::kRefundNotDue, order);
  }
  if (!status.ok()) return status;
  return OrderEvents{PaymentRefunded{.refund_id = refund.id,
                                     .payment_id = refund.payment_id,
                                     .amount = refund.amount,
                                     .reason = refund.reason,
                                     .occurred_at = occurred_at}};
}

}  // namespace orders::domain
