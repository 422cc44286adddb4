#include <string>

#include "gtest/gtest.h"

#include "domain/order/validation.h"
#include "tests/support/decider_spec.h"

namespace orders::domain {
namespace {

using namespace samples;

Line LineOf(std::int32_t id, std::string sku, std::int64_t quantity, std::int64_t unit_price) {
  return {{id}, {std::move(sku)}, "a thing", quantity, {unit_price}};
}

TEST(CreateOrder, RecordsAllThatWasGivenInOneEvent) {
  CreateOrder command = Create();
  command.note = "ring twice";
  GivenNothing().When(command).Then(
      {OrderCreated{.order_id = kOrderId,
                    .customer_id = {"c-1"},
                    .currency = kEur,
                    .lines = {LineOf(1, "A", 3, 1000), LineOf(2, "B", 2, 500)},
                    .shipping_address = kHome,
                    .billing_address = kHome,
                    .note = "ring twice"}});
}

TEST(CreateOrder, MergesEqualLines) {
  CreateOrder command = Create();
  command.lines = {Goods("A", 3, 1000), Goods("A", 1, 999), Goods("A", 4, 1000)};
  const OrderEvents events = GivenNothing().When(command).Recorded();
  EXPECT_EQ(std::get<OrderCreated>(events.at(0)).lines,
            (std::vector<Line>{LineOf(1, "A", 7, 1000), LineOf(2, "A", 1, 999)}));
}

TEST(CreateOrder, MayBeAnEmptyCart) {
  const CreateOrder command{.customer_id = {"c-1"}, .currency = kEur};
  const Order order = StateAfter({command});
  EXPECT_EQ(order.status, OrderStatus::kDraft);
  EXPECT_EQ(order.id, kOrderId);
  EXPECT_TRUE(order.lines.empty());
}

TEST(AddItem, GetsTheNextLineId) {
  Given(Draft()).When(AddItem{Goods("C", 1, 700)}).Then({ItemAdded{LineOf(3, "C", 1, 700), 1}});
}

TEST(AddItem, OfAnotherPriceIsALineOfItsOwn) {
  Given(Draft()).When(AddItem{Goods("A", 1, 999)}).Then({ItemAdded{LineOf(3, "A", 1, 999), 1}});
}

TEST(AddItem, OfTheSameSkuAndPriceMergesAndKeepsTheTitle) {
  NewLine line = Goods("A", 4, 1000);
  line.title = "another title";
  Given(Draft()).When(AddItem{line}).Then({ItemAdded{LineOf(1, "A", 4, 1000), 7}});
  EXPECT_EQ(StateAfter({Create(), AddItem{line}}).lines[0].line, LineOf(1, "A", 7, 1000));
}

TEST(AddItem, NeverGivesALineIdAgain) {
  Given({Create(), RemoveItem{{2}}})
      .When(AddItem{Goods("B", 2, 500)})
      .Then({ItemAdded{LineOf(3, "B", 2, 500), 2}});
  Given({Create(), RemoveItem{{1}}, RemoveItem{{2}}})
      .When(AddItem{Goods("B", 2, 500)})
      .Then({ItemAdded{LineOf(3, "B", 2, 500), 2}});
}

TEST(AddItem, TakesTheOrdersCurrencyByName) {
  NewLine line = Goods("C", 1, 700);
  line.unit_price.currency = kEur;
  Given(Draft()).When(AddItem{line}).Then({ItemAdded{LineOf(3, "C", 1, 700), 1}});
}

TEST(AddItem, MayFillTheLastLineButNotOneMore) {
  CreateOrder full = Create();
  full.lines.clear();
  for (int i = 0; i < kLinesMax; ++i) full.lines.push_back(Goods("S" + std::to_string(i), 1, 1));
  Given({full}).When(AddItem{Goods("ONE-MORE", 1, 1)}).ThenRefused(Reason::kTooManyLines);
  Given({full})
      .When(AddItem{Goods("S7", 1, 1)})
      .Then({ItemAdded{LineOf(8, "S7", 1, 1), 2}});  // It merges: no line more.
  Given({full, RemoveItem{{1}}})
      .When(AddItem{Goods("ONE-MORE", 1, 1)})
      .Then({ItemAdded{LineOf(501, "ONE-MORE", 1, 1), 1}});
}

TEST(ChangeItemQuantity, IsRecordedOnceAndAgainDecidesNothing) {
  const ChangeItemQuantity command{{1}, 9};
  Given(Draft()).When(command).Then({ItemQuantityChanged{{1}, 9}});
  Given({Create(), command}).When(command).ThenNothing();
}

TEST(RemoveItem, IsRecordedOnceAndAgainDecidesNothing) {
  Given(Draft()).When(RemoveItem{{1}}).Then({ItemRemoved{{1}}});
  Given({Create(), RemoveItem{{1}}}).When(RemoveItem{{1}}).ThenNothing();
}

TEST(RemoveItem, MayTakeTheLastLine) {
  Given({Create(), RemoveItem{{1}}}).When(RemoveItem{{2}}).Then({ItemRemoved{{2}}});
}

TEST(ApplyDiscount, IsRecordedOnceAndAgainDecidesNothing) {
  const ApplyDiscount rate{{"TEN"}, Rate{100'000}, std::nullopt};
  const ApplyDiscount amount{{"OFF"}, std::nullopt, Eur(250)};
  Given(Draft()).When(rate).Then({DiscountApplied{{{"TEN"}, {Rate{100'000}, {}}}}});
  Given(Draft()).When(amount).Then({DiscountApplied{{{"OFF"}, {std::nullopt, {250}}}}});
  Given({Create(), rate, amount}).When(rate).ThenNothing();
  Given({Create(), rate, amount}).When(amount).ThenNothing();
}

TEST(RemoveDiscount, IsRecordedAndOfAnAbsentCodeDecidesNothing) {
  const ApplyDiscount ten{{"TEN"}, Rate{100'000}, std::nullopt};
  Given({Create(), ten}).When(RemoveDiscount{{"TEN"}}).Then({DiscountRemoved{{"TEN"}}});
  Given(Draft()).When(RemoveDiscount{{"TEN"}}).ThenNothing();
}

TEST(SetShippingFee, IsRecordedOnceAndZeroRemovesIt) {
  Given(Draft()).When(SetShippingFee{Own(490)}).Then({ShippingFeeSet{{490}}});
  Given({Create(), SetShippingFee{Own(490)}}).When(SetShippingFee{Eur(490)}).ThenNothing();
  Given({Create(), SetShippingFee{Own(490)}}).When(SetShippingFee{Own(0)}).Then({ShippingFeeSet{}});
  Given(Draft()).When(SetShippingFee{Own(0)}).ThenNothing();
}

TEST(SetTax, IsRecordedOnceAndZeroRemovesItHoweverItIsPut) {
  const SetTax rate{Rate{190'000}, std::nullopt};
  Given(Draft()).When(rate).Then({TaxSet{{Rate{190'000}, {}}}});
  Given({Create(), rate}).When(rate).ThenNothing();
  Given({Create(), rate})
      .When(SetTax{std::nullopt, Own(100)})
      .Then({TaxSet{{std::nullopt, {100}}}});
  Given({Create(), rate}).When(SetTax{Rate{0}, std::nullopt}).Then({TaxSet{}});
  Given({Create(), rate}).When(SetTax{std::nullopt, Own(0)}).Then({TaxSet{}});
  Given(Draft()).When(SetTax{Rate{0}, std::nullopt}).ThenNothing();
}

TEST(ConfirmOrder, PricesAndFreezesTheTotals) {
  const std::vector<OrderCommand> asked = {Create(), SetShippingFee{Own(400)},
                                           SetTax{Rate{100'000}, std::nullopt}};
  const LineTotals first{{1}, {{3000}, {0}, {330}, {300}, {3630}}};
  const LineTotals second{{2}, {{1000}, {0}, {110}, {100}, {1210}}};
  Given(asked)
      .When(ConfirmOrder{})
      .Then({OrderConfirmed{{{4000}, {0}, {440}, {400}, {4840}}, {first, second}}});
  const Order order = StateAfter(With(asked, {ConfirmOrder{}}));
  EXPECT_EQ(order.status, OrderStatus::kConfirmed);
  EXPECT_EQ(order.totals.total, Amount{4840});
  EXPECT_EQ(order.lines[1].totals, second.totals);
}

TEST(ConfirmOrder, AgainDecidesNothingHoweverFarTheOrderCame) {
  Given(Confirmed()).When(ConfirmOrder{}).ThenNothing();
  Given(Shipped()).When(ConfirmOrder{}).ThenNothing();
  Given(Completed()).When(ConfirmOrder{}).ThenNothing();
}

TEST(SetShippingAddress, IsRecordedUntilTheFirstShipment) {
  Given(Draft()).When(SetShippingAddress{kOffice}).Then({ShippingAddressSet{kOffice}});
  Given(Paid()).When(SetShippingAddress{kOffice}).Then({ShippingAddressSet{kOffice}});
  Given(Draft()).When(SetShippingAddress{kHome}).ThenNothing();
  Given(Shipped()).When(SetShippingAddress{kHome}).ThenNothing();
}

TEST(SetBillingAddress, IsRecordedUntilTheFirstCapture) {
  Given(Draft()).When(SetBillingAddress{kOffice}).Then({BillingAddressSet{kOffice}});
  Given({Create(), ConfirmOrder{}, Authorize("p", 100)})
      .When(SetBillingAddress{kOffice})
      .Then({BillingAddressSet{kOffice}});
  Given(Paid()).When(SetBillingAddress{kHome}).ThenNothing();
}

TEST(AskedAgain, WhatChangesNothingIsDoneHoweverFarTheOrderCame) {
  const std::vector<OrderCommand> asked = {
      Create(),
      AddItem{Goods("GONE", 1, 1)},
      RemoveItem{{3}},
      ChangeItemQuantity{{1}, 5},
      ApplyDiscount{{"HALF"}, Rate{500'000}, {}},
      ApplyDiscount{{"BRIEF"}, Rate{1}, {}},
      RemoveDiscount{{"BRIEF"}},
      SetShippingFee{Eur(490)},
      SetTax{Rate{190'000}, {}},
      SetShippingAddress{kOffice},
      SetBillingAddress{kHome},
      ConfirmOrder{},
      CancelOrder{"changed my mind"},
  };
  for (const std::size_t end : {std::size_t{1}, std::size_t{0}}) {  // Confirmed, then cancelled.
    const auto story = Given(
        std::vector<OrderCommand>(asked.begin(), asked.end() - static_cast<std::ptrdiff_t>(end)));
    for (std::size_t i = 2; i + 2 < asked.size(); ++i) {
      if (i == 5) continue;  // A discount that was taken away again would change the price.
      SCOPED_TRACE(CommandName(asked[i]));
      DeciderSpec(story).When(asked[i]).ThenNothing();
    }
    DeciderSpec(story).When(asked[5]).ThenRefused(end == 1 ? Reason::kNotDraft
                                                           : Reason::kOrderEnded);
    DeciderSpec(story)
        .When(SetTax{Rate{1}, {}})
        .ThenRefused(end == 1 ? Reason::kNotDraft : Reason::kOrderEnded);
  }
}

TEST(SetNote, IsTakenAtAnyTime) {
  for (const auto& asked : {Draft(), Confirmed(), Shipped(), Completed(), Cancelled()}) {
    Given(asked).When(SetNote{"call"}).Then({NoteSet{"call"}});
    Given(With(asked, {SetNote{"call"}})).When(SetNote{"call"}).ThenNothing();
    Given(With(asked, {SetNote{"call"}})).When(SetNote{""}).Then({NoteSet{""}});
  }
}

TEST(PlaceHold, OfSeveralKindsAtOnceAndOfTheSameKindOnce) {
  const PlaceHold fraud{HoldKind::kFraud, "new card"};
  const PlaceHold stock{HoldKind::kStock, "count first"};
  Given(Draft()).When(fraud).Then({OrderHeld{HoldKind::kFraud, "new card"}});
  Given({Create(), fraud}).When(stock).Then({OrderHeld{HoldKind::kStock, "count first"}});
  Given({Create(), fraud}).When(PlaceHold{HoldKind::kFraud, "other"}).ThenNothing();
  EXPECT_EQ(StateAfter({Create(), fraud, stock}).holds.size(), 2U);
}

TEST(ReleaseHold, IsRecordedAndOfNoHoldDecidesNothing) {
  const PlaceHold fraud{HoldKind::kFraud, "new card"};
  Given({Create(), fraud})
      .When(ReleaseHold{HoldKind::kFraud})
      .Then({HoldReleased{HoldKind::kFraud}});
  Given({Create(), fraud}).When(ReleaseHold{HoldKind::kStock}).ThenNothing();
  Given(Completed()).When(ReleaseHold{HoldKind::kFraud}).ThenNothing();
}

TEST(PlaceHold, AskedAgainOfAnOrderEndedSinceDecidesNothing) {
  const PlaceHold fraud{HoldKind::kFraud, "new card"};
  Given({Create(), fraud, CancelOrder{"fraud"}}).When(fraud).ThenNothing();
}

}  // namespace
}  // namespace orders::domain
