#include <type_traits>

#include "gtest/gtest.h"

#include "tests/support/decider_spec.h"

// What order services often get wrong in their domain, each told as a story.

namespace orders::domain {
namespace {

using namespace samples;

TEST(CommonMistakes, MoneyIsAWholeNumberAndAPaymentHasAnAmount) {
  static_assert(std::is_same_v<decltype(Amount::minor), std::int64_t>);
  // Ten lines of 0.10 are 1.00 and not 0.9999.
  CreateOrder dimes{.customer_id = {"c"}, .currency = kEur, .shipping_address = kHome};
  for (char sku = 'A'; sku < 'K'; ++sku) dimes.lines.push_back(Goods(std::string(1, sku), 1, 10));
  EXPECT_EQ(StateAfter({dimes, ConfirmOrder{}}).totals.total, Amount{100});
  EXPECT_EQ(StateAfter(With(Confirmed(), {Capture("p", 1234)})).payments[0].captured, Amount{1234});
}

TEST(CommonMistakes, FoldingDoesNotComputeTotals) {
  Order order = StateAfter(Confirmed());
  Apply(TaxSet{{Rate{1'000'000}, {}}}, order);  // As if an old event came to mean another thing.
  EXPECT_EQ(order.totals.total, Amount{kTotal});
}

TEST(CommonMistakes, TheCartDoesNotChangeAfterPayment) {
  Given(Paid()).When(AddItem{Goods("C", 1, 1)}).ThenRefused(Reason::kNotDraft);
  Given(Paid()).When(RemoveItem{{1}}).ThenRefused(Reason::kNotDraft);
  Given(Paid()).When(ChangeItemQuantity{{1}, 1}).ThenRefused(Reason::kNotDraft);
}

TEST(CommonMistakes, TheAddressDoesNotChangeAfterShipmentOrCancellation) {
  Given(Shipped()).When(SetShippingAddress{kOffice}).ThenRefused(Reason::kShippingAddressFrozen);
  Given(Cancelled()).When(SetShippingAddress{kOffice}).ThenRefused(Reason::kOrderEnded);
}

TEST(CommonMistakes, AnOrderIsCancelledOnce) {
  Given(Cancelled()).When(CancelOrder{"again"}).ThenNothing();
}

TEST(CommonMistakes, NothingIsDeliveredThatWasNotShippedAndNothingShippedThatIsNotPaid) {
  Given(Paid()).When(Deliver("ship-1")).ThenRefused(Reason::kShipmentNotFound);
  Given(Confirmed()).When(ShipAll("ship-1")).ThenRefused(Reason::kNotPaid);
  Given(Draft()).When(ShipAll("ship-1")).ThenRefused(Reason::kNotConfirmed);
}

TEST(CommonMistakes, ACancelledPaidOrderOwesARefund) {
  const Order order = StateAfter(Cancelled());
  EXPECT_EQ(LedgerOf(order).refund_due, Amount{kTotal});
  const Order refunded = StateAfter(With(Cancelled(), {RefundOf("r", "pay-1", kTotal)}));
  EXPECT_EQ(LedgerOf(refunded).refund_due, Amount{0});
  EXPECT_EQ(PaymentStatusOf(refunded), PaymentStatus::kRefunded);
}

TEST(CommonMistakes, ADeliveryTimeGivenByTheCallerIsKept) {
  RecordDelivery delivery = Deliver("ship-1");
  delivery.occurred_at = kEarlier;
  EXPECT_EQ(StateAfter(With(Shipped(), {delivery})).shipments[0].delivered_at, kEarlier);
}

TEST(CommonMistakes, ARepeatedCreateMakesNoSecondOrder) {
  const absl::StatusOr<OrderEvents> again = Decide(kOrderId, Create(), StateAfter(Draft()));
  EXPECT_EQ(again.status().code(), absl::StatusCode::kAlreadyExists);
}

TEST(CommonMistakes, ARefusalOfTheDomainIsNoInternalError) {
  EXPECT_EQ(Decide(kOrderId, ShipAll("s"), Order{}).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(Decide(kOrderId, ShipAll("s"), StateAfter(Confirmed())).status().code(),
            absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace orders::domain
