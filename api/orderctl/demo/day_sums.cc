#include "api/orderctl/demo/day_sums.h"

namespace orders::api {
namespace {

void Add(const OrderOutcome& outcome, CurrencySums& sums) {
  ++sums.orders;
  sums.completed += outcome.status == v1::COMPLETED ? 1 : 0;
  sums.cancelled += outcome.status == v1::CANCELLED ? 1 : 0;
  sums.captured += outcome.captured;
  sums.refunded += outcome.refunded;
  if (!outcome.confirmed) return;
  ++sums.confirmed;
  sums.ordered += outcome.total;
  sums.removed += outcome.removed;
}

}  // namespace

OrderOutcome OutcomeOf(const DemoOrder& story) {
  const v1::Order& order = story.order();
  const std::int64_t total = order.totals().total().minor_units();
  return OrderOutcome{.order_id = order.order_id(),
                      .etag = order.etag(),
                      .customer_id = order.customer_id(),
                      .currency = order.currency_code(),
                      .status = order.status(),
                      .payment = order.payment_status(),
                      .confirmed = story.confirmed(),
                      .total = total,
                      .removed = total - order.ledger().due().minor_units(),
                      .captured = order.ledger().captured().minor_units(),
                      .refunded = order.ledger().refunded().minor_units(),
                      .refusals = story.refusals()};
}

DaySums Sum(const std::vector<OrderOutcome>& outcomes) {
  DaySums sums;
  for (const OrderOutcome& outcome : outcomes) {
    ++sums.by_status[v1::OrderStatus_Name(outcome.status)];
    ++sums.by_payment[v1::PaymentStatus_Name(outcome.payment)];
    Add(outcome, sums.by_currency[outcome.currency]);
    Add(outcome, sums.by_customer[outcome.customer_id][outcome.currency]);
    for (const auto& [what, times] : outcome.refusals) sums.refusals[what] += times;
  }
  return sums;
}

}  // namespace orders::api
