#include "gtest/gtest.h"

#include "tests/support/decider_spec.h"

namespace orders::domain {
namespace {

using namespace samples;

// One line of 3 units for 1.00 in all (a discount makes it so), paid.
std::vector<OrderCommand> ThreeForOneHundred() {
  CreateOrder create = Create();
  create.lines = {Goods("A", 3, 50)};
  return {create, ApplyDiscount{{"OFF"}, std::nullopt, Own(50)}, ConfirmOrder{}, Capture("p", 100)};
}

TEST(CancelOrder, OfADraftOwesNothing) {
  Given(Draft()).When(CancelOrder{"changed"}).Then({OrderCancelled{"changed", {}, {0}}});
}

TEST(CancelOrder, OfAPaidOrderStatesTheRefundThatIsDue) {
  Given(Paid())
      .When(CancelOrder{"changed"})
      .Then({OrderCancelled{"changed", {{{1}, 3, {3000}}, {{2}, 2, {1000}}}, {4000}}});
  const Order order = StateAfter(Cancelled());
  EXPECT_EQ(order.status, OrderStatus::kCancelled);
  EXPECT_EQ(order.cancel_reason, "changed");
  EXPECT_EQ(LedgerOf(order).refund_due, Amount{4000});
  EXPECT_EQ(order.removed, order.totals.total);
}

TEST(CancelOrder, AfterARefundOwesTheRest) {
  const auto asked = With(Paid(), {RefundOf("r", "pay-1", 1500)});
  const OrderEvents events = Given(asked).When(CancelOrder{"changed"}).Recorded();
  EXPECT_EQ(std::get<OrderCancelled>(events.at(0)).refund_due, Amount{2500});
}

TEST(CancelOrder, AfterSomeItemsStatesOnlyWhatWasStillOpen) {
  Given(With(Paid(), {CancelUnits({{{1}, 1}})}))
      .When(CancelOrder{"changed"})
      .Then({OrderCancelled{"changed", {{{1}, 2, {2000}}, {{2}, 2, {1000}}}, {4000}}});
}

TEST(CancelOrder, AgainDecidesNothingWhateverTheReason) {
  Given(Cancelled()).When(CancelOrder{"changed"}).ThenNothing();
  Given(Cancelled()).When(CancelOrder{"other"}).ThenNothing();
}

TEST(CancelItems, StatesTheirValueAndTheRefundThatIsDue) {
  Given(Paid())
      .When(CancelUnits({{{2}, 1}, {{1}, 2}}))
      .Then({ItemsCancelled{{{{1}, 2, {2000}}, {{2}, 1, {500}}}, "sold out", {2500}}});
}

TEST(CancelItems, OfAnUnpaidOrderOwesNothing) {
  Given(Confirmed())
      .When(CancelUnits({{{1}, 1}}))
      .Then({ItemsCancelled{{{{1}, 1, {1000}}}, "sold out", {0}}});
}

TEST(CancelItems, GivesTheRestToTheLastUnit) {
  const std::vector<OrderCommand> asked = ThreeForOneHundred();
  const CancelItems one = CancelUnits({{{1}, 1}});
  Given(asked).When(one).Then({ItemsCancelled{{{{1}, 1, {33}}}, "sold out", {33}}});
  Given(With(asked, {one})).When(one).Then({ItemsCancelled{{{{1}, 1, {34}}}, "sold out", {67}}});
  Given(With(asked, {one, one}))
      .When(one)
      .Then({ItemsCancelled{{{{1}, 1, {33}}}, "sold out", {100}},
             OrderCancelled{"sold out", {}, {100}}});
}

TEST(CancelItems, OfAllThatWasNeverShippedCancelsTheOrder) {
  Given(Paid())
      .When(CancelUnits({{{1}, 3}, {{2}, 2}}))
      .Then({ItemsCancelled{{{{1}, 3, {3000}}, {{2}, 2, {1000}}}, "sold out", {4000}},
             OrderCancelled{"sold out", {}, {4000}}});
}

TEST(CancelItems, OfTheRestAfterDeliveryCompletesTheOrder) {
  Given(With(Paid(), {Ship("s", {{{1}, 3}}), Deliver("s")}))
      .When(CancelUnits({{{2}, 2}}))
      .Then({ItemsCancelled{{{{2}, 2, {1000}}}, "sold out", {1000}}, OrderCompleted{}});
}

TEST(CancelItems, OfTheRestBeforeDeliveryWaitsForIt) {
  const auto asked = With(Paid(), {Ship("s", {{{1}, 3}})});
  const CancelItems rest = CancelUnits({{{2}, 2}});
  Given(asked).When(rest).Then({ItemsCancelled{{{{2}, 2, {1000}}}, "sold out", {1000}}});
  Given(With(asked, {rest}))
      .When(Deliver("s"))
      .Then({ShipmentDelivered{{"s"}, {}}, OrderCompleted{}});
}

TEST(CancelItems, AskedTwiceCancelsTwiceForItHasNoId) {
  const CancelItems one = CancelUnits({{{1}, 1}});
  EXPECT_EQ(StateAfter(With(Paid(), {one, one})).lines[0].cancelled, 2);
}

TEST(CancelItems, OfADraftPointsToRemoveItem) {
  const absl::StatusOr<OrderEvents> decision =
      Decide(kOrderId, CancelUnits({{{1}, 1}}), StateAfter(Draft()));
  EXPECT_NE(decision.status().message().find("RemoveItem"), absl::string_view::npos);
}

TEST(RequestReturn, IsRecordedOnceAlsoOfACompletedOrder) {
  const RequestReturn command = AskReturn("t", {{{2}, 1}, {{1}, 2}});
  Given(Completed())
      .When(command)
      .Then({ReturnRequested{{"t"}, {{{1}, 2}, {{2}, 1}}, "too small"}});
  Given(With(Completed(), {command})).When(command).ThenNothing();
  Given(With(Completed(), {command, Receive("t")})).When(command).ThenNothing();
}

TEST(RequestReturn, CountsWhatIsAskedForAlready) {
  const auto asked = With(Completed(), {AskReturn("t", {{{1}, 2}})});
  Given(asked).When(AskReturn("u", {{{1}, 2}})).ThenRefused(Reason::kReturnExceedsDelivered);
  EXPECT_EQ(Given(asked).When(AskReturn("u", {{{1}, 1}})).Recorded().size(), 1U);
}

TEST(ReceiveReturn, OfAllStatesTheirValueAndTheRefundThatIsDue) {
  const auto asked = With(Completed(), {AskReturn("t", {{{1}, 2}})});
  Given(asked).When(Receive("t")).Then({ReturnReceived{{"t"}, {{{1}, 2, {2000}}}, {2000}, {}}});
  Given(With(asked, {Receive("t")}))
      .When(RefundOf("r", "pay-1", 2001))
      .ThenRefused(Reason::kRefundNotDue);
  EXPECT_EQ(Given(With(asked, {Receive("t")})).When(RefundOf("r", "pay-1", 2000)).Recorded().size(),
            1U);
}

TEST(ReceiveReturn, OfAPartReleasesWhatDidNotCome) {
  const auto asked = With(Completed(), {AskReturn("t", {{{1}, 3}}), Receive("t", {{{1}, 1}})});
  const Order order = StateAfter(asked);
  EXPECT_EQ(order.lines[0].returned, 1);
  EXPECT_EQ(order.lines[0].return_open, 0);
  EXPECT_EQ(Given(asked).When(AskReturn("u", {{{1}, 2}})).Recorded().size(), 1U);
}

TEST(ReceiveReturn, AgainDecidesNothingHoweverTheItemsAreNamed) {
  const auto asked = With(Completed(), {AskReturn("t", {{{1}, 2}}), Receive("t")});
  Given(asked).When(Receive("t")).ThenNothing();
  Given(asked).When(Receive("t", {{{1}, 2}})).ThenNothing();
  Given(asked).When(Receive("t", {{{1}, 1}})).ThenRefused(Reason::kReturnAlreadyReceived);
}

TEST(ReceiveReturn, TakesBackTheLinesOwnPartsAfterACancel) {
  // 33 went with the cancelled unit; the two returned ones take the rest of the 100.
  const auto asked = With(ThreeForOneHundred(), {CancelUnits({{{1}, 1}}), ShipAll("s"),
                                                 Deliver("s"), AskReturn("t", {{{1}, 2}})});
  Given(asked).When(Receive("t")).Then({ReturnReceived{{"t"}, {{{1}, 2, {67}}}, {100}, {}}});
}

TEST(RequestReturn, IsPossibleBeforeAllIsDelivered) {
  const auto asked = With(Paid(), {Ship("s", {{{1}, 3}}), Deliver("s")});
  EXPECT_EQ(Given(asked).When(AskReturn("t", {{{1}, 1}})).Recorded().size(), 1U);
}

}  // namespace
}  // namespace orders::domain
