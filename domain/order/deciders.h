#pragma once

#include "absl/status/statusor.h"

#include "domain/order/commands.h"
#include "domain/order/events.h"
#include "domain/order/order.h"

namespace orders::domain {

// One decision for each command, behind Decide of decider.h. Internal to domain/order. All look in
// this order: is there such an order; was the same asked before, under its id (then it is done,
// even if the order has ended since); has the order ended; does its state admit the command; and
// only then the content. Not named Decide: a command without its own must not compile, rather than
// recurse.

using Decision = absl::StatusOr<OrderEvents>;

// decide_draft.cc
Decision DecideCreate(const OrderId& id, const CreateOrder& command, const Order& order);
Decision DecideOne(const AddItem& command, const Order& order);
Decision DecideOne(const ChangeItemQuantity& command, const Order& order);
Decision DecideOne(const RemoveItem& command, const Order& order);
Decision DecideOne(const ConfirmOrder& command, const Order& order);
// decide_price.cc
Decision DecideOne(const ApplyDiscount& command, const Order& order);
Decision DecideOne(const RemoveDiscount& command, const Order& order);
Decision DecideOne(const SetShippingFee& command, const Order& order);
Decision DecideOne(const SetTax& command, const Order& order);
// decide_detail.cc
Decision DecideOne(const SetShippingAddress& command, const Order& order);
Decision DecideOne(const SetBillingAddress& command, const Order& order);
Decision DecideOne(const SetNote& command, const Order& order);
Decision DecideOne(const PlaceHold& command, const Order& order);
Decision DecideOne(const ReleaseHold& command, const Order& order);
// decide_payment.cc
Decision DecideOne(const AuthorizePayment& command, const Order& order);
Decision DecideOne(const CapturePayment& command, const Order& order);
Decision DecideOne(const RecordPaymentFailure& command, const Order& order);
Decision DecideOne(const RefundPayment& command, const Order& order);
// decide_fulfilment.cc
Decision DecideOne(const ShipItems& command, const Order& order);
Decision DecideOne(const RecordDelivery& command, const Order& order);
// decide_cancel_return.cc
Decision DecideOne(const CancelOrder& command, const Order& order);
Decision DecideOne(const CancelItems& command, const Order& order);
Decision DecideOne(const RequestReturn& command, const Order& order);
Decision DecideOne(const ReceiveReturn& command, const Order& order);

/// `event` alone, if the draft after it can still be priced; else AMOUNT_TOO_LARGE.
Decision IfPriced(const Order& order, OrderEvent event);

}  // namespace orders::domain
