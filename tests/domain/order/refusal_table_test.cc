#include <set>
#include <string>
#include <vector>

#include "gtest/gtest.h"

#include "domain/order/validation.h"
#include "tests/support/decider_spec.h"

namespace orders::domain {
namespace {

using namespace samples;

struct Row {
  Reason reason;
  std::vector<OrderCommand> given;
  OrderCommand when;
};

template <typename Command>
Command At(Command command, absl::Time time) {
  command.occurred_at = time;
  return command;
}
template <typename Command>
Command InDollars(Command command) {
  command.amount.currency = kUsd;
  return command;
}
Money Usd(std::int64_t minor) { return {Amount{minor}, kUsd}; }
NewLine DollarGoods() {
  NewLine line = Goods("C", 1, 700);
  line.unit_price = Usd(700);
  return line;
}

const absl::Time kTooLate = kNow + absl::Minutes(6);
const std::int64_t kCap = kAmountMax.minor;

// Each command with content that a fitting order would take.
std::vector<OrderCommand> DraftCommands() {
  return {AddItem{Goods("C", 1, 1)}, ChangeItemQuantity{{1}, 9},
          RemoveItem{{1}},           ApplyDiscount{{"TEN"}, Rate{100'000}, {}},
          RemoveDiscount{{"TEN"}},   SetShippingFee{Own(5)},
          SetTax{Rate{5}, {}}};
}
std::vector<OrderCommand> PlacedCommands() {
  return {Authorize("p", 1),
          Capture("p", 1),
          Fail("p"),
          RefundOf("r", "p", 1),
          Ship("s", {{{1}, 1}}),
          Deliver("s"),
          CancelUnits({{{1}, 1}}),
          AskReturn("t", {{{1}, 1}}),
          Receive("t")};
}
std::vector<OrderCommand> OtherCommands() {
  return {SetShippingAddress{kOffice},
          SetBillingAddress{kOffice},
          SetNote{"n"},
          ConfirmOrder{},
          PlaceHold{},
          ReleaseHold{},
          CancelOrder{}};
}

std::vector<Row> StateRows() {
  std::vector<Row> rows;
  for (const auto& commands : {DraftCommands(), PlacedCommands(), OtherCommands()}) {
    for (const OrderCommand& command : commands) {
      rows.push_back({Reason::kOrderNotFound, {}, command});
    }
  }
  for (const auto& given : {Draft(), Confirmed(), Completed(), Cancelled()}) {
    rows.push_back({Reason::kOrderExists, given, Create()});
  }
  for (const OrderCommand& command : DraftCommands()) {
    // To remove a discount that is not there changes nothing, and that is no offence anywhere.
    const auto after = [&](std::vector<OrderCommand> given) {
      if (std::holds_alternative<RemoveDiscount>(command)) {
        given.insert(given.begin() + 1, ApplyDiscount{{"TEN"}, {}, Own(1)});
      }
      return given;
    };
    rows.push_back({Reason::kNotDraft, after({Create(), ConfirmOrder{}}), command});
    rows.push_back({Reason::kOrderEnded, after({Create(), CancelOrder{}}), command});
    if (std::holds_alternative<RemoveDiscount>(command)) continue;  // These are paid in full.
    rows.push_back({Reason::kNotDraft, Shipped(), command});
    rows.push_back({Reason::kOrderEnded, Completed(), command});
  }
  for (const OrderCommand& command : PlacedCommands()) {
    rows.push_back({Reason::kNotConfirmed, Draft(), command});
    if (std::holds_alternative<RefundPayment>(command)) continue;  // What is due, at any time.
    rows.push_back({Reason::kOrderEnded, Cancelled(), command});
    if (std::holds_alternative<RequestReturn>(command) ||
        std::holds_alternative<ReceiveReturn>(command)) {
      continue;  // Goods come back from completed orders.
    }
    rows.push_back({Reason::kOrderEnded, Completed(), command});
  }
  const auto held = [](std::vector<OrderCommand> given) {
    given.insert(given.begin() + 1, OrderCommand(PlaceHold{}));
    return given;
  };
  for (const auto& given : {Completed(), Cancelled()}) {
    rows.push_back({Reason::kOrderEnded, given, SetShippingAddress{kOffice}});
    rows.push_back({Reason::kOrderEnded, given, SetBillingAddress{kOffice}});
    rows.push_back({Reason::kOrderEnded, given, PlaceHold{}});
  }
  rows.push_back({Reason::kOrderEnded, held({Create(), CancelOrder{}}), ReleaseHold{}});
  rows.push_back({Reason::kOrderEnded, Cancelled(), ConfirmOrder{}});
  rows.push_back({Reason::kOrderEnded, Completed(), CancelOrder{}});
  rows.push_back({Reason::kAlreadyShipped, Shipped(), CancelOrder{}});
  return rows;
}

std::vector<Row> DraftRows() {
  CreateOrder full = Create();
  full.lines.clear();
  for (int i = 0; i < kLinesMax; ++i) full.lines.push_back(Goods("S" + std::to_string(i), 1, 1));
  CreateOrder over_full = full;
  over_full.lines.push_back(Goods("ONE-MORE", 1, 1));
  CreateOrder dollars = Create();
  dollars.lines.push_back(DollarGoods());
  CreateOrder dear = Create();
  dear.lines = {Goods("A", 1, kCap), Goods("B", 1, 1)};
  CreateOrder many = Create();
  many.lines = {Goods("A", kQuantityMax, 1), Goods("A", 1, 1)};
  CreateOrder nowhere = Create();
  nowhere.shipping_address.reset();
  CreateOrder most = Create();
  most.lines = {Goods("A", 1, kCap)};
  CreateOrder half = Create();
  half.lines = {Goods("A", 1, kCap / 2 + 1)};
  std::vector<OrderCommand> discounted = Draft();
  for (int i = 0; i < kDiscountsMax; ++i) {
    discounted.push_back(ApplyDiscount{{"D" + std::to_string(i)}, Rate{1}, {}});
  }
  const ApplyDiscount ten{{"TEN"}, Rate{100'000}, {}};
  return {
      {Reason::kTooManyLines, {}, over_full},
      {Reason::kTooManyLines, {full}, AddItem{Goods("ONE-MORE", 1, 1)}},
      {Reason::kTooManyDiscounts, discounted, ten},
      {Reason::kLineNotFound, Draft(), ChangeItemQuantity{{3}, 1}},
      {Reason::kLineNotFound, {Create(), RemoveItem{{1}}}, ChangeItemQuantity{{1}, 1}},
      {Reason::kLineNotFound, Draft(), RemoveItem{{3}}},
      {Reason::kQuantityTooLarge, {}, many},
      {Reason::kQuantityTooLarge, Draft(), AddItem{Goods("A", kQuantityMax, 1000)}},
      {Reason::kAmountTooLarge, {}, dear},
      {Reason::kAmountTooLarge, Draft(), AddItem{Goods("C", 1, kCap)}},
      {Reason::kAmountTooLarge, {half}, ChangeItemQuantity{{1}, 2}},
      {Reason::kAmountTooLarge, {most}, SetShippingFee{Own(1)}},
      {Reason::kAmountTooLarge, {most}, SetTax{std::nullopt, Own(1)}},
      {Reason::kAmountTooLarge,
       {most, ApplyDiscount{{"D"}, std::nullopt, Own(1)}, SetShippingFee{Own(1)}},
       RemoveDiscount{{"D"}}},
      {Reason::kCurrencyMismatch, {}, dollars},
      {Reason::kCurrencyMismatch, Draft(), AddItem{DollarGoods()}},
      {Reason::kCurrencyMismatch, Draft(), ApplyDiscount{{"D"}, std::nullopt, Usd(1)}},
      {Reason::kCurrencyMismatch, Draft(), SetShippingFee{Usd(1)}},
      {Reason::kCurrencyMismatch, Draft(), SetTax{std::nullopt, Usd(1)}},
      {Reason::kDiscountCodeReused, {Create(), ten}, ApplyDiscount{{"TEN"}, Rate{1}, {}}},
      {Reason::kDiscountCodeReused, {Create(), ten}, ApplyDiscount{{"TEN"}, {}, Own(1)}},
      {Reason::kNoLines, {Create(), RemoveItem{{1}}, RemoveItem{{2}}}, ConfirmOrder{}},
      {Reason::kNoShippingAddress, {nowhere}, ConfirmOrder{}},
      {Reason::kShippingAddressFrozen, Shipped(), SetShippingAddress{kOffice}},
      {Reason::kBillingAddressFrozen, Paid(), SetBillingAddress{kOffice}},
      {Reason::kBillingAddressFrozen, With(Confirmed(), {Capture("p", 1)}),
       SetBillingAddress{kOffice}},
  };
}

std::vector<Row> PaymentRows() {
  const auto authorized = With(Confirmed(), {Authorize("p", 1000)});
  const auto failed = With(Confirmed(), {Fail("p")});
  const auto refunded = With(Paid(), {RefundOf("r", "pay-1", 100)});
  const auto held = With(Confirmed(), {PlaceHold{}});
  RefundPayment other_reason = RefundOf("r", "pay-1", 100);
  other_reason.reason = "other";
  RecordPaymentFailure other_failure = Fail("p");
  other_failure.reason = "other";
  std::vector<OrderCommand> failures = Confirmed();
  for (int i = 0; i < kEntriesMax; ++i) failures.push_back(Fail("f" + std::to_string(i)));
  std::vector<OrderCommand> refunds = Paid();
  for (int i = 0; i < kEntriesMax; ++i) {
    refunds.push_back(RefundOf("r" + std::to_string(i), "pay-1", 1));
  }
  return {
      {Reason::kPaymentExceedsOpen, Confirmed(), Authorize("p", kTotal + 1)},
      {Reason::kPaymentExceedsOpen, Paid(), Authorize("p", 1)},
      {Reason::kPaymentExceedsOpen, Confirmed(), Capture("p", kTotal + 1)},
      {Reason::kPaymentExceedsOpen, With(authorized, {Capture("q", kTotal - 1)}),
       Capture("p", 1000)},
      {Reason::kCaptureExceedsAuthorized, authorized, Capture("p", 1001)},
      {Reason::kPaymentIdReused, authorized, Authorize("p", 1001)},
      {Reason::kPaymentIdReused, authorized, At(Authorize("p", 1000), kEarlier)},
      {Reason::kPaymentIdReused, failed, Authorize("p", 1000)},
      {Reason::kPaymentIdReused, Paid(), Capture("pay-1", 1)},
      {Reason::kPaymentIdReused, Paid(), At(Capture("pay-1", kTotal), kEarlier)},
      {Reason::kPaymentIdReused, failed, Capture("p", 1000)},
      {Reason::kPaymentIdReused, Paid(), Fail("pay-1")},
      {Reason::kPaymentIdReused, failed, other_failure},
      {Reason::kPaymentIdReused, Completed(), Capture("pay-1", 1)},
      {Reason::kOrderOnHold, held, Capture("p", 1)},
      {Reason::kOrderOnHold, With(Paid(), {PlaceHold{}}), ShipAll("s")},
      {Reason::kCurrencyMismatch, Confirmed(), InDollars(Authorize("p", 1))},
      {Reason::kCurrencyMismatch, authorized, InDollars(Authorize("p", 1000))},
      {Reason::kCurrencyMismatch, Confirmed(), InDollars(Capture("p", 1))},
      {Reason::kCurrencyMismatch, Paid(), InDollars(Capture("pay-1", kTotal))},
      {Reason::kCurrencyMismatch, Paid(), InDollars(RefundOf("r", "pay-1", 1))},
      {Reason::kCurrencyMismatch, refunded, InDollars(RefundOf("r", "pay-1", 100))},
      {Reason::kTimeInFuture, Confirmed(), At(Authorize("p", 1), kTooLate)},
      {Reason::kTimeInFuture, Confirmed(), At(Capture("p", 1), kTooLate)},
      {Reason::kTimeInFuture, Confirmed(), At(Fail("p"), kTooLate)},
      {Reason::kTimeInFuture, Paid(), At(RefundOf("r", "pay-1", 1), kTooLate)},
      {Reason::kTooManyEntries, failures, Authorize("p", 1)},
      {Reason::kTooManyEntries, failures, Capture("p", 1)},
      {Reason::kTooManyEntries, failures, Fail("p")},
      {Reason::kTooManyEntries, refunds, RefundOf("r", "pay-1", 1)},
      {Reason::kRefundIdReused, refunded, RefundOf("r", "pay-1", 101)},
      {Reason::kRefundIdReused, refunded, RefundOf("r", "other", 100)},
      {Reason::kRefundIdReused, refunded, other_reason},
      {Reason::kRefundIdReused, refunded, At(RefundOf("r", "pay-1", 100), kEarlier)},
      {Reason::kPaymentNotFound, Paid(), RefundOf("r", "p", 1)},
      {Reason::kPaymentNotCaptured, authorized, RefundOf("r", "p", 1)},
      {Reason::kPaymentNotCaptured, failed, RefundOf("r", "p", 1)},
      {Reason::kRefundExceedsCaptured, Paid(), RefundOf("r", "pay-1", kTotal + 1)},
      {Reason::kRefundExceedsCaptured, refunded, RefundOf("s", "pay-1", kTotal - 99)},
      {Reason::kRefundNotDue, Completed(), RefundOf("r", "pay-1", 1)},
  };
}

std::vector<Row> FulfilmentRows() {
  const auto part = With(Paid(), {Ship("s", {{{1}, 1}})});
  ShipItems other_carrier = Ship("s", {{{1}, 1}});
  other_carrier.carrier = "UPS";
  ShipItems other_tracking = Ship("s", {{{1}, 1}});
  other_tracking.tracking_code = "T2";
  CreateOrder big = Create();
  big.lines = {Goods("A", 3000, 1)};
  const std::vector<OrderCommand> big_paid = {big, ConfirmOrder{}, Capture("p", 3000)};
  std::vector<OrderCommand> shipments = big_paid;
  for (int i = 0; i < kEntriesMax; ++i) {
    shipments.push_back(Ship("s" + std::to_string(i), {{{1}, 1}}));
  }
  std::vector<OrderCommand> returns = With(big_paid, {ShipAll("s"), Deliver("s")});
  for (int i = 0; i < kEntriesMax; ++i) {
    returns.push_back(AskReturn("t" + std::to_string(i), {{{1}, 1}}));
  }
  const auto asked = With(Completed(), {AskReturn("t", {{{1}, 2}})});
  RequestReturn other_reason = AskReturn("t", {{{1}, 2}});
  other_reason.reason = "other";
  const auto received = With(asked, {Receive("t")});
  return {
      {Reason::kNotPaid, Confirmed(), ShipAll("s")},
      {Reason::kNotPaid, With(Confirmed(), {Authorize("p", kTotal)}), ShipAll("s")},
      {Reason::kNotPaid, With(Confirmed(), {Capture("p", kTotal - 1)}), ShipAll("s")},
      {Reason::kShipmentExceedsOrdered, Paid(), Ship("s", {{{1}, 4}})},
      {Reason::kShipmentExceedsOrdered, part, Ship("t", {{{1}, 3}})},
      {Reason::kShipmentExceedsOrdered, With(Paid(), {CancelUnits({{{1}, 1}})}),
       Ship("s", {{{1}, 3}})},
      {Reason::kLineNotFound, Paid(), Ship("s", {{{9}, 1}})},
      {Reason::kNothingToShip, Shipped(), ShipAll("s")},
      {Reason::kShipmentIdReused, part, Ship("s", {{{1}, 2}})},
      {Reason::kShipmentIdReused, part, ShipAll("s")},
      {Reason::kShipmentIdReused, part, other_carrier},
      {Reason::kShipmentIdReused, part, other_tracking},
      {Reason::kShipmentIdReused, part, At(Ship("s", {{{1}, 1}}), kEarlier)},
      {Reason::kShipmentNotFound, Confirmed(), Deliver("s")},
      {Reason::kShipmentNotFound, Shipped(), Deliver("s")},
      {Reason::kAlreadyDelivered, Completed(), At(Deliver("ship-1"), kEarlier)},
      {Reason::kTimeInFuture, Paid(), At(ShipAll("s"), kTooLate)},
      {Reason::kTimeInFuture, Shipped(), At(Deliver("ship-1"), kTooLate)},
      {Reason::kTimeInFuture, asked, At(Receive("t"), kTooLate)},
      {Reason::kTooManyEntries, shipments, Ship("s", {{{1}, 1}})},
      {Reason::kTooManyEntries, returns, AskReturn("t", {{{1}, 1}})},
      {Reason::kCancelExceedsUnshipped, Paid(), CancelUnits({{{1}, 4}})},
      {Reason::kCancelExceedsUnshipped, part, CancelUnits({{{1}, 3}})},
      {Reason::kLineNotFound, Paid(), CancelUnits({{{9}, 1}})},
      {Reason::kLineNotFound, Completed(), AskReturn("t", {{{9}, 1}})},
      {Reason::kReturnExceedsDelivered, Confirmed(), AskReturn("t", {{{1}, 1}})},
      {Reason::kReturnExceedsDelivered, Shipped(), AskReturn("t", {{{1}, 1}})},
      {Reason::kReturnExceedsDelivered, Completed(), AskReturn("t", {{{1}, 4}})},
      {Reason::kReturnExceedsDelivered, received, AskReturn("u", {{{1}, 2}})},
      {Reason::kReturnExceedsDelivered, asked, Receive("t", {{{1}, 3}})},
      {Reason::kReturnExceedsDelivered, asked, Receive("t", {{{2}, 1}})},
      {Reason::kReturnIdReused, asked, AskReturn("t", {{{1}, 1}})},
      {Reason::kReturnIdReused, asked, other_reason},
      {Reason::kReturnNotFound, Confirmed(), Receive("t")},
      {Reason::kReturnNotFound, Completed(), Receive("t")},
      {Reason::kReturnAlreadyReceived, received, Receive("t", {{{1}, 1}})},
      {Reason::kReturnAlreadyReceived, received, At(Receive("t"), kEarlier)},
  };
}

std::vector<Row> AllRows() {
  std::vector<Row> all;
  for (const std::vector<Row>& rows : {StateRows(), DraftRows(), PaymentRows(), FulfilmentRows()}) {
    all.insert(all.end(), rows.begin(), rows.end());
  }
  return all;
}

TEST(RefusalTable, EachRowIsRefusedForItsReason) {
  for (const Row& row : AllRows()) {
    SCOPED_TRACE(std::string(CommandName(row.when)) + " " + std::string(ReasonName(row.reason)));
    EXPECT_TRUE(Validate(row.when).empty()) << ToStatus(Validate(row.when));
    Given(row.given).When(row.when).ThenRefused(row.reason);
  }
}

TEST(RefusalTable, HasARowForEachReasonAndEachCommand) {
  std::set<Reason> reasons;
  std::set<std::string_view> commands;
  for (const Row& row : AllRows()) {
    reasons.insert(row.reason);
    commands.insert(CommandName(row.when));
  }
  for (int i = 0; i <= static_cast<int>(Reason::kTimeInFuture); ++i) {
    EXPECT_TRUE(reasons.contains(static_cast<Reason>(i))) << ReasonName(static_cast<Reason>(i));
  }
  EXPECT_EQ(commands.size(), std::variant_size_v<OrderCommand>);
}

TEST(RefusalTable, ARefusalOfAConfirmationBeyondTheCapNeedsAHistoryNoDeciderWrote) {
  OrderEvents events = After(Draft());
  events.push_back(ItemQuantityChanged{{1}, kCap});
  Given(events).When(ConfirmOrder{}).ThenRefused(Reason::kAmountTooLarge);
}

}  // namespace
}  // namespace orders::domain
