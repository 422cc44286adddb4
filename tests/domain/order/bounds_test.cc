#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

#include "domain/order/validation.h"
#include "tests/support/decider_spec.h"

namespace orders::domain {
namespace {

using samples::Create;
using samples::Goods;
using samples::kNow;
using samples::Own;

CreateOrder WithLines(int count) {
  CreateOrder create = Create();
  create.lines.clear();
  for (int i = 0; i < count; ++i) create.lines.push_back(Goods(absl::StrCat("S", i), 1, 100));
  return create;
}

TEST(OrderBounds, TheLastLineIsTakenAndOneMoreIsRefused) {
  const OrderCommand full = WithLines(kLinesMax);
  Given({full}).When(AddItem{Goods("one-more", 1, 100)}).ThenRefused(Reason::kTooManyLines);
  Given({full})
      .When(AddItem{Goods("S0", 1, 100)})
      .Then({ItemAdded{
          .line =
              {.id = {1}, .sku = {"S0"}, .title = "a thing", .quantity = 1, .unit_price = {100}},
          .quantity_after = 2}});
  GivenNothing().When(WithLines(kLinesMax + 1)).ThenRefused(Reason::kTooManyLines);
}

TEST(OrderBounds, ADiscountBeyondTheLastIsRefused) {
  std::vector<OrderCommand> asked = {Create()};
  for (int i = 0; i < kDiscountsMax; ++i) {
    asked.push_back(ApplyDiscount{.code = {absl::StrCat("D", i)}, .rate = Rate{1}, .amount = {}});
  }
  Given(asked)
      .When(ApplyDiscount{.code = {"MORE"}, .rate = Rate{1}, .amount = {}})
      .ThenRefused(Reason::kTooManyDiscounts);
  Given(asked).When(ApplyDiscount{.code = {"D0"}, .rate = Rate{1}, .amount = {}}).ThenNothing();
}

TEST(OrderBounds, APaymentBeyondTheLastIsRefusedAndAKnownOneIsStillDone) {
  std::vector<OrderCommand> asked = {Create(), ConfirmOrder{}};
  for (int i = 0; i < kEntriesMax; ++i) {
    asked.push_back(RecordPaymentFailure{.payment_id = {absl::StrCat("p", i)},
                                         .reason = "declined",
                                         .occurred_at = {},
                                         .now = kNow});
  }
  Given(asked)
      .When(
          CapturePayment{.payment_id = {"more"}, .amount = Own(1), .occurred_at = {}, .now = kNow})
      .ThenRefused(Reason::kTooManyEntries);
  Given(asked).When(asked.back()).ThenNothing();
}

TEST(OrderBounds, AnOrderOverTheGreatestAmountIsRefusedWhileItIsFilled) {
  const NewLine dear = Goods("DEAR", 1, kAmountMax.minor);
  CreateOrder create = Create();
  create.lines = {dear};
  GivenNothing().When(create).Then({OrderCreated{.order_id = samples::kOrderId,
                                                 .customer_id = {"c-1"},
                                                 .currency = samples::kEur,
                                                 .lines = {{.id = {1},
                                                            .sku = {"DEAR"},
                                                            .title = "a thing",
                                                            .quantity = 1,
                                                            .unit_price = kAmountMax}},
                                                 .shipping_address = samples::kHome,
                                                 .billing_address = samples::kHome,
                                                 .note = ""}});
  Given({OrderCommand(create)})
      .When(AddItem{Goods("PENNY", 1, 1)})
      .ThenRefused(Reason::kAmountTooLarge);
  Given({OrderCommand(create)}).When(SetShippingFee{Own(1)}).ThenRefused(Reason::kAmountTooLarge);
}

}  // namespace
}  // namespace orders::domain
