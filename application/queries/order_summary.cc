#include "application/queries/order_summary.h"

#include "domain/order/pricing.h"

namespace orders::application {

namespace {

domain::Amount TotalOf(const domain::Order& order) {
  if (order.status != domain::OrderStatus::kDraft) return order.totals.total;
  if (order.lines.empty()) return {};
  const absl::StatusOr<domain::Pricing> pricing = domain::Price(order);
  return pricing.ok() ? pricing->totals.total : domain::kAmountMax;
}

}  // namespace

OrderSummary Summarize(const OrderView& view) {
  const domain::Order& order = view.order;
  return OrderSummary{
      .order_id = order.id,
      .customer_id = order.customer_id,
      .status = order.status,
      .payment = domain::PaymentStatusOf(order),
      .fulfilment = domain::FulfilmentStatusOf(order),
      .held = !order.holds.empty(),
      .currency = order.currency,
      .total = TotalOf(order),
      .line_count = static_cast<std::int64_t>(order.lines.size()),
      .revision = view.revision,
      .create_time = view.create_time,
      .update_time = view.update_time,
  };
}

}  // namespace orders::application
