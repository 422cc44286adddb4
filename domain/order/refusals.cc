#include "domain/order/refusals.h"

#include <utility>

#include "absl/strings/cord.h"

#include "domain/order/absl_view.h"
#include "domain/order/payload.h"

namespace orders::domain {
namespace {

constexpr std::string_view kRefusalType = "orders.domain/Refusal";
constexpr std::size_t kFixedTexts = 3;  // Reason, rule, status; then the commands.

struct ReasonText {
  std::string_view name;
  std::string_view rule;
};

// No default: a reason without its text is a compiler warning, and so an error.
ReasonText TextOf(Reason reason) {
  switch (reason) {
    case Reason::kOrderNotFound:
      return {"ORDER_NOT_FOUND", "The order must have been created."};
    case Reason::kOrderExists:
      return {"ORDER_EXISTS", "An order id is used for one order only."};
    case Reason::kNotDraft:
      return {"NOT_DRAFT", "Lines, discounts, fees and tax change only before confirmation."};
    case Reason::kNotConfirmed:
      return {"NOT_CONFIRMED", "Payment and fulfilment need a confirmed order."};
    case Reason::kOrderEnded:
      return {"ORDER_ENDED", "An ended order takes only notes, refunds that are due and returns."};
    case Reason::kNoLines:
      return {"NO_LINES", "Confirmation needs at least one line."};
    case Reason::kNoShippingAddress:
      return {"NO_SHIPPING_ADDRESS", "Confirmation needs a shipping address."};
    case Reason::kTooManyLines:
      return {"TOO_MANY_LINES", "An order has at most 500 lines."};
    case Reason::kTooManyDiscounts:
      return {"TOO_MANY_DISCOUNTS", "An order has at most 20 discounts."};
    case Reason::kTooManyEntries:
      return {"TOO_MANY_ENTRIES",
              "An order has at most 1,000 payments, refunds, shipments and returns, of each."};
    case Reason::kLineNotFound:
      return {"LINE_NOT_FOUND", "A line must be in the order."};
    case Reason::kQuantityTooLarge:
      return {"QUANTITY_TOO_LARGE", "A line has at most 1,000,000 units."};
    case Reason::kAmountTooLarge:
      return {"AMOUNT_TOO_LARGE", "An order comes to at most 10^12 minor units."};
    case Reason::kCurrencyMismatch:
      return {"CURRENCY_MISMATCH", "All amounts of an order are in its currency."};
    case Reason::kDiscountCodeReused:
      return {"DISCOUNT_CODE_REUSED", "A discount code stands for one discount of the order."};
    case Reason::kShippingAddressFrozen:
      return {"SHIPPING_ADDRESS_FROZEN", "The first shipment freezes the shipping address."};
    case Reason::kBillingAddressFrozen:
      return {"BILLING_ADDRESS_FROZEN", "The first capture freezes the billing address."};
    case Reason::kPaymentIdReused:
      return {"PAYMENT_ID_REUSED", "A payment id stands for one payment, captured at most once."};
    case Reason::kPaymentNotFound:
      return {"PAYMENT_NOT_FOUND", "A refund names a payment of the order."};
    case Reason::kPaymentNotCaptured:
      return {"PAYMENT_NOT_CAPTURED", "Only a captured payment is refunded."};
    case Reason::kPaymentExceedsOpen:
      return {"PAYMENT_EXCEEDS_OPEN",
              "No more is taken than is open, and never more in all than the total."};
    case Reason::kCaptureExceedsAuthorized:
      return {"CAPTURE_EXCEEDS_AUTHORIZED", "No more is captured than was authorized."};
    case Reason::kRefundIdReused:
      return {"REFUND_ID_REUSED", "A refund id stands for one refund."};
    case Reason::kRefundExceedsCaptured:
      return {"REFUND_EXCEEDS_CAPTURED", "No more of a payment is refunded than was captured."};
    case Reason::kRefundNotDue:
      return {"REFUND_NOT_DUE", "Of an ended order no more is refunded than is due."};
    case Reason::kOrderOnHold:
      return {"ORDER_ON_HOLD", "A hold stops shipping and capture."};
    case Reason::kNotPaid:
      return {"NOT_PAID", "Shipping needs the order to be paid in full."};
    case Reason::kNothingToShip:
      return {"NOTHING_TO_SHIP", "A shipment has at least one unit."};
    case Reason::kShipmentIdReused:
      return {"SHIPMENT_ID_REUSED", "A shipment id stands for one shipment."};
    case Reason::kShipmentNotFound:
      return {"SHIPMENT_NOT_FOUND", "A delivery names a shipment of the order."};
    case Reason::kShipmentExceedsOrdered:
      return {"SHIPMENT_EXCEEDS_ORDERED",
              "No more is shipped of a line than was ordered and not cancelled."};
    case Reason::kAlreadyDelivered:
      return {"ALREADY_DELIVERED", "A shipment is delivered once."};
    case Reason::kAlreadyShipped:
      return {"ALREADY_SHIPPED", "An order is cancelled as a whole before its first shipment."};
    case Reason::kCancelExceedsUnshipped:
      return {"CANCEL_EXCEEDS_UNSHIPPED", "What is shipped cannot be cancelled."};
    case Reason::kReturnIdReused:
      return {"RETURN_ID_REUSED", "A return id stands for one return."};
    case Reason::kReturnNotFound:
      return {"RETURN_NOT_FOUND", "A receipt names a return that was requested."};
    case Reason::kReturnExceedsDelivered:
      return {"RETURN_EXCEEDS_DELIVERED",
              "Only delivered units come back, and only those that were requested."};
    case Reason::kReturnAlreadyReceived:
      return {"RETURN_ALREADY_RECEIVED", "A return is received once."};
    case Reason::kTimeInFuture:
      return {"TIME_IN_FUTURE", "A stated time lies at most 5 minutes ahead of the server's."};
  }
  return {"UNKNOWN", ""};
}

absl::StatusCode CodeOf(Reason reason) {
  if (reason == Reason::kOrderNotFound) return absl::StatusCode::kNotFound;
  if (reason == Reason::kOrderExists) return absl::StatusCode::kAlreadyExists;
  return absl::StatusCode::kFailedPrecondition;
}

void Carry(const Refusal& refusal, absl::Status& status) {
  std::vector<std::string_view> texts = {refusal.reason, refusal.rule, refusal.status};
  texts.insert(texts.end(), refusal.allowed_commands.begin(), refusal.allowed_commands.end());
  status.SetPayload(View(kRefusalType), absl::Cord(EncodeTexts(texts)));
}

}  // namespace

std::string_view ReasonName(Reason reason) { return TextOf(reason).name; }
std::string_view ReasonRule(Reason reason) { return TextOf(reason).rule; }

absl::Status Refuse(Reason reason, std::string_view text) {
  absl::Status status(CodeOf(reason), View(text));
  Carry({.reason = std::string(ReasonName(reason)),
         .rule = std::string(ReasonRule(reason)),
         .status = {},
         .allowed_commands = {}},
        status);
  return status;
}

absl::Status WithOrder(const absl::Status& refusal, const Order& order) {
  std::optional<Refusal> carried = GetRefusal(refusal);
  if (!carried.has_value()) return refusal;
  carried->status = OrderStatusName(order.status);
  carried->allowed_commands.clear();
  for (const std::string_view command : AllowedCommands(order)) {
    carried->allowed_commands.emplace_back(command);
  }
  absl::Status status = refusal;
  Carry(*carried, status);
  return status;
}

std::optional<Refusal> GetRefusal(const absl::Status& status) {
  const absl::optional<absl::Cord> payload = status.GetPayload(View(kRefusalType));
  if (!payload.has_value()) return std::nullopt;
  std::optional<std::vector<std::string>> texts = DecodeTexts(std::string(*payload));
  if (!texts.has_value() || texts->size() < kFixedTexts) return std::nullopt;
  return Refusal{.reason = std::move((*texts)[0]),
                 .rule = std::move((*texts)[1]),
                 .status = std::move((*texts)[2]),
                 .allowed_commands = {std::make_move_iterator(texts->begin() + kFixedTexts),
                                      std::make_move_iterator(texts->end())}};
}

std::string_view OrderStatusName(OrderStatus status) {
  switch (status) {
    case OrderStatus::kNone:
      return "NONE";
    case OrderStatus::kDraft:
      return "DRAFT";
    case OrderStatus::kConfirmed:
      return "CONFIRMED";
    case OrderStatus::kInFulfilment:
      return "IN_FULFILMENT";
    case OrderStatus::kCompleted:
      return "COMPLETED";
    case OrderStatus::kCancelled:
      return "CANCELLED";
  }
  return "UNKNOWN";
}

std::string_view PaymentStatusName(PaymentStatus status) {
  switch (status) {
    case PaymentStatus::kUnpaid:
      return "UNPAID";
    case PaymentStatus::kAuthorized:
      return "AUTHORIZED";
    case PaymentStatus::kPartiallyPaid:
      return "PARTIALLY_PAID";
    case PaymentStatus::kPaid:
      return "PAID";
    case PaymentStatus::kPartiallyRefunded:
      return "PARTIALLY_REFUNDED";
    case PaymentStatus::kRefunded:
      return "REFUNDED";
    case PaymentStatus::kFailed:
      return "FAILED";
  }
  return "UNKNOWN";
}

std::string_view FulfilmentStatusName(FulfilmentStatus status) {
  switch (status) {
    case FulfilmentStatus::kNone:
      return "NONE";
    case FulfilmentStatus::kPartiallyShipped:
      return "PARTIALLY_SHIPPED";
    case FulfilmentStatus::kShipped:
      return "SHIPPED";
    case FulfilmentStatus::kPartiallyDelivered:
      return "PARTIALLY_DELIVERED";
    case FulfilmentStatus::kDelivered:
      return "DELIVERED";
  }
  return "UNKNOWN";
}

std::string_view HoldKindName(HoldKind kind) {
  switch (kind) {
    case HoldKind::kFraud:
      return "FRAUD";
    case HoldKind::kAddress:
      return "ADDRESS";
    case HoldKind::kStock:
      return "STOCK";
    case HoldKind::kPayment:
      return "PAYMENT";
    case HoldKind::kManual:
      return "MANUAL";
  }
  return "UNKNOWN";
}

}  // namespace orders::domain
