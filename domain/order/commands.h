#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/time/time.h"

#include "domain/order/values.h"

namespace orders::domain {

// What may be asked of an order. `now` is the server's time of the attempt; the handler sets it.
// What each field may hold is checked by Validate (validation.h) before a decision is asked for.

struct CreateOrder {
  CustomerId customer_id;
  Currency currency;
  std::vector<NewLine> lines;  ///< May be empty: a cart that is still to be filled.
  std::optional<Address> shipping_address;
  std::optional<Address> billing_address;
  std::string note;
};
struct AddItem {
  NewLine line;
};
struct ChangeItemQuantity {
  LineId line_id;
  std::int64_t quantity = 0;
};
struct RemoveItem {
  LineId line_id;
};
struct SetShippingAddress {
  Address address;
};
struct SetBillingAddress {
  Address address;
};
struct SetNote {
  std::string note;  ///< Empty removes it.
};
struct ApplyDiscount {
  DiscountCode code;
  std::optional<Rate> rate;  ///< Exactly one of the two.
  std::optional<Money> amount;
};
struct RemoveDiscount {
  DiscountCode code;
};
struct SetShippingFee {
  Money fee;
};
struct SetTax {
  std::optional<Rate> rate;  ///< Exactly one of the two.
  std::optional<Money> amount;
};
struct ConfirmOrder {};
struct AuthorizePayment {
  PaymentId payment_id;
  Money amount;
  BusinessTime occurred_at;
  absl::Time now;
};
struct CapturePayment {
  PaymentId payment_id;
  Money amount;
  BusinessTime occurred_at;
  absl::Time now;
};
struct RecordPaymentFailure {
  PaymentId payment_id;
  std::string reason;
  BusinessTime occurred_at;
  absl::Time now;
};
struct RefundPayment {
  RefundId refund_id;
  PaymentId payment_id;
  Money amount;
  std::string reason;
  BusinessTime occurred_at;
  absl::Time now;
};
struct PlaceHold {
  HoldKind kind = HoldKind::kManual;
  std::string reason;
};
struct ReleaseHold {
  HoldKind kind = HoldKind::kManual;
};
struct ShipItems {
  ShipmentId shipment_id;
  bool all_remaining = false;       ///< Then `items` is empty.
  std::vector<LineQuantity> items;  ///< A line at most once.
  std::string carrier;
  std::string tracking_code;
  BusinessTime occurred_at;
  absl::Time now;
};
struct RecordDelivery {
  ShipmentId shipment_id;
  BusinessTime occurred_at;
  absl::Time now;
};
struct CancelOrder {
  std::string reason;
};
struct CancelItems {
  std::vector<LineQuantity> items;  ///< A line at most once.
  std::string reason;
};
struct RequestReturn {
  ReturnId return_id;
  std::vector<LineQuantity> items;  ///< A line at most once.
  std::string reason;
};
struct ReceiveReturn {
  ReturnId return_id;
  std::vector<LineQuantity> items;  ///< What arrived; empty: all that was requested.
  BusinessTime occurred_at;
  absl::Time now;
};

using OrderCommand =
    std::variant<CreateOrder, AddItem, ChangeItemQuantity, RemoveItem, SetShippingAddress,
                 SetBillingAddress, SetNote, ApplyDiscount, RemoveDiscount, SetShippingFee, SetTax,
                 ConfirmOrder, AuthorizePayment, CapturePayment, RecordPaymentFailure,
                 RefundPayment, PlaceHold, ReleaseHold, ShipItems, RecordDelivery, CancelOrder,
                 CancelItems, RequestReturn, ReceiveReturn>;

/// "CancelOrder": as it stands in events' metadata, in refusals and in logs.
std::string_view CommandName(const OrderCommand& command);

/// Sets `now` where the command has one. Truncated to microseconds.
void StampTime(OrderCommand& command, absl::Time now);

/// The whole microseconds of `time`, as events keep times; infinite ones stay.
inline absl::Time TruncateToMicros(absl::Time time) {
  return time - (time - absl::UnixEpoch()) % absl::Microseconds(1);
}

}  // namespace orders::domain
