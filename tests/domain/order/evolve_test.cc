#include <set>

#include "gtest/gtest.h"

#include "domain/order/order.h"
#include "tests/support/order_samples.h"

namespace orders::domain {
namespace {

using namespace samples;

TEST(Evolve, KeepsTheAddressesGivenAtCreation) {
  const Order order = StateAfter(Draft());
  EXPECT_EQ(order.shipping_address, kHome);
  EXPECT_EQ(order.billing_address, kHome);
}

TEST(Evolve, NeverPricesAgain) {
  OrderEvents events = After(Draft());
  const Totals stored{{1}, {2}, {3}, {4}, {5}};  // Not what the lines would come to.
  events.push_back(OrderConfirmed{stored, {{{1}, stored}}});
  EXPECT_EQ(Folded(events).totals, stored);
  EXPECT_EQ(Folded(events).lines[0].totals, stored);
}

TEST(Evolve, OntoAnOrderNeverCreatedChangesNothing) {
  Order order;
  Apply(OrderConfirmed{{{1}, {2}, {3}, {4}, {5}}, {}}, order);
  Apply(NoteSet{"n"}, order);
  EXPECT_EQ(order, Order{});
}

TEST(Evolve, OfASecondCreationChangesNothing) {
  const Order order = StateAfter(Draft());
  EXPECT_EQ(Evolve(order, OrderCreated{{"o-2"}, {"c-2"}, kUsd, {}, {}, {}, ""}), order);
}

TEST(Evolve, OfAnEndedOrderKeepsItsEnd) {
  EXPECT_EQ(Evolve(StateAfter(Completed()), OrderCancelled{}).status, OrderStatus::kCompleted);
  EXPECT_EQ(Evolve(StateAfter(Cancelled()), OrderCompleted{}).status, OrderStatus::kCancelled);
  EXPECT_EQ(Evolve(StateAfter(Cancelled()), OrderConfirmed{}).status, OrderStatus::kCancelled);
}

TEST(Evolve, OfUnknownLinesShipmentsAndReturnsChangesNothingElse) {
  Order order = StateAfter(Shipped());
  const Order before = order;
  Apply(ItemRemoved{{9}}, order);
  Apply(ItemQuantityChanged{{9}, 1}, order);
  Apply(ItemsCancelled{{{{9}, 1, {100}}}, "", {}}, order);
  Apply(ShipmentDelivered{{"x"}, {}}, order);
  Apply(ReturnReceived{{"x"}, {{{1}, 1, {100}}}, {}, {}}, order);
  EXPECT_EQ(order, before);
}

TEST(Evolve, KeepsNumbersWhereSumsCannotOverflow) {
  Order order = StateAfter(Paid());
  for (int i = 0; i < 3; ++i) {
    Apply(PaymentCaptured{{"p"}, {kMost}, {}}, order);
    Apply(PaymentRefunded{{"r"}, {"p"}, {kMost}, "", {}}, order);
    Apply(ItemsShipped{{"s"}, false, {{{1}, kMost}}, "", "", {}}, order);
    Apply(ItemsCancelled{{{{1}, kMost, {kMost}}, {{2}, kLeast, {kLeast}}}, "", {}}, order);
    Apply(ReturnRequested{{"t"}, {{{1}, kMost}}, ""}, order);
  }
  EXPECT_EQ(order.captured, kAmountMax);
  EXPECT_EQ(order.refunded, kAmountMax);
  EXPECT_EQ(order.removed, kAmountMax);
  EXPECT_EQ(order.lines[1].cancelled, 0);
  EXPECT_LE(Unshipped(order.lines[0]), 0);
  EXPECT_EQ(LedgerOf(order).due, Amount{0});
}

TEST(Evolve, OfTheLastLineIdLeavesNoneToGive) {
  constexpr std::int32_t kLast = std::numeric_limits<std::int32_t>::max();
  Order order = StateAfter(Draft());
  Apply(ItemAdded{{{kLast}, {"Z"}, "", 1, {1}}, 1}, order);
  EXPECT_EQ(order.next_line, kLast);
  EXPECT_FALSE(Decide(kOrderId, AddItem{Goods("NEW", 1, 1)}, order).ok());
}

template <typename Variant, std::size_t... I>
std::vector<Variant> OneOfEach(std::index_sequence<I...>) {
  return {Variant(std::in_place_index<I>)...};
}

TEST(EventName, IsOneForEachEvent) {
  std::set<std::string_view> names;
  for (const OrderEvent& event :
       OneOfEach<OrderEvent>(std::make_index_sequence<std::variant_size_v<OrderEvent>>())) {
    names.insert(EventName(event));
  }
  // Stored for ever: a name that is gone here is lost in every store.
  EXPECT_EQ(names, (std::set<std::string_view>{"OrderCreated",
                                               "ItemAdded",
                                               "ItemQuantityChanged",
                                               "ItemRemoved",
                                               "ShippingAddressSet",
                                               "BillingAddressSet",
                                               "NoteSet",
                                               "DiscountApplied",
                                               "DiscountRemoved",
                                               "ShippingFeeSet",
                                               "TaxSet",
                                               "OrderConfirmed",
                                               "PaymentAuthorized",
                                               "PaymentCaptured",
                                               "PaymentFailed",
                                               "PaymentRefunded",
                                               "OrderHeld",
                                               "HoldReleased",
                                               "ItemsShipped",
                                               "ShipmentDelivered",
                                               "OrderCompleted",
                                               "OrderCancelled",
                                               "ItemsCancelled",
                                               "ReturnRequested",
                                               "ReturnReceived"}));
}

TEST(StampTime, SetsTheTimeOfTheCommandsThatHaveOneInMicroseconds) {
  const absl::Time now = kNow + absl::Nanoseconds(1'999);
  int stamped = 0;
  for (OrderCommand& command :
       OneOfEach<OrderCommand>(std::make_index_sequence<std::variant_size_v<OrderCommand>>())) {
    StampTime(command, now);
    std::visit(
        [&](const auto& one) {
          if constexpr (requires { one.now; }) {
            EXPECT_EQ(one.now, kNow + absl::Microseconds(1)) << CommandName(command);
            ++stamped;
          }
        },
        command);
  }
  EXPECT_EQ(stamped, 7);
}

TEST(CommandName, IsOneForEachCommand) {
  std::set<std::string_view> names;
  for (const OrderCommand& command :
       OneOfEach<OrderCommand>(std::make_index_sequence<std::variant_size_v<OrderCommand>>())) {
    names.insert(CommandName(command));
  }
  EXPECT_EQ(names.size(), 24U);
  EXPECT_TRUE(names.contains("CancelOrder"));
}

TEST(TruncateToMicros, LeavesInfiniteTimes) {
  EXPECT_EQ(TruncateToMicros(absl::InfiniteFuture()), absl::InfiniteFuture());
  EXPECT_EQ(TruncateToMicros(absl::InfinitePast()), absl::InfinitePast());
  EXPECT_EQ(TruncateToMicros(kNow), kNow);
}

}  // namespace
}  // namespace orders::domain
