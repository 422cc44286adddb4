#include "api/calls/view_mapping.h"

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

#include "api/calls/value_mapping.h"
#include "domain/order/pricing.h"
#include "domain/order/refusals.h"

namespace orders::api {
namespace {

using domain::Currency;

void SetLineQuantity(const domain::LineQuantity& item, v1::LineQuantity& message) {
  message.set_line_id(item.line_id.value);
  message.set_quantity(item.quantity);
}

void SetLine(const domain::OrderLine& line, const domain::Totals* totals, const Currency& currency,
             v1::OrderLine& message) {
  message.set_line_id(line.line.id.value);
  message.set_sku(line.line.sku.value);
  message.set_title(line.line.title);
  message.set_quantity(line.line.quantity);
  SetMoney(line.line.unit_price, currency, *message.mutable_unit_price());
  message.set_shipped(line.shipped);
  message.set_delivered(line.delivered);
  message.set_cancelled(line.cancelled);
  message.set_return_open(line.return_open);
  message.set_returned(line.returned);
  if (totals != nullptr) SetTotals(*totals, currency, *message.mutable_totals());
}

/// Lines with their totals and the order's: frozen ones, or what a draft would cost now.
void SetLinesAndTotals(const domain::Order& order, v1::Order& message) {
  const bool is_frozen = order.status != domain::OrderStatus::kDraft;
  absl::StatusOr<domain::Pricing> pricing =
      is_frozen ? domain::Pricing{.totals = order.totals, .lines = {}} : domain::Price(order);
  for (std::size_t i = 0; i < order.lines.size(); ++i) {
    const domain::Totals* totals = nullptr;
    if (is_frozen) {
      totals = &order.lines[i].totals;
    } else if (pricing.ok() && i < pricing->lines.size()) {
      totals = &pricing->lines[i].totals;
    }
    SetLine(order.lines[i], totals, order.currency, *message.add_lines());
  }
  if (pricing.ok()) SetTotals(pricing->totals, order.currency, *message.mutable_totals());
}

void SetRateOrAmount(const domain::RateOrAmount& value, const Currency& currency, auto& message) {
  if (value.rate.has_value()) {
    message.set_rate_ppm(value.rate->ppm);
  } else {
    SetMoney(value.amount, currency, *message.mutable_amount());
  }
}

v1::Payment::State ToMessage(domain::PaymentState state) {
  switch (state) {
    case domain::PaymentState::kAuthorized:
      return v1::Payment::STATE_AUTHORIZED;
    case domain::PaymentState::kCaptured:
      return v1::Payment::STATE_CAPTURED;
    case domain::PaymentState::kFailed:
      return v1::Payment::STATE_FAILED;
  }
  return v1::Payment::STATE_UNSPECIFIED;
}

void SetPayment(const domain::Payment& payment, const Currency& currency, v1::Payment& message) {
  message.set_payment_id(payment.id.value);
  message.set_state(ToMessage(payment.state));
  SetMoney(payment.authorized, currency, *message.mutable_authorized());
  SetMoney(payment.captured, currency, *message.mutable_captured());
  SetMoney(payment.refunded, currency, *message.mutable_refunded());
  message.set_failure_reason(payment.failure_reason);
  if (payment.authorized_at) SetTime(*payment.authorized_at, *message.mutable_authorize_time());
  if (payment.captured_at) SetTime(*payment.captured_at, *message.mutable_capture_time());
  if (payment.failed_at) SetTime(*payment.failed_at, *message.mutable_fail_time());
}

void SetRefund(const domain::Refund& refund, const Currency& currency, v1::Refund& message) {
  message.set_refund_id(refund.id.value);
  message.set_payment_id(refund.payment_id.value);
  SetMoney(refund.amount, currency, *message.mutable_amount());
  message.set_reason(refund.reason);
  if (refund.occurred_at) SetTime(*refund.occurred_at, *message.mutable_refund_time());
}

void SetShipment(const domain::Shipment& shipment, v1::Shipment& message) {
  message.set_shipment_id(shipment.id.value);
  for (const domain::LineQuantity& item : shipment.items) {
    SetLineQuantity(item, *message.add_items());
  }
  message.set_carrier(shipment.carrier);
  message.set_tracking_code(shipment.tracking_code);
  if (shipment.shipped_at) SetTime(*shipment.shipped_at, *message.mutable_ship_time());
  message.set_delivered(shipment.delivered);
  if (shipment.delivered_at) SetTime(*shipment.delivered_at, *message.mutable_delivery_time());
}

void SetReturn(const domain::Return& returned, const Currency& currency, v1::Return& message) {
  message.set_return_id(returned.id.value);
  for (const domain::LineQuantity& item : returned.requested) {
    SetLineQuantity(item, *message.add_requested());
  }
  message.set_reason(returned.reason);
  message.set_received(returned.received);
  for (const domain::LineValue& item : returned.received_items) {
    v1::LineValue& value = *message.add_received_items();
    value.set_line_id(item.line_id.value);
    value.set_quantity(item.quantity);
    SetMoney(item.value, currency, *value.mutable_value());
  }
  if (returned.received_at) SetTime(*returned.received_at, *message.mutable_receive_time());
}

void SetLedger(const domain::Order& order, v1::Ledger& message) {
  const domain::Ledger ledger = domain::LedgerOf(order);
  SetMoney(order.captured, order.currency, *message.mutable_captured());
  SetMoney(order.refunded, order.currency, *message.mutable_refunded());
  SetMoney(ledger.due, order.currency, *message.mutable_due());
  SetMoney(ledger.open, order.currency, *message.mutable_open());
  SetMoney(ledger.refund_due, order.currency, *message.mutable_refund_due());
}

v1::Freshness::State ToMessage(application::ViewState state) {
  switch (state) {
    case application::ViewState::kLive:
      return v1::Freshness::LIVE;
    case application::ViewState::kFilling:
      return v1::Freshness::FILLING;
    case application::ViewState::kStopped:
      return v1::Freshness::STOPPED;
  }
  return v1::Freshness::STATE_UNSPECIFIED;
}

}  // namespace

void SetOrder(const application::OrderView& view, v1::Order& message) {
  const domain::Order& order = view.order;
  const Currency& currency = order.currency;
  message.set_order_id(order.id.value);
  message.set_etag(EtagOf(view.revision));
  message.set_revision(view.revision);
  message.set_status(ToMessage(order.status));
  message.set_payment_status(ToMessage(domain::PaymentStatusOf(order)));
  message.set_fulfilment_status(ToMessage(domain::FulfilmentStatusOf(order)));
  message.set_customer_id(order.customer_id.value);
  message.set_currency_code(std::string(currency.code()));
  SetLinesAndTotals(order, message);
  if (order.shipping_address) {
    SetAddress(*order.shipping_address, *message.mutable_shipping_address());
  }
  if (order.billing_address) {
    SetAddress(*order.billing_address, *message.mutable_billing_address());
  }
  message.set_note(order.note);
  for (const domain::Discount& discount : order.discounts) {
    v1::Discount& added = *message.add_discounts();
    added.set_code(discount.code.value);
    SetRateOrAmount(discount.value, currency, added);
  }
  SetMoney(order.shipping_fee, currency, *message.mutable_shipping_fee());
  SetRateOrAmount(order.tax, currency, *message.mutable_tax());
  SetLedger(order, *message.mutable_ledger());
  for (const domain::Payment& payment : order.payments) {
    SetPayment(payment, currency, *message.add_payments());
  }
  for (const domain::Refund& refund : order.refunds) {
    SetRefund(refund, currency, *message.add_refunds());
  }
  for (const domain::Hold& hold : order.holds) {
    v1::Hold& added = *message.add_holds();
    added.set_kind(ToMessage(hold.kind));
    added.set_reason(hold.reason);
  }
  for (const domain::Shipment& shipment : order.shipments) {
    SetShipment(shipment, *message.add_shipments());
  }
  for (const domain::Return& returned : order.returns) {
    SetReturn(returned, currency, *message.add_returns());
  }
  message.set_cancel_reason(order.cancel_reason);
  SetTime(view.create_time, *message.mutable_create_time());
  SetTime(view.update_time, *message.mutable_update_time());
  for (const std::string_view command : domain::AllowedCommands(order)) {
    message.add_allowed_commands(std::string(command));
  }
}

void SetSummary(const application::OrderSummary& summary, v1::OrderSummary& message) {
  message.set_order_id(summary.order_id.value);
  message.set_customer_id(summary.customer_id.value);
  message.set_status(ToMessage(summary.status));
  message.set_payment_status(ToMessage(summary.payment));
  message.set_fulfilment_status(ToMessage(summary.fulfilment));
  message.set_held(summary.held);
  SetMoney(summary.total, summary.currency, *message.mutable_total());
  message.set_line_count(summary.line_count);
  message.set_etag(EtagOf(summary.revision));
  SetTime(summary.create_time, *message.mutable_create_time());
  SetTime(summary.update_time, *message.mutable_update_time());
}

void SetFreshness(const application::Freshness& freshness, v1::Freshness& message) {
  message.set_position_token(application::EncodePositionToken(freshness.store, freshness.position));
  if (freshness.lag_events.has_value()) message.set_lag_events(*freshness.lag_events);
  message.set_lag_ms(absl::ToInt64Milliseconds(freshness.lag));
  message.set_stale(freshness.stale);
  message.set_state(ToMessage(freshness.state));
  message.set_incomplete_orders(freshness.incomplete_orders);
  if (freshness.blocked_since.has_value()) {
    SetTime(*freshness.blocked_since, *message.mutable_blocked_since());
  }
}

void SetCommandResponse(const application::CommandAnswer& answer,
                        const application::StoreIdentity& store, v1::CommandResponse& message) {
  SetOrder(*answer.view, *message.mutable_order());
  message.set_position_token(application::EncodePositionToken(store, answer.view->position));
  message.set_request_id(answer.request_id);
  message.set_replayed(answer.replayed);
  message.set_events_recorded(answer.events_recorded);
}

void SetListResponse(const application::ListOrdersAnswer& answer,
                     const application::Freshness& freshness, v1::ListOrdersResponse& message) {
  for (const application::OrderSummary& summary : answer.orders) {
    SetSummary(summary, *message.add_orders());
  }
  message.set_next_page_token(answer.next_page_token);
  SetFreshness(freshness, *message.mutable_freshness());
}

void SetCustomerResponse(const application::CustomerAnswer& answer,
                         const application::Freshness& freshness,
                         v1::GetCustomerResponse& message) {
  message.set_customer_id(answer.customer_id.value);
  SetTime(answer.first_order_time, *message.mutable_first_order_time());
  SetTime(answer.last_order_time, *message.mutable_last_order_time());
  for (const application::CustomerTotals& totals : answer.totals) {
    v1::CustomerTotals& added = *message.add_totals();
    added.set_currency_code(std::string(totals.currency.code()));
    added.set_orders(totals.orders);
    added.set_confirmed(totals.confirmed);
    added.set_completed(totals.completed);
    added.set_cancelled(totals.cancelled);
    SetMoney(totals.ordered, totals.currency, *added.mutable_ordered());
    SetMoney(totals.removed, totals.currency, *added.mutable_removed());
    SetMoney(totals.captured, totals.currency, *added.mutable_captured());
    SetMoney(totals.refunded, totals.currency, *added.mutable_refunded());
  }
  for (const application::CustomerOrder& order : answer.orders) {
    v1::CustomerOrder& added = *message.add_orders();
    added.set_order_id(order.order_id.value);
    added.set_status(ToMessage(order.status));
    SetMoney(order.total, order.currency, *added.mutable_total());
    SetTime(order.create_time, *added.mutable_create_time());
  }
  message.set_next_page_token(answer.next_page_token);
  SetFreshness(freshness, *message.mutable_freshness());
}

}  // namespace orders::api
