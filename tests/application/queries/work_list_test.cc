#include "application/queries/work_list.h"

#include "gtest/gtest.h"

#include "domain/order/decider.h"
#include "tests/support/order_histories.h"

namespace orders::application {
namespace {

using domain::OrderStatus;

bool IsOn(WorkList list, const domain::Order& order) {
  return (WorkOf(order) & WorkBit(list)) != 0;
}

// One line of two units, 500 in all.
domain::Order Order(OrderStatus status) {
  domain::Order order{.status = status, .shipping_address = domain::Address{.name = "A"}};
  order.lines.push_back({.line = {.id = {1}, .sku = {"a"}, .quantity = 2}});
  order.totals.total = {500};
  return order;
}
domain::Order Paid(OrderStatus status) {
  domain::Order order = Order(status);
  order.captured = {500};
  return order;
}

TEST(WorkOf, ADraftIsToConfirmOnceItHasALineAndAnAddress) {
  domain::Order order = Order(OrderStatus::kDraft);
  EXPECT_TRUE(IsOn(WorkList::kToConfirm, order));
  order.shipping_address.reset();
  EXPECT_FALSE(IsOn(WorkList::kToConfirm, order));
  order = Order(OrderStatus::kDraft);
  order.lines.clear();
  EXPECT_EQ(WorkOf(order), 0U);
  EXPECT_FALSE(IsOn(WorkList::kToConfirm, Order(OrderStatus::kConfirmed)));
}

TEST(WorkOf, WhatIsPaidAndNotHeldIsToShipWhileUnitsAreLeft) {
  EXPECT_FALSE(IsOn(WorkList::kToShip, Order(OrderStatus::kConfirmed)));
  domain::Order order = Paid(OrderStatus::kConfirmed);
  EXPECT_TRUE(IsOn(WorkList::kToShip, order));
  order.holds.push_back({});
  EXPECT_FALSE(IsOn(WorkList::kToShip, order));
  EXPECT_TRUE(IsOn(WorkList::kHeld, order));
  order = Paid(OrderStatus::kInFulfilment);
  order.lines[0].shipped = 1;
  EXPECT_TRUE(IsOn(WorkList::kToShip, order));
  order.lines[0].shipped = 2;
  EXPECT_FALSE(IsOn(WorkList::kToShip, order));
}

TEST(WorkOf, AFailedPaymentIsWorkWhileMoneyIsOpen) {
  domain::Order order = Order(OrderStatus::kConfirmed);
  order.last_payment_failed = true;
  EXPECT_TRUE(IsOn(WorkList::kPaymentFailed, order));
  order.captured = {500};
  EXPECT_FALSE(IsOn(WorkList::kPaymentFailed, order));
  order = Order(OrderStatus::kCancelled);
  order.last_payment_failed = true;
  EXPECT_FALSE(IsOn(WorkList::kPaymentFailed, order));
}

TEST(WorkOf, ARefundIsDueOfEndedOrdersTooUntilItIsPaid) {
  domain::Order order = Paid(OrderStatus::kCancelled);
  EXPECT_EQ(WorkOf(order), WorkBit(WorkList::kRefundDue));
  order.refunded = {500};
  EXPECT_EQ(WorkOf(order), 0U);
}

TEST(WorkOf, AnEndedOrderIsHeldByNobody) {
  domain::Order order = Order(OrderStatus::kCancelled);
  order.holds.push_back({});
  EXPECT_FALSE(IsOn(WorkList::kHeld, order));
}

// What a list says can be done, the domain lets be done; and it leaves out none of it.
TEST(WorkOf, AgreesWithWhatTheDomainTakes) {
  testing_support::OrderHistories histories(31, 5, 4);
  histories.Next(5'000);
  int to_confirm = 0;
  int to_ship = 0;
  for (const auto& [id, order] : histories.orders()) {
    const bool confirms = domain::Decide({id}, domain::ConfirmOrder{}, order).ok() &&
                          order.status == OrderStatus::kDraft;
    EXPECT_EQ(IsOn(WorkList::kToConfirm, order), confirms) << id;
    const bool ships =
        domain::Decide({id}, domain::ShipItems{.shipment_id = {"new"}, .all_remaining = true},
                       order)
            .ok();
    EXPECT_EQ(IsOn(WorkList::kToShip, order), ships) << id;
    EXPECT_EQ(IsOn(WorkList::kRefundDue, order), domain::LedgerOf(order).refund_due.minor > 0);
    to_confirm += confirms ? 1 : 0;
    to_ship += ships ? 1 : 0;
  }
  EXPECT_GT(to_confirm, 0);
  EXPECT_GT(to_ship, 0);
}

}  // namespace
}  // namespace orders::application
