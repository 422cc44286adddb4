#include <string>
#include <utility>

#include "absl/time/clock.h"
#include <gtest/gtest.h>

#include "application/commands/order_command_handler.h"
#include "application/commands/request_errors.h"
#include "domain/order/refusals.h"
#include "tests/support/command_side.h"
#include "tests/support/commands_for_tests.h"

namespace orders::application {
namespace {

using testing_support::Ask;
using testing_support::CommandSide;
using testing_support::Note;
using testing_support::SomeCart;
using testing_support::SomeItem;

class OrderCommandHandlerFaultsTest : public ::testing::Test {
 protected:
  OrderCommandHandlerFaultsTest() { side_.clock.TickBy(absl::Microseconds(1)); }

  absl::StatusOr<CommandAnswer> Handle(CommandRequest request, CallContext call = {}) {
    return testing_support::Handle(*handler_, call, std::move(request));
  }
  /// Straight to the log, past the store that injects faults.
  void RivalWrites(domain::OrderCommand command) {
    ASSERT_TRUE(testing_support::Handle(*rival_, {}, Ask("o-1", std::move(command))).ok());
  }
  /// Another writer is first, `times` times.
  void LoseRaces(int times) {
    auto left = std::make_shared<int>(times);
    side_.store.BeforeAppend([this, left] {
      if (*left == 0 || in_rival_) return;
      --*left;
      in_rival_ = true;
      RivalWrites(SomeItem("SKU-RIVAL"));
      in_rival_ = false;
    });
  }
  static std::string ReasonOf(const absl::Status& status) {
    const auto error = GetRequestError(status);
    return error.has_value() ? error->reason : "none";
  }

  CommandSide side_;
  std::unique_ptr<OrderCommandHandler> handler_ = side_.NewHandler();
  std::unique_ptr<OrderCommandHandler> rival_ = side_.NewHandler();
  bool in_rival_ = false;
};

TEST_F(OrderCommandHandlerFaultsTest, ALostRaceIsDecidedAgainOnWhatIsThenTrue) {
  ASSERT_TRUE(Handle(Ask("o-1", SomeCart())).ok());
  LoseRaces(1);
  const auto answer = Handle(Ask("o-1", SomeItem("SKU-RIVAL", 5)));

  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->view->revision, 2U);
  ASSERT_EQ(answer->view->order.lines.size(), 3U) << "merged into the rival's line";
  EXPECT_EQ(answer->view->order.lines[2].line.quantity, 6);
  EXPECT_EQ(*answer->view, side_.Fold("o-1"));
  EXPECT_EQ(side_.telemetry.last().attempts, 2);
  EXPECT_EQ(side_.store.last_read_from(), 1U) << "only what is new";
}

TEST_F(OrderCommandHandlerFaultsTest, ARaceLostToADecisiveEventEndsInARefusal) {
  ASSERT_TRUE(Handle(Ask("o-1", SomeCart())).ok());
  side_.store.BeforeAppend([this] {
    if (std::exchange(in_rival_, true)) return;
    RivalWrites(domain::CancelOrder{"first"});
  });
  const auto answer = Handle(Ask("o-1", SomeItem()));

  EXPECT_EQ(answer.status().code(), absl::StatusCode::kFailedPrecondition);
  const auto refusal = domain::GetRefusal(answer.status());
  ASSERT_TRUE(refusal.has_value());
  EXPECT_EQ(refusal->status, "CANCELLED");
}

TEST_F(OrderCommandHandlerFaultsTest, ARaceLostUnderAnEtagIsAStaleEtag) {
  ASSERT_TRUE(Handle(Ask("o-1", SomeCart())).ok());
  LoseRaces(1);
  CommandRequest request = Ask("o-1", SomeItem());
  request.expected_revision = 0;
  const auto answer = Handle(std::move(request));

  EXPECT_EQ(answer.status().code(), absl::StatusCode::kAborted);
  EXPECT_EQ(ReasonOf(answer.status()), "STALE_REVISION");
  EXPECT_EQ(GetRequestError(answer.status())->current_revision, 1U);
}

TEST_F(OrderCommandHandlerFaultsTest, TheLastRaceMayBeWon) {
  ASSERT_TRUE(Handle(Ask("o-1", SomeCart())).ok());
  LoseRaces(15);
  const auto answer = Handle(Ask("o-1", Note("at last")));
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->view->revision, 16U);
  EXPECT_EQ(side_.telemetry.last().attempts, 16);
}

TEST_F(OrderCommandHandlerFaultsTest, LosingEveryRaceIsSaidAndRecordsNothing) {
  ASSERT_TRUE(Handle(Ask("o-1", SomeCart())).ok());
  const int before = side_.store.appends();
  LoseRaces(100);
  const auto answer = Handle(Ask("o-1", Note("never")));

  EXPECT_EQ(answer.status().code(), absl::StatusCode::kAborted);
  EXPECT_EQ(ReasonOf(answer.status()), "LOST_EVERY_RACE");
  EXPECT_TRUE(GetRequestError(answer.status())->retry_after.has_value());
  EXPECT_EQ(side_.telemetry.last().attempts, 16);
  EXPECT_EQ(side_.store.appends() - before, 32) << "16 of ours, 16 of the rival's";
  EXPECT_EQ(side_.Fold("o-1").order.note, "");
}

TEST_F(OrderCommandHandlerFaultsTest, WaitsBetweenAttemptsWithinItsBounds) {
  handler_ = side_.NewHandler({.attempts_max = 10,
                               .backoff_min = absl::Milliseconds(1),
                               .backoff_max = absl::Milliseconds(50)});
  ASSERT_TRUE(Handle(Ask("o-1", SomeCart())).ok());
  LoseRaces(100);
  ASSERT_FALSE(Handle(Ask("o-1", Note("never"))).ok());

  const std::vector<absl::Duration> slept = side_.scheduler.slept();
  // Not after the first: its state came from the cache and may just have been old.
  ASSERT_EQ(slept.size(), 8U);
  for (const absl::Duration pause : slept) {
    EXPECT_GE(pause, absl::ZeroDuration());
    EXPECT_LE(pause, absl::Milliseconds(50));
  }
  EXPECT_LE(slept[0], absl::Milliseconds(2));
}

TEST_F(OrderCommandHandlerFaultsTest, DoesNotWaitBeyondTheDeadline) {
  // The log's own clock is the machine's: the deadline must lie ahead of both.
  constexpr absl::Duration kMillennium = absl::Hours(24 * 365 * 1'000);
  handler_ = side_.NewHandler({.backoff_min = kMillennium, .backoff_max = kMillennium});
  ASSERT_TRUE(Handle(Ask("o-1", SomeCart())).ok());
  LoseRaces(100);
  const auto answer =
      Handle(Ask("o-1", Note("never")), {.deadline = absl::Now() + absl::Minutes(1)});

  EXPECT_EQ(answer.status().code(), absl::StatusCode::kAborted);
  EXPECT_EQ(ReasonOf(answer.status()), "LOST_EVERY_RACE");
  EXPECT_TRUE(side_.scheduler.slept().empty());
}

TEST_F(OrderCommandHandlerFaultsTest, ARefusalDecidedOnAnOldStateIsLookedAtAgain) {
  for (const bool hidden : {false, true}) {
    if (hidden) side_.store.HideHeads();
    const std::string order = hidden ? "o-2" : "o-1";
    ASSERT_TRUE(Handle(Ask(order, SomeCart())).ok());
    // Our cache holds two lines; the log has three.
    ASSERT_TRUE(testing_support::Handle(*rival_, {}, Ask(order, SomeItem())).ok());
    const auto answer = Handle(Ask(order, domain::ChangeItemQuantity{{3}, 7}));
    ASSERT_TRUE(answer.ok()) << answer.status();
    EXPECT_EQ(answer->view->order.lines[2].line.quantity, 7);
  }
}

TEST_F(OrderCommandHandlerFaultsTest, NothingToChangeOnAnOldStateIsLookedAtAgain) {
  ASSERT_TRUE(Handle(Ask("o-1", SomeCart())).ok());
  ASSERT_TRUE(Handle(Ask("o-1", Note("ours"))).ok());
  RivalWrites(Note("theirs"));
  const auto answer = Handle(Ask("o-1", Note("ours")));

  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->events_recorded, 1);
  EXPECT_EQ(side_.Fold("o-1").order.note, "ours");
}

TEST_F(OrderCommandHandlerFaultsTest, AnEtagIsJudgedOnTheLogNotOnTheCache) {
  ASSERT_TRUE(Handle(Ask("o-1", SomeCart())).ok());
  RivalWrites(Note("theirs"));
  CommandRequest request = Ask("o-1", Note("ours"));
  request.expected_revision = 1;  // Right, but the cache says 0.
  const auto right = Handle(std::move(request));
  ASSERT_TRUE(right.ok()) << right.status();
  EXPECT_EQ(right->view->revision, 2U);

  RivalWrites(Note("again theirs"));
  CommandRequest stale = Ask("o-1", Note("ours too"));
  stale.expected_revision = 1;
  const auto answer = Handle(std::move(stale));
  EXPECT_EQ(ReasonOf(answer.status()), "STALE_REVISION");
  EXPECT_EQ(GetRequestError(answer.status())->current_revision, 3U) << "not the cache's 2";
}

TEST_F(OrderCommandHandlerFaultsTest, ADryRunOnAnOldStateIsLookedAtAgain) {
  ASSERT_TRUE(Handle(Ask("o-1", SomeCart())).ok());
  RivalWrites(SomeItem());
  CommandRequest request = Ask("o-1", Note("would be"));
  request.validate_only = true;
  const auto answer = Handle(std::move(request));
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->view->revision, 1U);
  EXPECT_EQ(answer->view->order.lines.size(), 3U);
}

TEST_F(OrderCommandHandlerFaultsTest, ALogThatKnowsItsHeadsSparesTheRead) {
  ASSERT_TRUE(Handle(Ask("o-1", SomeCart())).ok());
  ASSERT_TRUE(Handle(Ask("o-1", Note("a"))).ok());
  ASSERT_TRUE(Handle(Ask("o-1", Note("a"))).ok());
  EXPECT_EQ(side_.store.reads(), 0);

  side_.store.HideHeads();
  ASSERT_TRUE(Handle(Ask("o-1", Note("a"))).ok());
  EXPECT_EQ(side_.store.reads(), 1);
}

TEST_F(OrderCommandHandlerFaultsTest, AnUnknownOutcomeDropsTheCachedState) {
  ASSERT_TRUE(Handle(Ask("o-1", SomeCart())).ok());
  side_.store.LoseNextAnswer();
  EXPECT_EQ(ReasonOf(Handle(Ask("o-1", Note("a"))).status()), "OUTCOME_UNKNOWN");

  const auto answer = Handle(Ask("o-1", Note("b")));
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_FALSE(side_.telemetry.last().cache_hit);
  EXPECT_EQ(side_.telemetry.last().attempts, 1) << "decided on what the log says";
  EXPECT_EQ(answer->view->revision, 2U);
}

TEST_F(OrderCommandHandlerFaultsTest, AFullStoreIsARefusalNotAnUnknownOutcome) {
  ASSERT_TRUE(Handle(Ask("o-1", SomeCart())).ok());
  side_.store.RefuseNextAppend(absl::ResourceExhaustedError("the disk is full"));
  const auto answer = Handle(Ask("o-1", Note("a")));
  EXPECT_EQ(answer.status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(ReasonOf(answer.status()), "STORE_FULL");

  side_.store.RefuseNextAppend(absl::InvalidArgumentError("too large"));
  EXPECT_EQ(Handle(Ask("o-1", Note("a"))).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(OrderCommandHandlerFaultsTest, AReadThatFailsIsNotAnswered) {
  ASSERT_TRUE(Handle(Ask("o-1", SomeCart(), "r-1")).ok());
  ASSERT_TRUE(Handle(Ask("o-1", Note("a"))).ok());
  side_.store.HideHeads();
  for (const auto code : {absl::StatusCode::kUnavailable, absl::StatusCode::kDeadlineExceeded,
                          absl::StatusCode::kDataLoss}) {
    side_.store.FailReads(absl::Status(code, "no"));
    EXPECT_EQ(Handle(Ask("o-2", Note("a"))).status().code(), code) << "loading";
    EXPECT_EQ(Handle(Ask("o-1", Note("a"))).status().code(), code) << "confirming";
    EXPECT_EQ(Handle(Ask("o-1", SomeCart(), "r-1")).status().code(), code) << "replaying";
  }
  side_.store.FailReads(absl::OkStatus());
  EXPECT_TRUE(Handle(Ask("o-1", Note("a"))).ok());
}

TEST_F(OrderCommandHandlerFaultsTest, ALogThatLostAnOrderIsNotAnsweredFromMemory) {
  ASSERT_TRUE(Handle(Ask("o-1", SomeCart())).ok());
  side_.store.HideHeads();
  side_.store.FailReads(absl::NotFoundError("no such order"));
  EXPECT_EQ(Handle(Ask("o-1", Note(""))).status().code(), absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace orders::application
