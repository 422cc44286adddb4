#include "application/projections/customers_projection.h"

#include "gtest/gtest.h"

namespace orders::application {
namespace {

using domain::OrderStatus;

RecordedOrderEvent Recorded(std::uint64_t revision, domain::OrderEvent event) {
  return {.order_id = {"o1"},
          .revision = revision,
          .event = std::move(event),
          .metadata = {.time = absl::FromUnixSeconds(1'000 + static_cast<std::int64_t>(revision))}};
}

CustomerOrderState Draft() {
  CustomerOrderState state;
  ProjectCustomerOrder(
      Recorded(0, domain::OrderCreated{.customer_id = {"c1"},
                                       .currency = *domain::Currency::Parse("EUR")}),
      state);
  return state;
}

TEST(ProjectCustomerOrder, ACreatedOrderCountsForItsCustomerAndCurrency) {
  CustomerOrderState state;
  const CustomerDelta delta = ProjectCustomerOrder(
      Recorded(0, domain::OrderCreated{.customer_id = {"c1"},
                                       .currency = *domain::Currency::Parse("EUR")}),
      state);
  EXPECT_EQ(delta.customer_id.value, "c1");
  EXPECT_EQ(delta.change.currency.code(), "EUR");
  EXPECT_EQ(delta.change.orders, 1);
  EXPECT_EQ(delta.first_order_time, absl::FromUnixSeconds(1'000));
  EXPECT_EQ(state.status, OrderStatus::kDraft);
}

TEST(ProjectCustomerOrder, ACancelledDraftRemovesNothing) {
  CustomerOrderState state = Draft();
  const CustomerDelta delta =
      ProjectCustomerOrder(Recorded(1, domain::OrderCancelled{.reason = "no"}), state);
  EXPECT_EQ(delta.change.cancelled, 1);
  EXPECT_EQ(delta.change.removed.minor, 0);
  EXPECT_EQ(state.status, OrderStatus::kCancelled);
}

TEST(ProjectCustomerOrder, CountsAnEndOnce) {
  CustomerOrderState state = Draft();
  ProjectCustomerOrder(Recorded(1, domain::OrderCancelled{}), state);
  const CustomerDelta again =
      ProjectCustomerOrder(Recorded(2, domain::OrderCancelled{.items = {{{1}, 1, {500}}}}), state);
  EXPECT_EQ(again.change.cancelled, 0);
  EXPECT_EQ(again.change.removed.minor, 0);
}

TEST(ProjectCustomerOrder, WhatWasNeverCreatedCountsNothing) {
  CustomerOrderState state;
  const CustomerDelta delta = ProjectCustomerOrder(
      Recorded(0, domain::PaymentCaptured{.payment_id = {"p"}, .amount = {100}}), state);
  EXPECT_EQ(delta.change.captured.minor, 0);
  EXPECT_EQ(state.status, OrderStatus::kNone);
  EXPECT_EQ(state.revision, 0U);
}

TEST(ProjectCustomerOrder, ADamagedAmountDoesNotOverflow) {
  CustomerOrderState state = Draft();
  const domain::Amount most{std::numeric_limits<std::int64_t>::max()};
  ProjectCustomerOrder(Recorded(1, domain::PaymentCaptured{.amount = most}), state);
  ProjectCustomerOrder(Recorded(2, domain::PaymentCaptured{.amount = most}), state);
  EXPECT_EQ(state.captured, most);
}

}  // namespace
}  // namespace orders::application
