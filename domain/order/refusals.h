#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"

#include "domain/order/order.h"

namespace orders::domain {

/// Why the domain says no: a closed set; the names are stable and part of the API.
enum class Reason {
  kOrderNotFound,  ///< NotFound
  kOrderExists,    ///< AlreadyExists: another CreateOrder made it
  kNotDraft,       ///< FailedPrecondition, as all that follow unless said otherwise
  kNotConfirmed,
  kOrderEnded,
  kNoLines,
  kNoShippingAddress,
  kTooManyLines,
  kTooManyDiscounts,
  kTooManyEntries,  ///< Payments, refunds, shipments or returns of one order
  kLineNotFound,
  kQuantityTooLarge,
  kAmountTooLarge,
  kCurrencyMismatch,
  kDiscountCodeReused,
  kShippingAddressFrozen,
  kBillingAddressFrozen,
  kPaymentIdReused,
  kPaymentNotFound,
  kPaymentNotCaptured,
  kPaymentExceedsOpen,
  kCaptureExceedsAuthorized,
  kRefundIdReused,
  kRefundExceedsCaptured,
  kRefundNotDue,
  kOrderOnHold,
  kNotPaid,
  kNothingToShip,
  kShipmentIdReused,
  kShipmentNotFound,
  kShipmentExceedsOrdered,
  kAlreadyDelivered,
  kAlreadyShipped,
  kCancelExceedsUnshipped,
  kReturnIdReused,
  kReturnNotFound,
  kReturnExceedsDelivered,
  kReturnAlreadyReceived,
  kTimeInFuture,
};

/// "NOT_PAID": upper case with underscores, at most 63 characters (AIP-193).
std::string_view ReasonName(Reason reason);
/// The rule it breaks, in a sentence.
std::string_view ReasonRule(Reason reason);

/// What a refusal carries beside its code and text.
struct Refusal {
  std::string reason;                         ///< ReasonName.
  std::string rule;                           ///< ReasonRule.
  std::string status;                         ///< OrderStatusName of the order as it was.
  std::vector<std::string> allowed_commands;  ///< CommandNames that this order takes now.
};

/// A refusal as a Status: the code of the reason, `text` for a person, reason and rule as payload.
absl::Status Refuse(Reason reason, std::string_view text);
/// The same with the order's status and allowed commands added.
absl::Status WithOrder(const absl::Status& refusal, const Order& order);
/// Absent if `status` is no refusal of the domain.
std::optional<Refusal> GetRefusal(const absl::Status& status);

/// Names of the commands that the order's state admits now; whether a certain one succeeds depends
/// on its content too.
std::vector<std::string_view> AllowedCommands(const Order& order);

std::string_view OrderStatusName(OrderStatus status);            ///< "IN_FULFILMENT"
std::string_view PaymentStatusName(PaymentStatus status);        ///< "PARTIALLY_PAID"
std::string_view FulfilmentStatusName(FulfilmentStatus status);  ///< "PARTIALLY_SHIPPED"
std::string_view HoldKindName(HoldKind kind);                    ///< "FRAUD"

}  // namespace orders::domain
