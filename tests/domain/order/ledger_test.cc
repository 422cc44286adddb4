#include "gtest/gtest.h"

#include "domain/order/order.h"
#include "tests/support/order_samples.h"

namespace orders::domain {
namespace {

using namespace samples;

Ledger L(std::int64_t due, std::int64_t open, std::int64_t refund_due) {
  return {{due}, {open}, {refund_due}};
}
PaymentStatus PaymentAfter(const std::vector<OrderCommand>& asked) {
  return PaymentStatusOf(StateAfter(asked));
}
FulfilmentStatus FulfilmentAfter(const std::vector<OrderCommand>& asked) {
  return FulfilmentStatusOf(StateAfter(asked));
}

TEST(Ledger, FollowsTheOrder) {
  EXPECT_EQ(LedgerOf(Order{}), L(0, 0, 0));
  EXPECT_EQ(LedgerOf(StateAfter(Draft())), L(0, 0, 0));
  EXPECT_EQ(LedgerOf(StateAfter(Confirmed())), L(4000, 4000, 0));
  EXPECT_EQ(LedgerOf(StateAfter(With(Confirmed(), {Capture("p", 1500)}))), L(4000, 2500, 0));
  EXPECT_EQ(LedgerOf(StateAfter(Paid())), L(4000, 0, 0));
  EXPECT_EQ(LedgerOf(StateAfter(With(Paid(), {CancelUnits({{{1}, 1}})}))), L(3000, 0, 1000));
  EXPECT_EQ(LedgerOf(StateAfter(With(Paid(), {RefundOf("r", "pay-1", 700)}))), L(4000, 700, 0));
  EXPECT_EQ(LedgerOf(StateAfter(Completed())), L(4000, 0, 0));
  EXPECT_EQ(LedgerOf(StateAfter(Cancelled())), L(0, 0, 4000));
  EXPECT_EQ(LedgerOf(StateAfter(With(Confirmed(), {CancelOrder{}}))), L(0, 0, 0));
}

TEST(PaymentStatus, IsTheFirstThatFits) {
  EXPECT_EQ(PaymentAfter(Draft()), PaymentStatus::kUnpaid);
  EXPECT_EQ(PaymentAfter(Confirmed()), PaymentStatus::kUnpaid);
  EXPECT_EQ(PaymentAfter(With(Confirmed(), {Authorize("p", 4000)})), PaymentStatus::kAuthorized);
  EXPECT_EQ(PaymentAfter(With(Confirmed(), {Fail("p")})), PaymentStatus::kFailed);
  EXPECT_EQ(PaymentAfter(With(Confirmed(), {Authorize("p", 4000), Fail("q")})),
            PaymentStatus::kAuthorized);
  EXPECT_EQ(PaymentAfter(With(Confirmed(), {Fail("p"), Capture("q", 1)})),
            PaymentStatus::kPartiallyPaid);
  EXPECT_EQ(PaymentAfter(Paid()), PaymentStatus::kPaid);
  EXPECT_EQ(PaymentAfter(With(Paid(), {RefundOf("r", "pay-1", 1)})),
            PaymentStatus::kPartiallyRefunded);
  EXPECT_EQ(PaymentAfter(With(Paid(), {RefundOf("r", "pay-1", 4000)})), PaymentStatus::kRefunded);
}

TEST(PaymentStatus, OfACancelledOrderNobodyPaidIsNotPaid) {
  EXPECT_EQ(PaymentAfter(With(Draft(), {CancelOrder{}})), PaymentStatus::kUnpaid);
  EXPECT_EQ(PaymentAfter(With(Confirmed(), {CancelOrder{}})), PaymentStatus::kUnpaid);
  EXPECT_EQ(PaymentAfter(With(Confirmed(), {Fail("p"), CancelOrder{}})), PaymentStatus::kFailed);
}

TEST(FulfilmentStatus, FollowsTheUnits) {
  EXPECT_EQ(FulfilmentAfter(Draft()), FulfilmentStatus::kNone);
  EXPECT_EQ(FulfilmentAfter(Paid()), FulfilmentStatus::kNone);
  const auto part = With(Paid(), {Ship("s", {{{1}, 3}})});
  EXPECT_EQ(FulfilmentAfter(part), FulfilmentStatus::kPartiallyShipped);
  EXPECT_EQ(FulfilmentAfter(With(part, {Deliver("s")})), FulfilmentStatus::kPartiallyDelivered);
  EXPECT_EQ(FulfilmentAfter(With(part, {CancelUnits({{{2}, 2}})})), FulfilmentStatus::kShipped);
  EXPECT_EQ(FulfilmentAfter(With(part, {ShipAll("t"), Deliver("t")})),
            FulfilmentStatus::kPartiallyDelivered);
  EXPECT_EQ(FulfilmentAfter(Shipped()), FulfilmentStatus::kShipped);
  EXPECT_EQ(FulfilmentAfter(Completed()), FulfilmentStatus::kDelivered);
  EXPECT_EQ(FulfilmentAfter(Cancelled()), FulfilmentStatus::kNone);
}

TEST(IsEnded, OnceCompletedOrCancelled) {
  EXPECT_FALSE(IsEnded(Order{}));
  EXPECT_FALSE(IsEnded(StateAfter(Shipped())));
  EXPECT_TRUE(IsEnded(StateAfter(Completed())));
  EXPECT_TRUE(IsEnded(StateAfter(Cancelled())));
}

}  // namespace
}  // namespace orders::domain
