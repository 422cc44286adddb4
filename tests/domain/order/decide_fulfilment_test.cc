#include "gtest/gtest.h"

#include "tests/support/decider_spec.h"

namespace orders::domain {
namespace {

using namespace samples;

ItemsShipped ShippedEvent(const ShipItems& command, std::vector<LineQuantity> items) {
  return {command.shipment_id, command.all_remaining, std::move(items),
          command.carrier,     command.tracking_code, command.occurred_at};
}

TEST(ShipItems, ListsTheUnitsAndBeginsFulfilment) {
  const ShipItems command = Ship("s", {{{2}, 1}, {{1}, 2}});
  Given(Paid()).When(command).Then({ShippedEvent(command, {{{1}, 2}, {{2}, 1}})});
  const Order order = StateAfter(With(Paid(), {command}));
  EXPECT_EQ(order.status, OrderStatus::kInFulfilment);
  EXPECT_EQ(order.lines[0].shipped, 2);
  EXPECT_EQ(FulfilmentStatusOf(order), FulfilmentStatus::kPartiallyShipped);
}

TEST(ShipItems, OfAllThatRemainsListsTheUnitsToo) {
  const ShipItems all = ShipAll("s2");
  Given(With(Paid(), {Ship("s1", {{{1}, 2}}), CancelUnits({{{2}, 2}})}))
      .When(all)
      .Then({ShippedEvent(all, {{{1}, 1}})});
}

TEST(ShipItems, AgainDecidesNothingThoughNothingRemains) {
  Given(With(Paid(), {ShipAll("s")})).When(ShipAll("s")).ThenNothing();
  Given(With(Paid(), {Ship("s", {{{1}, 3}, {{2}, 2}})}))
      .When(Ship("s", {{{2}, 2}, {{1}, 3}}))
      .ThenNothing();
  Given(With(Paid(), {ShipAll("s"), Deliver("s")})).When(ShipAll("s")).ThenNothing();
  Given(With(Paid(), {ShipAll("s"), PlaceHold{}})).When(ShipAll("s")).ThenNothing();
}

TEST(ShipItems, OfAnOrderThatCostsNothingNeedsNoPayment) {
  CreateOrder gift = Create();
  gift.lines = {Goods("GIFT", 1, 0)};
  const std::vector<OrderCommand> asked = {gift, ConfirmOrder{}};
  EXPECT_EQ(PaymentStatusOf(StateAfter(asked)), PaymentStatus::kPaid);
  EXPECT_EQ(Given(asked).When(ShipAll("s")).Recorded().size(), 1U);
}

TEST(ShipItems, IsPossibleAgainOnceTheHoldIsReleased) {
  const std::vector<OrderCommand> held = With(Paid(), {PlaceHold{HoldKind::kStock, ""}});
  Given(held).When(ShipAll("s")).ThenRefused(Reason::kOrderOnHold);
  const auto released = With(held, {ReleaseHold{HoldKind::kStock}});
  EXPECT_EQ(Given(released).When(ShipAll("s")).Recorded().size(), 1U);
}

TEST(ShipItems, IsPaidOnceWhatIsNotPaidIsCancelled) {
  const std::vector<OrderCommand> part = With(Confirmed(), {Capture("p", 3000)});
  Given(part).When(ShipAll("s")).ThenRefused(Reason::kNotPaid);
  const auto cut = With(part, {CancelUnits({{{2}, 2}})});
  EXPECT_EQ(Given(cut).When(ShipAll("s")).Recorded().size(), 1U);
}

TEST(RecordDelivery, OfTheLastShipmentCompletesTheOrder) {
  Given(Shipped())
      .When(Deliver("ship-1"))
      .Then({ShipmentDelivered{{"ship-1"}, {}}, OrderCompleted{}});
  EXPECT_EQ(StateAfter(Completed()).status, OrderStatus::kCompleted);
}

TEST(RecordDelivery, OfAPartDoesNotCompleteTheOrder) {
  const std::vector<OrderCommand> part = With(Paid(), {Ship("s", {{{1}, 3}})});
  Given(part).When(Deliver("s")).Then({ShipmentDelivered{{"s"}, {}}});
  Given(With(part, {Deliver("s"), ShipAll("t")}))
      .When(Deliver("t"))
      .Then({ShipmentDelivered{{"t"}, {}}, OrderCompleted{}});
}

TEST(RecordDelivery, AgainDecidesNothingAndAtAnotherTimeIsRefused) {
  Given(Completed()).When(Deliver("ship-1")).ThenNothing();
  RecordDelivery earlier = Deliver("ship-1");
  earlier.occurred_at = kEarlier;
  Given(Completed()).When(earlier).ThenRefused(Reason::kAlreadyDelivered);
}

TEST(RecordDelivery, KeepsTheStatedTime) {
  RecordDelivery command = Deliver("ship-1");
  command.occurred_at = kEarlier;
  Given(Shipped()).When(command).Then({ShipmentDelivered{{"ship-1"}, kEarlier}, OrderCompleted{}});
  EXPECT_EQ(StateAfter(With(Shipped(), {command})).shipments[0].delivered_at, kEarlier);
}

TEST(RecordDelivery, IsPossibleWhileHeld) {
  EXPECT_EQ(Given(With(Shipped(), {PlaceHold{}})).When(Deliver("ship-1")).Recorded().size(), 2U);
}

}  // namespace
}  // namespace orders::domain
