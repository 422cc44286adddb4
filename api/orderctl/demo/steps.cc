#include "api/orderctl/demo/steps.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace orders::api {
namespace {

constexpr int kTaxPpm = 190'000;
constexpr int kDiscountPpm = 100'000;

void Create(const Shop& shop, const DemoCustomer& customer, bool with_address, SplitMix64& random,
            DemoOrder& order) {
  v1::CreateOrderRequest create;
  create.set_customer_id(customer.id);
  create.set_currency_code(customer.currency);
  const std::int64_t lines = random.Between(1, 3);
  for (std::int64_t i = 0; i < lines; ++i) {
    *create.add_lines() = shop.PickLine(customer.currency, random);
  }
  if (with_address) *create.mutable_shipping_address() = customer.address;
  order.Do(create, &CommandStub::CreateOrder);
}

void EditLines(const Shop& shop, const DemoCustomer& customer, SplitMix64& random,
               DemoOrder& order) {
  if (random.Percent(30)) {
    v1::AddItemRequest add;
    *add.mutable_line() = shop.PickLine(customer.currency, random);
    order.Do(add, &CommandStub::AddItem);
  }
  if (random.Percent(15) && order.order().lines_size() > 0) {
    const v1::OrderLine& line = order.order().lines(0);
    v1::ChangeItemQuantityRequest change;
    change.set_line_id(line.line_id());
    change.set_quantity(line.quantity() + random.Between(1, 2));
    order.Do(change, &CommandStub::ChangeItemQuantity);
  }
  if (random.Percent(10) && order.order().lines_size() > 1) {
    v1::RemoveItemRequest remove;
    remove.set_line_id(order.order().lines(order.order().lines_size() - 1).line_id());
    order.Do(remove, &CommandStub::RemoveItem);
  }
}

void AddDiscount(SplitMix64& random, DemoOrder& order) {
  if (!random.Percent(25)) return;
  v1::ApplyDiscountRequest apply;
  apply.set_code("AUTUMN10");
  apply.set_rate_ppm(kDiscountPpm);
  order.Do(apply, &CommandStub::ApplyDiscount);
  if (!random.Percent(20)) return;
  v1::RemoveDiscountRequest remove;
  remove.set_code("AUTUMN10");
  order.Do(remove, &CommandStub::RemoveDiscount);
  v1::ApplyDiscountRequest other;
  other.set_code("VOUCHER");
  other.mutable_amount()->set_minor_units(150);
  order.Do(other, &CommandStub::ApplyDiscount);
}

void AddTaxAndFee(SplitMix64& random, DemoOrder& order) {
  v1::SetTaxRequest tax;
  tax.set_rate_ppm(kTaxPpm);
  order.Do(tax, &CommandStub::SetTax);
  if (!random.Percent(60)) return;
  v1::SetShippingFeeRequest fee;
  fee.mutable_fee()->set_minor_units(random.Between(2, 9) * 100);
  order.Do(fee, &CommandStub::SetShippingFee);
}

/// The first line as the answer has it; after a failure there may be none.
v1::LineQuantity OneUnitOfFirstLine(const DemoOrder& order) {
  v1::LineQuantity unit;
  unit.set_line_id(order.order().lines_size() > 0 ? order.order().lines(0).line_id() : 1);
  unit.set_quantity(1);
  return unit;
}

void SetCarrier(v1::ShipItemsRequest& ship, const DemoOrder& order) {
  ship.set_carrier("Parcel Post");
  ship.set_tracking_code(absl::StrCat("PP-", order.id(), "-", ship.shipment_id()));
}

}  // namespace

void FillCart(const Shop& shop, const DemoCustomer& customer, SplitMix64& random,
              DemoOrder& order) {
  const bool address_at_once = random.Percent(80);
  Create(shop, customer, address_at_once, random, order);
  EditLines(shop, customer, random, order);
  AddDiscount(random, order);
  AddTaxAndFee(random, order);
  if (!address_at_once) {
    v1::SetShippingAddressRequest ship_to;
    *ship_to.mutable_address() = customer.address;
    order.Do(ship_to, &CommandStub::SetShippingAddress);
  }
  if (random.Percent(20)) {
    v1::SetBillingAddressRequest bill_to;
    *bill_to.mutable_address() = customer.address;
    order.Do(bill_to, &CommandStub::SetBillingAddress);
  }
  if (random.Percent(10)) {
    v1::SetNoteRequest note;
    note.set_note("Please ring twice.");
    order.Do(note, &CommandStub::SetNote);
  }
}

void AbandonCart(const Shop& shop, const DemoCustomer& customer, SplitMix64& random,
                 DemoOrder& order) {
  Create(shop, customer, false, random, order);
  EditLines(shop, customer, random, order);
  order.Refused("placing without an address", v1::ConfirmOrderRequest(),
                &CommandStub::ConfirmOrder);
}

void Confirm(DemoOrder& order) { order.Do(v1::ConfirmOrderRequest(), &CommandStub::ConfirmOrder); }

void AuthorizeOpen(DemoOrder& order, const std::string& payment_id) {
  v1::AuthorizePaymentRequest authorize;
  authorize.set_payment_id(payment_id);
  *authorize.mutable_amount() = order.order().ledger().open();
  order.Do(authorize, &CommandStub::AuthorizePayment);
}

void Capture(DemoOrder& order, const std::string& payment_id, std::int64_t minor_units) {
  v1::CapturePaymentRequest capture;
  capture.set_payment_id(payment_id);
  capture.mutable_amount()->set_minor_units(minor_units);
  order.Do(capture, &CommandStub::CapturePayment);
}

void CaptureOpen(DemoOrder& order, const std::string& payment_id) {
  Capture(order, payment_id, order.order().ledger().open().minor_units());
}

void FailPayment(DemoOrder& order, const std::string& payment_id, const std::string& reason) {
  v1::RecordPaymentFailureRequest failure;
  failure.set_payment_id(payment_id);
  failure.set_reason(reason);
  order.Do(failure, &CommandStub::RecordPaymentFailure);
}

void RefundDue(DemoOrder& order, const std::string& refund_id) {
  const v1::Order before = order.order();
  std::int64_t due = before.ledger().refund_due().minor_units();
  for (const v1::Payment& payment : before.payments()) {
    const std::int64_t left = payment.captured().minor_units() - payment.refunded().minor_units();
    const std::int64_t amount = std::min(due, left);
    if (amount <= 0) continue;
    v1::RefundPaymentRequest refund;
    refund.set_refund_id(absl::StrCat(refund_id, "-", payment.payment_id()));
    refund.set_payment_id(payment.payment_id());
    refund.mutable_amount()->set_minor_units(amount);
    refund.set_reason("goods not kept");
    order.Do(refund, &CommandStub::RefundPayment);
    due -= amount;
  }
}

void Hold(DemoOrder& order, v1::HoldKind kind) {
  v1::PlaceHoldRequest hold;
  hold.set_kind(kind);
  hold.set_reason("to be checked");
  order.Do(hold, &CommandStub::PlaceHold);
}

void Release(DemoOrder& order, v1::HoldKind kind) {
  v1::ReleaseHoldRequest release;
  release.set_kind(kind);
  order.Do(release, &CommandStub::ReleaseHold);
}

void ShipAll(DemoOrder& order, const std::string& shipment_id) {
  v1::ShipItemsRequest ship;
  ship.set_shipment_id(shipment_id);
  ship.set_all_remaining(true);
  SetCarrier(ship, order);
  order.Do(ship, &CommandStub::ShipItems);
}

void ShipFirstLine(DemoOrder& order, const std::string& shipment_id) {
  v1::ShipItemsRequest ship;
  ship.set_shipment_id(shipment_id);
  *ship.add_items() = OneUnitOfFirstLine(order);
  SetCarrier(ship, order);
  order.Do(ship, &CommandStub::ShipItems);
}

void ShipRest(DemoOrder& order, const std::string& shipment_id) {
  std::int64_t left = 0;
  for (const v1::OrderLine& line : order.order().lines()) {
    left += line.quantity() - line.cancelled() - line.shipped();
  }
  if (left > 0) ShipAll(order, shipment_id);
}

void Deliver(DemoOrder& order, const std::string& shipment_id) {
  const auto& shipments = order.order().shipments();
  const bool waits = std::any_of(shipments.begin(), shipments.end(), [&](const auto& shipment) {
    return shipment.shipment_id() == shipment_id && !shipment.delivered();
  });
  if (!waits) return;
  v1::RecordDeliveryRequest delivery;
  delivery.set_shipment_id(shipment_id);
  order.Do(delivery, &CommandStub::RecordDelivery);
}

void Cancel(DemoOrder& order, const std::string& reason) {
  v1::CancelOrderRequest cancel;
  cancel.set_reason(reason);
  order.Do(cancel, &CommandStub::CancelOrder);
}

void CancelOneUnit(DemoOrder& order, const std::string& reason) {
  v1::CancelItemsRequest cancel;
  *cancel.add_items() = OneUnitOfFirstLine(order);
  cancel.set_reason(reason);
  order.Do(cancel, &CommandStub::CancelItems);
}

void RequestReturnOfFirstLine(DemoOrder& order, const std::string& return_id) {
  v1::RequestReturnRequest request;
  request.set_return_id(return_id);
  *request.add_items() = OneUnitOfFirstLine(order);
  request.set_reason("does not fit");
  order.Do(request, &CommandStub::RequestReturn);
}

void ReceiveReturn(DemoOrder& order, const std::string& return_id) {
  v1::ReceiveReturnRequest receive;
  receive.set_return_id(return_id);
  order.Do(receive, &CommandStub::ReceiveReturn);
}

}  // namespace orders::api
