#include "application/commands/order_command_handler.h"

#include <string>
#include <utility>

#include "absl/synchronization/notification.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "application/commands/request_errors.h"
#include "domain/order/refusals.h"
#include "domain/order/validation.h"
#include "tests/support/command_side.h"
#include "tests/support/commands_for_tests.h"

namespace orders::application {
namespace {

using testing_support::Ask;
using testing_support::CommandSide;
using testing_support::ManualClock;
using testing_support::Note;
using testing_support::SomeCart;
using testing_support::SomeItem;

class OrderCommandHandlerTest : public ::testing::Test {
 protected:
  absl::StatusOr<CommandAnswer> Handle(CommandRequest request, CallContext call = {}) {
    return testing_support::Handle(*handler_, call, std::move(request));
  }
  std::string ReasonOf(const absl::Status& status) {
    if (const auto error = GetRequestError(status)) return error->reason;
    if (const auto refusal = domain::GetRefusal(status)) return refusal->reason;
    return "none";
  }

  CommandSide side_;
  std::unique_ptr<OrderCommandHandler> handler_ = side_.NewHandler();
};

TEST_F(OrderCommandHandlerTest, CreatesAnOrderWithoutReading) {
  const auto answer = Handle(Ask("o-1", SomeCart(), "r-1"));

  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->view->revision, 0U);
  EXPECT_EQ(answer->view->order.id.value, "o-1");
  EXPECT_EQ(answer->view->order.lines.size(), 2U);
  EXPECT_GT(answer->view->position.commit, 0U);
  EXPECT_EQ(answer->view->create_time, absl::FromUnixMicros(ManualClock::kStart));
  EXPECT_EQ(answer->request_id, "r-1");
  EXPECT_EQ(answer->events_recorded, 1);
  EXPECT_FALSE(answer->replayed);
  EXPECT_EQ(side_.store.reads(), 0);
}

TEST_F(OrderCommandHandlerTest, AsksForAThreadThatMayBlockBeforeItReadsAndOnlyThen) {
  ASSERT_TRUE(Handle(Ask("o-1", SomeCart())).ok());
  const auto forgetful = side_.NewHandler();
  absl::AnyInvocable<void()> blocking;
  absl::Notification answered;
  const auto run_blocking = [&](absl::AnyInvocable<void()> task) { blocking = std::move(task); };
  const auto done = [&](const absl::StatusOr<CommandAnswer>& answer) {
    EXPECT_TRUE(answer.ok()) << answer.status();
    answered.Notify();
  };

  forgetful->Start({}, Ask("o-1", Note("to be read first")), run_blocking, done);
  ASSERT_TRUE(blocking);
  EXPECT_EQ(side_.store.reads(), 0);
  std::exchange(blocking, nullptr)();
  answered.WaitForNotification();
  EXPECT_EQ(side_.store.reads(), 1);

  absl::Notification again;
  forgetful->Start({}, Ask("o-1", Note("in memory now")), run_blocking,
                   [&](const absl::StatusOr<CommandAnswer>&) { again.Notify(); });
  again.WaitForNotification();
  EXPECT_FALSE(blocking);
}

TEST_F(OrderCommandHandlerTest, AnswersWhatAReloadWouldGive) {
  ASSERT_TRUE(Handle(Ask("o-1", SomeCart())).ok());
  side_.clock.Advance(absl::Microseconds(1'500'001));
  ASSERT_TRUE(Handle(Ask("o-1", SomeItem())).ok());
  ASSERT_TRUE(Handle(Ask("o-1", domain::ConfirmOrder{})).ok());
  const absl::Time paid_at = side_.clock.Now() - absl::Minutes(1) + absl::Nanoseconds(1'999);
  // Two events in one append.
  const auto answer = Handle(
      Ask("o-1", domain::CapturePayment{
                     .payment_id = {"p-1"}, .amount = {{1'000}, {}}, .occurred_at = paid_at}));

  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->events_recorded, 2);
  EXPECT_EQ(answer->view->revision, 4U);
  EXPECT_EQ(*answer->view, side_.Fold("o-1"));
}

TEST_F(OrderCommandHandlerTest, AppendsToAHotOrderWithoutReading) {
  ASSERT_TRUE(Handle(Ask("o-1", SomeCart())).ok());
  for (int i = 0; i < 10; ++i) {
    ASSERT_TRUE(Handle(Ask("o-1", SomeItem("SKU-" + std::to_string(100 + i)))).ok());
  }
  EXPECT_EQ(side_.store.reads(), 0);
  EXPECT_EQ(side_.store.appends(), 11);
  EXPECT_TRUE(side_.telemetry.last().cache_hit);
  EXPECT_EQ(side_.telemetry.last().attempts, 1);
  EXPECT_EQ(side_.telemetry.last().command, "AddItem");
}

TEST_F(OrderCommandHandlerTest, RecordsWhoAskedForWhat) {
  const CallContext call{.actor = "ada",
                         .correlation_id = "corr-1",
                         .causation_id = "cause-1",
                         .traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"};
  ASSERT_TRUE(Handle(Ask("o-1", SomeCart(), "r-1"), call).ok());

  const auto events = side_.Events("o-1");
  ASSERT_EQ(events.size(), 1U);
  const EventMetadata& metadata = events[0].metadata;
  EXPECT_EQ(metadata.actor, "ada");
  EXPECT_EQ(metadata.correlation_id, "corr-1");
  EXPECT_EQ(metadata.causation_id, "cause-1");
  EXPECT_EQ(metadata.traceparent, call.traceparent);
  EXPECT_EQ(metadata.command, "CreateOrder");
  EXPECT_EQ(metadata.request_id, "r-1");
  EXPECT_EQ(metadata.request_hash.size(), 64U);
  EXPECT_EQ(metadata.time, absl::FromUnixMicros(ManualClock::kStart));
}

TEST_F(OrderCommandHandlerTest, MakesARequestIdWhenThereIsNone) {
  const auto answer = Handle(Ask("o-1", SomeCart()));

  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->request_id.size(), 36U);
  EXPECT_EQ(side_.Events("o-1").at(0).metadata.request_id, answer->request_id);
}

TEST_F(OrderCommandHandlerTest, NamesAllThatIsWrongWithARequest) {
  domain::AddItem bad = SomeItem();
  bad.line.quantity = 0;
  const auto answer = Handle(Ask("no such id!", bad, "tab\there"));

  EXPECT_EQ(answer.status().code(), absl::StatusCode::kInvalidArgument);
  std::vector<std::string> fields;
  for (const auto& violation : domain::GetFieldViolations(answer.status())) {
    fields.push_back(violation.field);
  }
  EXPECT_THAT(fields, ::testing::IsSupersetOf({"request_id", "order_id"}));
  EXPECT_EQ(fields.size(), 3U);
  EXPECT_EQ(side_.store.appends() + side_.store.reads(), 0);
}

TEST_F(OrderCommandHandlerTest, TakesRequestIdsOf1To128PrintableCharacters) {
  EXPECT_TRUE(Handle(Ask("o-1", SomeCart(), std::string(128, '~'))).ok());
  EXPECT_TRUE(Handle(Ask("o-2", SomeCart(), "a b")).ok());
  for (const std::string& bad : {std::string(129, 'a'), std::string("a\x7F"),
                                 std::string("\xC3\xA4"), std::string("a\0b", 3)}) {
    EXPECT_EQ(Handle(Ask("o-3", SomeCart(), bad)).status().code(),
              absl::StatusCode::kInvalidArgument);
  }
}

TEST_F(OrderCommandHandlerTest, NeedsAnOrderIdForAllButCreate) {
  EXPECT_EQ(Handle(Ask("", Note("hm"))).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(OrderCommandHandlerTest, RefusesACommandOnAnUnknownOrder) {
  const auto answer = Handle(Ask("o-1", Note("hm")));
  EXPECT_EQ(answer.status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(ReasonOf(answer.status()), "ORDER_NOT_FOUND");
}

TEST_F(OrderCommandHandlerTest, ForwardsARefusalOfTheDomainWithWhatIsAllowed) {
  ASSERT_TRUE(Handle(Ask("o-1", SomeCart())).ok());
  const auto answer =
      Handle(Ask("o-1", domain::ShipItems{.shipment_id = {"s"}, .all_remaining = true}));
  EXPECT_EQ(answer.status().code(), absl::StatusCode::kFailedPrecondition);
  const auto refusal = domain::GetRefusal(answer.status());
  ASSERT_TRUE(refusal.has_value());
  EXPECT_EQ(refusal->status, "DRAFT");
  EXPECT_THAT(refusal->allowed_commands, ::testing::Contains("ConfirmOrder"));
}

TEST_F(OrderCommandHandlerTest, AnswersAChangeOfNothingWithTheOrderAsItIs) {
  ASSERT_TRUE(Handle(Ask("o-1", SomeCart())).ok());
  ASSERT_TRUE(Handle(Ask("o-1", Note("same"))).ok());
  const auto answer = Handle(Ask("o-1", Note("same")));

  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->events_recorded, 0);
  EXPECT_EQ(*answer->view, side_.Fold("o-1"));
  EXPECT_EQ(side_.Events("o-1").size(), 2U);
}

TEST_F(OrderCommandHandlerTest, AcceptsTheRevisionThatTheOrderHas) {
  ASSERT_TRUE(Handle(Ask("o-1", SomeCart())).ok());
  CommandRequest request = Ask("o-1", Note("a"));
  request.expected_revision = 0;
  const auto answer = Handle(std::move(request));
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->view->revision, 1U);
}

TEST_F(OrderCommandHandlerTest, RefusesARevisionBehindAndOneAhead) {
  ASSERT_TRUE(Handle(Ask("o-1", SomeCart())).ok());
  ASSERT_TRUE(Handle(Ask("o-1", Note("a"))).ok());
  for (const std::uint64_t stale : {std::uint64_t{0}, std::uint64_t{2}, UINT64_MAX}) {
    CommandRequest request = Ask("o-1", Note("b"));
    request.expected_revision = stale;
    const auto answer = Handle(std::move(request));
    EXPECT_EQ(answer.status().code(), absl::StatusCode::kAborted);
    const auto error = GetRequestError(answer.status());
    ASSERT_TRUE(error.has_value());
    EXPECT_EQ(error->reason, "STALE_REVISION");
    EXPECT_EQ(error->current_revision, 1U);
  }
  EXPECT_EQ(side_.Events("o-1").size(), 2U);
}

TEST_F(OrderCommandHandlerTest, RefusesARevisionOfAnOrderThatIsToBeCreated) {
  CommandRequest request = Ask("o-1", SomeCart());
  request.expected_revision = 0;
  const auto answer = Handle(std::move(request));
  EXPECT_EQ(answer.status().code(), absl::StatusCode::kAborted);
  ASSERT_TRUE(GetRequestError(answer.status()).has_value());
  EXPECT_EQ(GetRequestError(answer.status())->current_revision, std::nullopt);
}

TEST_F(OrderCommandHandlerTest, ADryRunAnswersWhatWouldBeAndStoresNothing) {
  ASSERT_TRUE(Handle(Ask("o-1", SomeCart(), "r-1")).ok());
  const OrderView before = side_.Fold("o-1");
  side_.clock.Advance(absl::Seconds(5));
  CommandRequest request = Ask("o-1", Note("would be"), "r-2");
  request.validate_only = true;
  const auto answer = Handle(request);

  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->view->order.note, "would be");
  EXPECT_EQ(answer->view->revision, before.revision);
  EXPECT_EQ(answer->view->position, before.position);
  EXPECT_EQ(answer->view->update_time, before.update_time + absl::Seconds(5));
  EXPECT_EQ(side_.Fold("o-1"), before);
  EXPECT_EQ(side_.store.appends(), 1);

  // It is not remembered: the same id may then be used in earnest.
  request.validate_only = false;
  const auto earnest = Handle(request);
  ASSERT_TRUE(earnest.ok()) << earnest.status();
  EXPECT_FALSE(earnest->replayed);
  EXPECT_EQ(side_.Fold("o-1").order.note, "would be");
}

TEST_F(OrderCommandHandlerTest, ADryRunOfACreateStoresNothing) {
  CommandRequest request = Ask("o-1", SomeCart());
  request.validate_only = true;
  const auto answer = Handle(request);

  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->view->order.status, domain::OrderStatus::kDraft);
  EXPECT_EQ(answer->view->position, LogPosition{});
  EXPECT_TRUE(side_.Events("o-1").empty());

  ASSERT_TRUE(Handle(Ask("o-1", SomeCart())).ok());
  EXPECT_EQ(ReasonOf(Handle(request).status()), "ORDER_EXISTS");
}

TEST_F(OrderCommandHandlerTest, ADryRunIsRefusedAsTheCommandWouldBe) {
  ASSERT_TRUE(Handle(Ask("o-1", SomeCart())).ok());
  CommandRequest request = Ask("o-1", domain::RemoveItem{{7}});
  request.validate_only = true;
  EXPECT_EQ(ReasonOf(Handle(request).status()), "LINE_NOT_FOUND");
}

TEST_F(OrderCommandHandlerTest, HoldsAnOrderToItsBoundOfEvents) {
  handler_ = side_.NewHandler({.events_per_order_max = 3});
  ASSERT_TRUE(Handle(Ask("o-1", SomeCart())).ok());
  ASSERT_TRUE(Handle(Ask("o-1", domain::ConfirmOrder{})).ok());
  // Two events: one too many.
  const auto capture =
      Handle(Ask("o-1", domain::CapturePayment{.payment_id = {"p"}, .amount = {{1'000}, {}}}));
  EXPECT_EQ(capture.status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(ReasonOf(capture.status()), "TOO_MANY_EVENTS");
  EXPECT_TRUE(Handle(Ask("o-1", Note("the third"), "r-3")).ok());
  EXPECT_EQ(ReasonOf(Handle(Ask("o-1", Note("the fourth"))).status()), "TOO_MANY_EVENTS");
  // A repeat of what was recorded, and a change of nothing, need no room.
  EXPECT_TRUE(Handle(Ask("o-1", Note("the third"), "r-3")).ok());
  EXPECT_TRUE(Handle(Ask("o-1", Note("the third"))).ok());
  EXPECT_EQ(side_.Events("o-1").size(), 3U);
}

TEST_F(OrderCommandHandlerTest, DoesNotBeginAfterTheDeadline) {
  const auto answer =
      Handle(Ask("o-1", SomeCart()), {.deadline = side_.clock.Now() - absl::Microseconds(1)});
  EXPECT_EQ(answer.status().code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(side_.store.appends() + side_.store.reads(), 0);
}

TEST_F(OrderCommandHandlerTest, WorksWithoutACache) {
  handler_ = side_.NewHandler({.cache_bytes_max = 0});
  ASSERT_TRUE(Handle(Ask("o-1", SomeCart())).ok());
  ASSERT_TRUE(Handle(Ask("o-1", Note("a"))).ok());
  const auto answer = Handle(Ask("o-1", SomeItem()));
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->view->revision, 2U);
  EXPECT_FALSE(side_.telemetry.last().cache_hit);
  EXPECT_EQ(*answer->view, side_.Fold("o-1"));
}

}  // namespace
}  // namespace orders::application
