#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "rapidcheck.h"
#include "rapidcheck/gtest.h"

#include "domain/order/decider.h"
#include "domain/order/money_rules.h"
#include "domain/order/pricing.h"
#include "domain/order/refusals.h"
#include "domain/order/validation.h"
#include "tests/support/order_generator.h"

namespace orders::domain {
namespace {

// RC_ASSERT takes its expression apart, so that || in it evaluates both sides: hence the extra
// parentheses around those that must not.

// One number a step: Dice makes the rest of it, so that a failing walk shrinks to few steps.
using Seeds = std::vector<std::uint64_t>;

rc::Gen<Seeds> SomeSeeds() {
  return rc::gen::resize(rc::kNominalSize,
                         rc::gen::container<Seeds>(rc::gen::arbitrary<std::uint64_t>()));
}

struct Step {
  OrderCommand command;
  Order before;
  absl::StatusOr<OrderEvents> decision;
  Order after;  ///< As `before` when it was refused.
};
using Visit = std::function<void(const Step&)>;

// Asks one command after the other of one order. One in eight is asked before already.
Order Walk(const Seeds& seeds, const Visit& visit) {
  Order order;
  std::vector<OrderCommand> asked;
  for (const std::uint64_t seed : seeds) {
    Dice dice(seed);
    const bool repeat = !asked.empty() && dice.OneIn(8);
    const OrderCommand command = repeat ? dice.Pick(asked) : CommandGenerator(dice, order).Any();
    asked.push_back(command);
    Step step{command, order, Decide(samples::kOrderId, command, order), order};
    if (step.decision.ok()) {
      for (const OrderEvent& event : *step.decision) Apply(event, step.after);
    }
    visit(step);
    order = step.after;
  }
  return order;
}

std::int64_t SumOfParts(const Totals& totals) {
  return totals.goods.minor - totals.discount.minor + totals.tax.minor + totals.shipping.minor;
}

void AddTo(Totals& sum, const Totals& part) {
  sum.goods.minor += part.goods.minor;
  sum.discount.minor += part.discount.minor;
  sum.tax.minor += part.tax.minor;
  sum.shipping.minor += part.shipping.minor;
  sum.total.minor += part.total.minor;
}

// Commands that have no id of their own add up when they are asked again.
bool AddsUp(const OrderCommand& command) {
  return std::holds_alternative<AddItem>(command) || std::holds_alternative<CancelItems>(command);
}
// Commands whose id makes them safe to ask again at any later time.
bool HasId(const OrderCommand& command) {
  return std::holds_alternative<AuthorizePayment>(command) ||
         std::holds_alternative<CapturePayment>(command) ||
         std::holds_alternative<RecordPaymentFailure>(command) ||
         std::holds_alternative<RefundPayment>(command) ||
         std::holds_alternative<ShipItems>(command) ||
         std::holds_alternative<RecordDelivery>(command) ||
         std::holds_alternative<RequestReturn>(command) ||
         std::holds_alternative<ReceiveReturn>(command);
}

RC_GTEST_PROP(OrderProperties, GeneratedCommandsAreValid, ()) {
  Walk(*SomeSeeds(), [](const Step& step) { RC_ASSERT(Validate(step.command).empty()); });
}

RC_GTEST_PROP(OrderProperties, PartsSumToTheTotalOfTheOrderAndOfEachLine, ()) {
  Walk(*SomeSeeds(), [](const Step& step) {
    const Order& order = step.after;
    RC_ASSERT(SumOfParts(order.totals) == order.totals.total.minor);
    Totals sum;
    for (const OrderLine& line : order.lines) {
      RC_ASSERT(SumOfParts(line.totals) == line.totals.total.minor);
      RC_ASSERT(line.totals.total.minor >= 0);
      RC_ASSERT(line.totals.discount <= line.totals.goods);
      AddTo(sum, line.totals);
    }
    if (order.status != OrderStatus::kDraft) RC_ASSERT(sum == order.totals);
    RC_ASSERT(order.totals.total <= kAmountMax);
  });
}

RC_GTEST_PROP(OrderProperties, ADraftCanAlwaysBePricedAndItsPartsSum, ()) {
  Walk(*SomeSeeds(), [](const Step& step) {
    if (step.after.status != OrderStatus::kDraft) return;
    const absl::StatusOr<Pricing> pricing = Price(step.after);
    RC_ASSERT(pricing.ok());
    Totals sum;
    for (const LineTotals& line : pricing->lines) AddTo(sum, line.totals);
    RC_ASSERT(sum == pricing->totals);
    RC_ASSERT(SumOfParts(sum) == sum.total.minor);
  });
}

RC_GTEST_PROP(OrderProperties, RefundedIsAtMostCapturedAndCapturedAtMostTheTotal, ()) {
  Walk(*SomeSeeds(), [](const Step& step) {
    const Order& order = step.after;
    RC_ASSERT(order.refunded.minor >= 0);
    RC_ASSERT(order.refunded <= order.captured);
    RC_ASSERT(order.captured <= order.totals.total);
    std::int64_t captured = 0;
    std::int64_t refunded = 0;
    for (const Payment& payment : order.payments) {
      RC_ASSERT(payment.refunded <= payment.captured);
      RC_ASSERT(payment.captured <= payment.authorized);
      captured += payment.captured.minor;
      refunded += payment.refunded.minor;
    }
    RC_ASSERT(captured == order.captured.minor);
    RC_ASSERT(refunded == order.refunded.minor);
  });
}

RC_GTEST_PROP(OrderProperties, NoSequenceOfCommandsBreaksARuleOfMoney, ()) {
  Walk(*SomeSeeds(), [](const Step& step) {
    const std::optional<std::string> broken = FindBrokenRule(step.after);
    if (broken.has_value()) RC_LOG() << *broken;
    RC_ASSERT(!broken.has_value());
  });
}

RC_GTEST_PROP(OrderProperties, TheLedgerBalances, ()) {
  Walk(*SomeSeeds(), [](const Step& step) {
    const Order& order = step.after;
    const Ledger ledger = LedgerOf(order);
    RC_ASSERT(ledger.due.minor + ledger.refund_due.minor ==
              order.captured.minor - order.refunded.minor + ledger.open.minor);
    RC_ASSERT(ledger.due.minor >= 0);
    RC_ASSERT(ledger.open.minor >= 0);
    RC_ASSERT(ledger.refund_due.minor >= 0);
    RC_ASSERT(ledger.open.minor == 0 || ledger.refund_due.minor == 0);
  });
}

RC_GTEST_PROP(OrderProperties, RemovedValueIsThatOfTheLinesAndReachesTheirTotalWithTheLastUnit,
              ()) {
  Walk(*SomeSeeds(), [](const Step& step) {
    Amount sum;
    for (const OrderLine& line : step.after.lines) {
      sum.minor += line.removed.minor;
      RC_ASSERT(line.removed.minor >= 0);
      RC_ASSERT(line.removed <= line.totals.total);
      if (line.cancelled + line.returned == line.line.quantity) {
        // A draft that is cancelled was never priced.
        RC_ASSERT(line.removed == line.totals.total);
      }
    }
    RC_ASSERT(sum == step.after.removed);
  });
}

RC_GTEST_PROP(OrderProperties, AnEventStatesTheRefundThatIsDueAfterIt, ()) {
  Walk(*SomeSeeds(), [](const Step& step) {
    if (!step.decision.ok()) return;
    Order order = step.before;
    for (const OrderEvent& event : *step.decision) {
      Apply(event, order);
      const Amount due = LedgerOf(order).refund_due;
      if (const auto* it = std::get_if<OrderCancelled>(&event)) RC_ASSERT(it->refund_due == due);
      if (const auto* it = std::get_if<ItemsCancelled>(&event)) RC_ASSERT(it->refund_due == due);
      if (const auto* it = std::get_if<ReturnReceived>(&event)) RC_ASSERT(it->refund_due == due);
    }
  });
}

RC_GTEST_PROP(OrderProperties, UnitsOfALineNeverPassEachOther, ()) {
  Walk(*SomeSeeds(), [](const Step& step) {
    for (const OrderLine& line : step.after.lines) {
      RC_ASSERT(line.line.quantity >= 1);
      RC_ASSERT(line.line.quantity <= kQuantityMax);
      RC_ASSERT(line.shipped >= 0);
      RC_ASSERT(line.shipped <= line.line.quantity - line.cancelled);
      RC_ASSERT(line.delivered <= line.shipped);
      RC_ASSERT(line.return_open >= 0);
      RC_ASSERT(line.returned + line.return_open <= line.delivered);
    }
  });
}

RC_GTEST_PROP(OrderProperties, StatusesNeverGoBackwards, ()) {
  Walk(*SomeSeeds(), [](const Step& step) {
    RC_ASSERT(step.after.status >= step.before.status);
    RC_ASSERT(FulfilmentStatusOf(step.after) >= FulfilmentStatusOf(step.before));
    if (IsEnded(step.before)) RC_ASSERT(step.after.status == step.before.status);
  });
}

RC_GTEST_PROP(OrderProperties, ACompletedOrderIsDeliveredAndACancelledOneNeverShipped, ()) {
  Walk(*SomeSeeds(), [](const Step& step) {
    if (step.after.status == OrderStatus::kCompleted) {
      RC_ASSERT(FulfilmentStatusOf(step.after) == FulfilmentStatus::kDelivered);
    }
    if (step.after.status == OrderStatus::kCancelled) RC_ASSERT(step.after.shipments.empty());
    if (step.after.status == OrderStatus::kInFulfilment) {
      // Else it would have been completed in the same append.
      bool any_left = false;
      for (const OrderLine& line : step.after.lines) {
        any_left |= line.delivered + line.cancelled < line.line.quantity;
      }
      RC_ASSERT(any_left);
    }
  });
}

RC_GTEST_PROP(OrderProperties, FoldingTheHistoryGivesTheStateKeptStepByStep, ()) {
  OrderEvents history;
  const Order kept = Walk(*SomeSeeds(), [&](const Step& step) {
    if (step.decision.ok()) {
      history.insert(history.end(), step.decision->begin(), step.decision->end());
    }
  });
  Order evolved;
  for (const OrderEvent& event : history) evolved = Evolve(std::move(evolved), event);
  RC_ASSERT(evolved == kept);
  RC_ASSERT(samples::Folded(history) == kept);
}

RC_GTEST_PROP(OrderProperties, ACommandAskedAgainDecidesNothingOrIsRefused, ()) {
  Walk(*SomeSeeds(), [](const Step& step) {
    if (AddsUp(step.command) || !step.decision.ok()) return;
    const absl::StatusOr<OrderEvents> again = Decide(samples::kOrderId, step.command, step.after);
    RC_ASSERT((!again.ok() || again->empty()));
    // Only CreateOrder is refused: that it is the same request is for its request id to say.
    RC_ASSERT(again.ok() || std::holds_alternative<CreateOrder>(step.command));
  });
}

RC_GTEST_PROP(OrderProperties, ACommandWithAnIdIsAnsweredAsDoneEverAfter, ()) {
  std::vector<OrderCommand> recorded;
  const Order end = Walk(*SomeSeeds(), [&](const Step& step) {
    if (HasId(step.command) && step.decision.ok()) recorded.push_back(step.command);
  });
  for (const OrderCommand& command : recorded) {
    const absl::StatusOr<OrderEvents> again = Decide(samples::kOrderId, command, end);
    RC_ASSERT(again.ok());
    RC_ASSERT(again->empty());
  }
}

RC_GTEST_PROP(OrderProperties, WhatIsNotAllowedIsRefusedOrDecidesNothing, ()) {
  Walk(*SomeSeeds(), [](const Step& step) {
    const std::vector<std::string_view> allowed = AllowedCommands(step.before);
    const bool is_allowed =
        std::find(allowed.begin(), allowed.end(), CommandName(step.command)) != allowed.end();
    if (!is_allowed) RC_ASSERT((!step.decision.ok() || step.decision->empty()));
  });
}

RC_GTEST_PROP(OrderProperties, EveryRefusalCarriesItsReasonAndWhatIsAllowed, ()) {
  Walk(*SomeSeeds(), [](const Step& step) {
    if (step.decision.ok()) return;
    const std::optional<Refusal> refusal = GetRefusal(step.decision.status());
    RC_ASSERT(refusal.has_value());
    RC_ASSERT(refusal->status == OrderStatusName(step.before.status));
    const std::vector<std::string_view> allowed = AllowedCommands(step.before);
    RC_ASSERT(refusal->allowed_commands ==
              std::vector<std::string>(allowed.begin(), allowed.end()));
  });
}

RC_GTEST_PROP(OrderProperties, AnEndedOrderTakesOnlyNotesRefundsAndReturns, ()) {
  Walk(*SomeSeeds(), [](const Step& step) {
    if (!IsEnded(step.before) || !step.decision.ok()) return;
    for (const OrderEvent& event : *step.decision) {
      RC_ASSERT(std::holds_alternative<NoteSet>(event) ||
                std::holds_alternative<PaymentRefunded>(event) ||
                std::holds_alternative<ReturnRequested>(event) ||
                std::holds_alternative<ReturnReceived>(event));
    }
  });
}

RC_GTEST_PROP(OrderProperties, AnyEventsFoldAndAnyStateDecides, ()) {
  Order order;
  for (const std::uint64_t seed : *SomeSeeds()) {
    Dice dice(seed);
    // Mostly an order that exists, since nothing folds onto one that does not.
    if (order.status == OrderStatus::kNone) {
      Apply(OrderCreated{{"o"}, {"c"}, samples::kEur, {}, {}, {}, ""}, order);
    }
    Apply(HostileEvent(dice), order);
    (void)PaymentStatusOf(order);
    (void)FulfilmentStatusOf(order);
    (void)Price(order);
    const Ledger ledger = LedgerOf(order);
    RC_ASSERT(ledger.due.minor >= 0);
    RC_ASSERT(ledger.due.minor + ledger.refund_due.minor ==
              order.captured.minor - order.refunded.minor + ledger.open.minor);
    for (const std::string_view name : CommandGenerator::AllNames()) {
      const OrderCommand command = CommandGenerator(dice, order).Named(name);
      const absl::StatusOr<OrderEvents> events = Decide(samples::kOrderId, command, order);
      if (!events.ok()) RC_ASSERT(GetRefusal(events.status()).has_value());
    }
  }
}

// The properties above are worth as much as what their walks reach: counted on fixed walks.
TEST(OrderProperties, TheWalksReachEveryEventEveryEndAndMostRefusals) {
  std::map<std::string, int> events;
  std::set<std::string> refusals;
  std::map<std::string, int> ends;
  std::set<std::string> payments;
  std::set<std::string> fulfilments;
  Dice dice(20);
  for (int walk = 0; walk < 2000; ++walk) {
    Seeds seeds(60);
    for (std::uint64_t& seed : seeds) seed = dice.Roll();
    const Order end = Walk(seeds, [&](const Step& step) {
      if (step.decision.ok()) {
        for (const OrderEvent& event : *step.decision) ++events[std::string(EventName(event))];
      } else {
        refusals.insert(GetRefusal(step.decision.status())->reason);
      }
      payments.emplace(PaymentStatusName(PaymentStatusOf(step.after)));
      fulfilments.emplace(FulfilmentStatusName(FulfilmentStatusOf(step.after)));
    });
    ++ends[std::string(OrderStatusName(end.status))];
  }
  EXPECT_EQ(events.size(), std::variant_size_v<OrderEvent>);
  for (const auto& [name, count] : events) EXPECT_GE(count, 50) << name;
  for (const char* end : {"CONFIRMED", "IN_FULFILMENT", "COMPLETED", "CANCELLED"}) {
    EXPECT_GE(ends[end], 50) << end;
  }
  EXPECT_EQ(payments.size(), 7U);
  EXPECT_EQ(fulfilments.size(), 5U);
  // Bounds of hundreds of entries are reached in the table of refusals, not by a walk.
  for (int i = 0; i <= static_cast<int>(Reason::kTimeInFuture); ++i) {
    const auto reason = static_cast<Reason>(i);
    if (reason == Reason::kTooManyLines || reason == Reason::kTooManyDiscounts ||
        reason == Reason::kTooManyEntries) {
      continue;
    }
    EXPECT_TRUE(refusals.contains(std::string(ReasonName(reason)))) << ReasonName(reason);
  }
}

}  // namespace
}  // namespace orders::domain
