#include "api/orderctl/demo/stories.h"

#include <algorithm>
#include <array>

#include "absl/strings/str_cat.h"

#include "api/orderctl/demo/steps.h"

namespace orders::api {
namespace {

// A refused command is not remembered by the service: told again, it is decided on the order's last
// state. So each story tries only what every later state of its order refuses too.

void BoughtAndDelivered(DemoOrder& order, SplitMix64& random) {
  Confirm(order);
  if (random.Percent(15)) {
    v1::AddItemRequest late;
    late.mutable_line()->set_sku("TOO-LATE");
    late.mutable_line()->set_title("Too late");
    late.mutable_line()->set_quantity(1);
    late.mutable_line()->mutable_unit_price()->set_minor_units(100);
    order.Refused("adding after confirmation", late, &CommandStub::AddItem);
  }
  CaptureOpen(order, "pay-1");
  ShipAll(order, "ship-1");
  Deliver(order, "ship-1");
}

void AuthorizedThenCaptured(DemoOrder& order, SplitMix64&) {
  Confirm(order);
  AuthorizeOpen(order, "pay-1");
  CaptureOpen(order, "pay-1");
  ShipAll(order, "ship-1");
  Deliver(order, "ship-1");
}

void PaidInTwoParts(DemoOrder& order, SplitMix64&) {
  Confirm(order);
  Capture(order, "gift-card", order.order().ledger().open().minor_units() / 3);
  CaptureOpen(order, "pay-2");
  ShipAll(order, "ship-1");
}

void PaymentRetried(DemoOrder& order, SplitMix64& random) {
  Confirm(order);
  const std::int64_t failures = random.Between(1, 2);
  for (std::int64_t i = 1; i <= failures; ++i) {
    FailPayment(order, absl::StrCat("pay-", i), "card declined");
  }
  v1::CapturePaymentRequest too_much;
  too_much.set_payment_id("pay-too-much");
  too_much.mutable_amount()->set_minor_units(order.order().totals().total().minor_units() + 1);
  order.Refused("paying too much", too_much, &CommandStub::CapturePayment);
  CaptureOpen(order, "pay-3");
  ShipAll(order, "ship-1");
  Deliver(order, "ship-1");
}

void PaymentFailedForGood(DemoOrder& order, SplitMix64&) {
  Confirm(order);
  FailPayment(order, "pay-1", "card expired");
  FailPayment(order, "pay-2", "card declined");
}

void ShippedInParts(DemoOrder& order, SplitMix64& random) {
  Confirm(order);
  CaptureOpen(order, "pay-1");
  ShipFirstLine(order, "ship-1");
  Deliver(order, "ship-1");
  if (random.Percent(30)) return;  // The rest goes out tomorrow.
  ShipRest(order, "ship-2");
  if (random.Percent(80)) Deliver(order, "ship-2");
}

void OnItsWay(DemoOrder& order, SplitMix64& random) {
  Confirm(order);
  CaptureOpen(order, "pay-1");
  ShipAll(order, "ship-1");
  if (random.Percent(40)) {
    v1::CancelOrderRequest cancel;
    cancel.set_reason("changed my mind");
    order.Refused("cancelling what is shipped", cancel, &CommandStub::CancelOrder);
  }
}

void HeldForAWhile(DemoOrder& order, SplitMix64& random) {
  constexpr std::array<v1::HoldKind, 3> kKinds = {v1::FRAUD, v1::ADDRESS, v1::STOCK};
  const v1::HoldKind kind = kKinds.at(random.Below(kKinds.size()));
  Confirm(order);
  CaptureOpen(order, "pay-1");
  Hold(order, kind);
  if (random.Percent(25)) return;  // Somebody looks at it tomorrow.
  v1::CapturePaymentRequest more;
  more.set_payment_id("pay-more");
  more.mutable_amount()->set_minor_units(1);
  order.Refused("paying while on hold", more, &CommandStub::CapturePayment);
  Release(order, kind);
  ShipAll(order, "ship-1");
  Deliver(order, "ship-1");
}

void CancelledAndRefunded(DemoOrder& order, SplitMix64&) {
  Confirm(order);
  CaptureOpen(order, "pay-1");
  Cancel(order, "found it cheaper");
  RefundDue(order, "refund-1");
}

void CancelledUnpaid(DemoOrder& order, SplitMix64& random) {
  if (random.Percent(70)) Confirm(order);
  Cancel(order, "ordered twice");
}

void ItemsCancelled(DemoOrder& order, SplitMix64&) {
  Confirm(order);
  CaptureOpen(order, "pay-1");
  CancelOneUnit(order, "out of stock");
  RefundDue(order, "refund-1");
  if (order.order().status() == v1::CANCELLED) return;  // It was the only unit.
  ShipRest(order, "ship-1");
  Deliver(order, "ship-1");
}

void Returned(DemoOrder& order, SplitMix64& random) {
  Confirm(order);
  CaptureOpen(order, "pay-1");
  ShipAll(order, "ship-1");
  Deliver(order, "ship-1");
  RequestReturnOfFirstLine(order, "return-1");
  if (random.Percent(20)) return;  // Still in the post.
  ReceiveReturn(order, "return-1");
  if (random.Percent(85)) RefundDue(order, "refund-1");
}

struct Story {
  std::uint64_t percent;
  void (*tell)(DemoOrder&, SplitMix64&);
};
constexpr std::array<Story, 12> kStories = {{
    {22, BoughtAndDelivered},
    {16, AuthorizedThenCaptured},
    {5, PaidInTwoParts},
    {9, PaymentRetried},
    {4, PaymentFailedForGood},
    {10, ShippedInParts},
    {8, OnItsWay},
    {6, HeldForAWhile},
    {5, CancelledAndRefunded},
    {4, CancelledUnpaid},
    {6, ItemsCancelled},
    {5, Returned},
}};

constexpr std::uint64_t SumOfPercents() {
  std::uint64_t sum = 0;
  for (const Story& story : kStories) sum += story.percent;
  return sum;
}
static_assert(SumOfPercents() == 100);

constexpr std::uint64_t kAbandonedPercent = 5;

}  // namespace

void TellStory(const Shop& shop, SplitMix64& random, DemoOrder& order) {
  const DemoCustomer customer = shop.PickCustomer(random);
  if (random.Percent(kAbandonedPercent)) return AbandonCart(shop, customer, random, order);
  FillCart(shop, customer, random, order);
  std::uint64_t drawn = random.Below(100);
  for (const Story& story : kStories) {
    if (drawn < story.percent) return story.tell(order, random);
    drawn -= story.percent;
  }
}

}  // namespace orders::api
