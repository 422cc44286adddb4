#include "domain/order/pricing.h"

#include "gtest/gtest.h"

#include "tests/support/order_samples.h"

namespace orders::domain {
namespace {

using samples::Goods;
using samples::kEur;

Order Cart(std::vector<NewLine> lines) {
  Order order;
  order.status = OrderStatus::kDraft;
  order.currency = kEur;
  for (const NewLine& line : lines) {
    OrderLine& added = order.lines.emplace_back();
    added.line = {{order.next_line++}, line.sku, line.title, line.quantity, line.unit_price.amount};
  }
  return order;
}

Discount Percent(std::string code, std::int32_t percent) {
  return {{std::move(code)}, {Rate{percent * 10'000}, Amount{}}};
}
Discount Off(std::string code, std::int64_t minor) {
  return {{std::move(code)}, {std::nullopt, Amount{minor}}};
}

Totals T(std::int64_t goods, std::int64_t discount, std::int64_t tax, std::int64_t shipping,
         std::int64_t total) {
  return {{goods}, {discount}, {tax}, {shipping}, {total}};
}

void ExpectTotals(const Totals& actual, const Totals& expected) {
  EXPECT_EQ(actual.goods.minor, expected.goods.minor);
  EXPECT_EQ(actual.discount.minor, expected.discount.minor);
  EXPECT_EQ(actual.tax.minor, expected.tax.minor);
  EXPECT_EQ(actual.shipping.minor, expected.shipping.minor);
  EXPECT_EQ(actual.total.minor, expected.total.minor);
}

Pricing Priced(const Order& order) {
  const absl::StatusOr<Pricing> pricing = Price(order);
  EXPECT_TRUE(pricing.ok()) << pricing.status();
  return pricing.ok() ? *pricing : Pricing{};
}

TEST(Price, OfNothingIsNothing) {
  Order order = Cart({});
  order.shipping_fee = Amount{500};
  const Pricing pricing = Priced(order);
  ExpectTotals(pricing.totals, T(0, 0, 0, 0, 0));
  EXPECT_TRUE(pricing.lines.empty());
}

TEST(Price, OfGoodsAloneIsTheirSum) {
  const Pricing pricing = Priced(Cart({Goods("A", 3, 1000), Goods("B", 2, 500)}));
  ExpectTotals(pricing.totals, T(4000, 0, 0, 0, 4000));
  ExpectTotals(pricing.lines[0].totals, T(3000, 0, 0, 0, 3000));
  ExpectTotals(pricing.lines[1].totals, T(1000, 0, 0, 0, 1000));
  EXPECT_EQ(pricing.lines[1].line_id, LineId{2});
}

TEST(Price, WithEverythingFollowsTheExampleByHand) {
  // Goods 3000 and 1000. 10 % off: 2700 and 900. 3.61 off, spread 2700:900 = 270.75 and 90.25:
  // 271 and 90, left 2429 and 810. Shipping 5.00 spread 2429:810 = 374.96 and 125.04: 375 and 125.
  // Tax 19 % of 2804 = 532.76 -> 533, of 935 = 177.65 -> 178.
  Order order = Cart({Goods("A", 3, 1000), Goods("B", 2, 500)});
  order.discounts = {Percent("TEN", 10), Off("MORE", 361)};
  order.shipping_fee = Amount{500};
  order.tax = {Rate{190'000}, Amount{}};
  const Pricing pricing = Priced(order);
  ExpectTotals(pricing.lines[0].totals, T(3000, 571, 533, 375, 3337));
  ExpectTotals(pricing.lines[1].totals, T(1000, 190, 178, 125, 1113));
  ExpectTotals(pricing.totals, T(4000, 761, 711, 500, 4450));
}

TEST(Price, TakesDiscountsInOrderOfEntryEachOnWhatIsLeft) {
  Order order = Cart({Goods("A", 1, 10'000)});
  order.discounts = {Percent("HALF", 50), Off("TEN", 1000)};
  EXPECT_EQ(Priced(order).totals.total.minor, 4000);
  order.discounts = {Off("TEN", 1000), Percent("HALF", 50)};
  EXPECT_EQ(Priced(order).totals.total.minor, 4500);
}

TEST(Price, NeverFallsBelowZero) {
  Order order = Cart({Goods("A", 1, 300), Goods("B", 1, 700)});
  order.discounts = {Off("BIG", 5000), Off("MORE", 1), Percent("ALL", 100)};
  const Pricing pricing = Priced(order);
  ExpectTotals(pricing.totals, T(1000, 1000, 0, 0, 0));
  ExpectTotals(pricing.lines[0].totals, T(300, 300, 0, 0, 0));
}

TEST(Price, SpreadsShippingEquallyWhenGoodsAreFree) {
  Order order = Cart({Goods("A", 1, 300), Goods("B", 1, 700)});
  order.discounts = {Percent("ALL", 100)};
  order.shipping_fee = Amount{501};
  const Pricing pricing = Priced(order);
  ExpectTotals(pricing.lines[0].totals, T(300, 300, 0, 251, 251));
  ExpectTotals(pricing.lines[1].totals, T(700, 700, 0, 250, 250));
}

TEST(Price, RoundsARateOncePerLineHalfToEven) {
  // 5 % of 10, 30 and 50: 0.5, 1.5, 2.5.
  Order order = Cart({Goods("A", 1, 10), Goods("B", 1, 30), Goods("C", 1, 50)});
  order.tax = {Rate{50'000}, Amount{}};
  const Pricing pricing = Priced(order);
  EXPECT_EQ(pricing.lines[0].totals.tax.minor, 0);
  EXPECT_EQ(pricing.lines[1].totals.tax.minor, 2);
  EXPECT_EQ(pricing.lines[2].totals.tax.minor, 2);
  EXPECT_EQ(pricing.totals.tax.minor, 4);
}

TEST(Price, SpreadsATaxAmount) {
  Order order = Cart({Goods("A", 1, 100), Goods("B", 1, 200)});
  order.tax = {std::nullopt, Amount{100}};
  const Pricing pricing = Priced(order);
  EXPECT_EQ(pricing.lines[0].totals.tax.minor, 33);
  EXPECT_EQ(pricing.lines[1].totals.tax.minor, 67);
}

TEST(Price, IsAnErrorBeyondTheCap) {
  const std::int64_t cap = kAmountMax.minor;
  EXPECT_TRUE(Price(Cart({Goods("A", 1, cap)})).ok());
  EXPECT_FALSE(Price(Cart({Goods("A", 2, cap)})).ok());
  EXPECT_FALSE(Price(Cart({Goods("A", 1, cap), Goods("B", 1, 1)})).ok());
  Order taxed = Cart({Goods("A", 1, cap)});
  taxed.tax = {Rate{1}, Amount{}};
  EXPECT_FALSE(Price(taxed).ok());
  Order shipped = Cart({Goods("A", 1, cap)});
  shipped.shipping_fee = Amount{1};
  EXPECT_FALSE(Price(shipped).ok());
  EXPECT_FALSE(Price(Cart({Goods("A", 1, -1)})).ok());
}

}  // namespace
}  // namespace orders::domain
