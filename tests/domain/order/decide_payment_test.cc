#include "gtest/gtest.h"

#include "tests/support/decider_spec.h"

namespace orders::domain {
namespace {

using namespace samples;

TEST(AuthorizePayment, IsRecordedOnceAndAgainDecidesNothing) {
  Given(Confirmed()).When(Authorize("p", 4000)).Then({PaymentAuthorized{{"p"}, {4000}, {}}});
  Given(With(Confirmed(), {Authorize("p", 4000)})).When(Authorize("p", 4000)).ThenNothing();
}

TEST(AuthorizePayment, AgainDecidesNothingAlsoAfterCaptureFailureOrTheEnd) {
  const std::vector<OrderCommand> authorized = With(Confirmed(), {Authorize("p", 4000)});
  const std::vector<OrderCommand> captured = With(authorized, {Capture("p", 4000)});
  Given(captured).When(Authorize("p", 4000)).ThenNothing();
  Given(With(authorized, {Fail("p")})).When(Authorize("p", 4000)).ThenNothing();
  Given(With(captured, {CancelOrder{"no"}})).When(Authorize("p", 4000)).ThenNothing();
}

TEST(CapturePayment, OfAnUnknownPaymentRecordsItsAuthorizationToo) {
  Given(Confirmed())
      .When(Capture("p", 4000))
      .Then({PaymentAuthorized{{"p"}, {4000}, {}}, PaymentCaptured{{"p"}, {4000}, {}}});
}

TEST(CapturePayment, OfAnAuthorizedPaymentIsRecordedOnceAndAgainDecidesNothing) {
  const std::vector<OrderCommand> authorized = With(Confirmed(), {Authorize("p", 4000)});
  Given(authorized).When(Capture("p", 4000)).Then({PaymentCaptured{{"p"}, {4000}, {}}});
  Given(With(authorized, {Capture("p", 4000)})).When(Capture("p", 4000)).ThenNothing();
}

TEST(CapturePayment, AgainDecidesNothingAlsoWhileHeldAndAfterTheEnd) {
  Given(With(Paid(), {PlaceHold{}})).When(Capture("pay-1", kTotal)).ThenNothing();
  Given(Completed()).When(Capture("pay-1", kTotal)).ThenNothing();
  Given(Cancelled()).When(Capture("pay-1", kTotal)).ThenNothing();
}

TEST(CapturePayment, OfAPartReleasesTheRestOfItsAuthorization) {
  const std::vector<OrderCommand> part =
      With(Confirmed(), {Authorize("p", 4000), Capture("p", 1500)});
  Given(part).When(Capture("p", 2500)).ThenRefused(Reason::kPaymentIdReused);
  Given(part)
      .When(Capture("q", 2500))
      .Then({PaymentAuthorized{{"q"}, {2500}, {}}, PaymentCaptured{{"q"}, {2500}, {}}});
  EXPECT_EQ(PaymentStatusOf(StateAfter(part)), PaymentStatus::kPartiallyPaid);
}

TEST(CapturePayment, NeverSumsToMoreThanTheTotal) {
  // 10.00 were given back though nothing was cancelled: 10.00 are open, but 40.00 were captured.
  Given(With(Paid(), {RefundOf("r", "pay-1", 1000)}))
      .When(Capture("q", 1))
      .ThenRefused(Reason::kPaymentExceedsOpen);
}

TEST(CapturePayment, KeepsTheStatedTimeInMicroseconds) {
  CapturePayment command = Capture("p", 4000);
  command.occurred_at = kEarlier + absl::Nanoseconds(1'234'567);
  const BusinessTime kept = kEarlier + absl::Microseconds(1'234);
  Given(Confirmed())
      .When(command)
      .Then({PaymentAuthorized{{"p"}, {4000}, kept}, PaymentCaptured{{"p"}, {4000}, kept}});
  Given(With(Confirmed(), {command})).When(command).ThenNothing();
}

TEST(CapturePayment, MayStateATimeUpToFiveMinutesAhead) {
  CapturePayment command = Capture("p", 4000);
  command.occurred_at = kNow + absl::Minutes(5);
  EXPECT_EQ(Given(Confirmed()).When(command).Recorded().size(), 2U);
  command.occurred_at = kNow + absl::Minutes(5) + absl::Microseconds(1);
  Given(Confirmed()).When(command).ThenRefused(Reason::kTimeInFuture);
}

TEST(RecordPaymentFailure, OfAnUnknownPaymentIsRecordedOnce) {
  Given(Confirmed()).When(Fail("p")).Then({PaymentFailed{{"p"}, "declined", {}}});
  Given(With(Confirmed(), {Fail("p")})).When(Fail("p")).ThenNothing();
}

TEST(RecordPaymentFailure, VoidsAnOpenAuthorization) {
  const std::vector<OrderCommand> failed = With(Confirmed(), {Authorize("p", 4000), Fail("p")});
  EXPECT_EQ(PaymentStatusOf(StateAfter(failed)), PaymentStatus::kFailed);
  Given(failed).When(Capture("p", 4000)).ThenRefused(Reason::kPaymentIdReused);
  Given(failed).When(Fail("p")).ThenNothing();
}

TEST(RefundPayment, IsRecordedOnceAndAgainDecidesNothing) {
  const RefundPayment refund = RefundOf("r", "pay-1", 1500);
  Given(Paid()).When(refund).Then({PaymentRefunded{{"r"}, {"pay-1"}, {1500}, "sorry", {}}});
  Given(With(Paid(), {refund})).When(refund).ThenNothing();
  Given(With(Paid(), {refund, CancelOrder{"no"}})).When(refund).ThenNothing();
}

TEST(RefundPayment, OfACancelledOrderGivesBackWhatIsDueAndNoMore) {
  Given(Cancelled())
      .When(RefundOf("r", "pay-1", kTotal))
      .Then({PaymentRefunded{{"r"}, {"pay-1"}, {kTotal}, "sorry", {}}});
  Given(With(Cancelled(), {RefundOf("r", "pay-1", kTotal)}))
      .When(RefundOf("s", "pay-1", 1))
      .ThenRefused(Reason::kRefundExceedsCaptured);
}

TEST(RefundPayment, IsBoundByItsOwnPayment) {
  const std::vector<OrderCommand> two = With(Confirmed(), {Capture("p", 1000), Capture("q", 3000)});
  Given(two).When(RefundOf("r", "p", 1001)).ThenRefused(Reason::kRefundExceedsCaptured);
  Given(two)
      .When(RefundOf("r", "q", 1001))
      .Then({PaymentRefunded{{"r"}, {"q"}, {1001}, "sorry", {}}});
}

}  // namespace
}  // namespace orders::domain
