#include "domain/order/money_rules.h"

#include <functional>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "domain/order/decider.h"
#include "tests/support/order_samples.h"

namespace orders::domain {
namespace {

using testing::HasSubstr;
using testing::Optional;

// An order of one line, 3 of 5.00, paid, two of them shipped.
Order PaidOrder() {
  Order order;
  order.id = samples::kOrderId;
  order.status = OrderStatus::kInFulfilment;
  OrderLine line;
  line.line.id = {1};
  line.line.quantity = 3;
  line.shipped = 2;
  line.totals = {.goods = {1500}, .tax = {300}, .total = {1800}};
  order.lines.push_back(line);
  order.totals = line.totals;
  order.payments.push_back(
      {.id = {"p1"}, .state = PaymentState::kCaptured, .authorized = {1800}, .captured = {1800}});
  order.captured = {1800};
  return order;
}

TEST(MoneyRules, AnOrderThatKeepsThemBreaksNone) {
  EXPECT_EQ(FindBrokenRule(PaidOrder()), std::nullopt);
  EXPECT_EQ(FindBrokenRule(Order{}), std::nullopt) << "nothing has happened yet";
}

TEST(MoneyRules, EachIsNamedWithItsNumbers) {
  struct Case {
    std::function<void(Order&)> spoil;
    const char* rule;
  };
  const Case cases[] = {
      {[](Order& order) { order.totals.total.minor += 1; },
       "the total is 1801, but goods - discount + tax + shipping is 1800"},
      {[](Order& order) { order.lines[0].totals.tax.minor += 1; },
       "line 1: the total is 1800, but goods - discount + tax + shipping is 1801"},
      {[](Order& order) { order.lines.push_back(order.lines[0]); },
       "the total is 1800, but the sum of the lines is 3600"},
      {[](Order& order) { order.lines[0].cancelled = 2; },
       "line 1: shipped is 2, which is not from 0 to ordered - cancelled, 1"},
      {[](Order& order) { order.lines[0].delivered = 3; },
       "line 1: delivered is 3, which is not from 0 to shipped, 2"},
      {[](Order& order) { order.lines[0].return_open = 1; },
       "line 1: returned is 1, which is not from 0 to delivered, 0"},
      {[](Order& order) { order.lines[0].removed = {1801}; },
       "line 1: the value cancelled and returned is 1801"},
      {[](Order& order) { order.removed = {1}; },
       "the value cancelled and returned is 1, but the sum of the lines is 0"},
      {[](Order& order) { order.payments[0].authorized = {1799}; },
       "payment p1: captured is 1800, which is not from 0 to authorized, 1799"},
      {[](Order& order) { order.payments[0].refunded = {1801}; }, "payment p1: refunded is 1801"},
      {[](Order& order) { order.captured = {1700}; },
       "captured is 1700, but the sum of the payments is 1800"},
      {[](Order& order) { order.refunded = {1}; },
       "refunded is 1, but the sum of the payments is 0"},
      {[](Order& order) {
         order.payments[0].authorized = order.payments[0].captured = order.captured = {1900};
       },
       "captured is 1900, which is not from 0 to the total, 1800"},
  };
  for (const Case& one : cases) {
    Order order = PaidOrder();
    one.spoil(order);
    EXPECT_THAT(FindBrokenRule(order), Optional(HasSubstr(one.rule)));
  }
}

}  // namespace
}  // namespace orders::domain
