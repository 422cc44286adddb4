#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

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

class IdempotencyTest : public ::testing::Test {
 protected:
  IdempotencyTest() { side_.clock.TickBy(absl::Microseconds(1)); }

  absl::StatusOr<CommandAnswer> Handle(CommandRequest request, CallContext call = {}) {
    return testing_support::Handle(*handler_, call, std::move(request));
  }
  CommandAnswer Done(CommandRequest request) {
    absl::StatusOr<CommandAnswer> answer = Handle(std::move(request));
    EXPECT_TRUE(answer.ok()) << answer.status();
    return answer.ok() ? *std::move(answer) : CommandAnswer{.view = std::make_shared<OrderView>()};
  }
  /// Another process, or this one after a crash: nothing is left but the log.
  void Restart() { handler_ = side_.NewHandler(); }

  static void ExpectSameAnswer(const CommandAnswer& again, const CommandAnswer& first) {
    EXPECT_EQ(*again.view, *first.view);
    EXPECT_EQ(again.request_id, first.request_id);
    EXPECT_EQ(again.events_recorded, first.events_recorded);
    EXPECT_TRUE(again.replayed);
  }

  CommandSide side_;
  std::unique_ptr<OrderCommandHandler> handler_ = side_.NewHandler();
};

TEST_F(IdempotencyTest, ARepeatGetsTheFirstAnswerAgain) {
  Done(Ask("o-1", SomeCart(), "r-1"));
  const CommandAnswer first = Done(Ask("o-1", SomeItem(), "r-2"));
  ASSERT_FALSE(first.replayed);

  ExpectSameAnswer(Done(Ask("o-1", SomeItem(), "r-2")), first);
  EXPECT_EQ(side_.store.appends(), 2);
  EXPECT_EQ(side_.store.reads(), 0);
  EXPECT_EQ(side_.Events("o-1").size(), 2U);
}

TEST_F(IdempotencyTest, ARepeatAfterACrashGetsTheFirstAnswerAgain) {
  const CommandAnswer created = Done(Ask("o-1", SomeCart(), "r-1"));
  const CommandAnswer added = Done(Ask("o-1", SomeItem(), "r-2"));
  Restart();

  ExpectSameAnswer(Done(Ask("o-1", SomeItem(), "r-2")), added);
  ExpectSameAnswer(Done(Ask("o-1", SomeCart(), "r-1")), created);
  EXPECT_EQ(side_.Events("o-1").size(), 2U);
}

TEST_F(IdempotencyTest, ARepeatGetsTheOrderAsItWasThen) {
  Done(Ask("o-1", SomeCart(), "r-1"));
  const CommandAnswer first = Done(Ask("o-1", Note("first"), "r-2"));
  Done(Ask("o-1", Note("second"), "r-3"));

  ExpectSameAnswer(Done(Ask("o-1", Note("first"), "r-2")), first);
  EXPECT_EQ(first.view->order.note, "first");
  EXPECT_EQ(side_.Fold("o-1").order.note, "second");
}

TEST_F(IdempotencyTest, ARepeatOfSeveralEventsGetsTheOrderAfterTheLastOfThem) {
  Done(Ask("o-1", SomeCart()));
  Done(Ask("o-1", domain::ConfirmOrder{}));
  const domain::CapturePayment capture{.payment_id = {"p"}, .amount = {{500}, {}}};
  const CommandAnswer first = Done(Ask("o-1", capture, "r-1"));
  ASSERT_EQ(first.events_recorded, 2);
  Done(Ask("o-1", Note("later")));

  ExpectSameAnswer(Done(Ask("o-1", capture, "r-1")), first);
  Restart();
  ExpectSameAnswer(Done(Ask("o-1", capture, "r-1")), first);
}

TEST_F(IdempotencyTest, TheSameIdWithOtherContentIsRefused) {
  Done(Ask("o-1", SomeCart(), "r-1"));
  Done(Ask("o-1", Note("a"), "r-2"));
  const auto expect_reused = [this](CommandRequest request) {
    const auto answer = Handle(std::move(request));
    EXPECT_EQ(answer.status().code(), absl::StatusCode::kAlreadyExists);
    const auto error = GetRequestError(answer.status());
    ASSERT_TRUE(error.has_value());
    EXPECT_EQ(error->reason, "REQUEST_ID_REUSED");
  };
  for (int round = 0; round < 2; ++round) {
    expect_reused(Ask("o-1", Note("b"), "r-2"));
    expect_reused(Ask("o-1", SomeItem(), "r-2"));
    expect_reused(Ask("o-1", domain::ConfirmOrder{}, "r-1"));
    Restart();
  }
  EXPECT_EQ(side_.Events("o-1").size(), 2U);
}

TEST_F(IdempotencyTest, TheLookUpComesBeforeEtagAndStatus) {
  Done(Ask("o-1", SomeCart(), "r-1"));
  CommandRequest request = Ask("o-1", SomeItem(), "r-2");
  request.expected_revision = 0;
  const CommandAnswer first = Done(request);
  Done(Ask("o-1", domain::CancelOrder{"changed my mind"}));

  // Stale by now, and no draft any more: still the same request.
  ExpectSameAnswer(Done(request), first);
  Restart();
  ExpectSameAnswer(Done(request), first);
}

TEST_F(IdempotencyTest, WhatRecordedNothingIsDecidedAgain) {
  Done(Ask("o-1", SomeCart(), "r-1"));
  const domain::RemoveItem remove{{3}};
  EXPECT_EQ(Handle(Ask("o-1", remove, "r-2")).status().code(),
            absl::StatusCode::kFailedPrecondition);
  Done(Ask("o-1", SomeItem(), "r-3"));

  const CommandAnswer answer = Done(Ask("o-1", remove, "r-2"));
  EXPECT_FALSE(answer.replayed);
  EXPECT_EQ(answer.events_recorded, 1);
}

TEST_F(IdempotencyTest, AnotherCreateOfTheSameOrderIsRefusedByTheDomain) {
  Done(Ask("o-1", SomeCart(), "r-1"));
  for (int round = 0; round < 2; ++round) {
    const auto answer = Handle(Ask("o-1", SomeCart(), "r-2"));
    EXPECT_EQ(answer.status().code(), absl::StatusCode::kAlreadyExists);
    const auto refusal = domain::GetRefusal(answer.status());
    ASSERT_TRUE(refusal.has_value()) << answer.status();
    EXPECT_EQ(refusal->reason, "ORDER_EXISTS");
    Restart();
  }
}

TEST_F(IdempotencyTest, ACreateWithoutAnIdMakesTheSameOrderForTheSameCallerAndRequest) {
  const CallContext ada{.actor = "ada"};
  const auto first = Handle(Ask("", SomeCart(), "r-1"), ada);
  ASSERT_TRUE(first.ok()) << first.status();
  const std::string id = first->view->order.id.value;
  EXPECT_EQ(id, handler_->OrderIdFor("ada", "r-1").value);
  EXPECT_EQ(id[14], '5') << "a UUID of version 5: " << id;
  Restart();

  const auto again = Handle(Ask("", SomeCart(), "r-1"), ada);
  ASSERT_TRUE(again.ok()) << again.status();
  ExpectSameAnswer(*again, *first);
  // Said by the id that was answered, it is the same request still.
  const auto by_id = Handle(Ask(id, SomeCart(), "r-1"), ada);
  ASSERT_TRUE(by_id.ok()) << by_id.status();
  ExpectSameAnswer(*by_id, *first);

  const auto of_another = Handle(Ask("", SomeCart(), "r-1"), {.actor = "bob"});
  ASSERT_TRUE(of_another.ok()) << of_another.status();
  EXPECT_NE(of_another->view->order.id.value, id);
  EXPECT_NE(handler_->OrderIdFor("a", "b\nc"), handler_->OrderIdFor("a\nb", "c"));
}

TEST_F(IdempotencyTest, EventsOfAnUnknownOutcomeThatWereWrittenAreFoundByARepeat) {
  Done(Ask("o-1", SomeCart()));
  for (const auto code : {absl::StatusCode::kUnavailable, absl::StatusCode::kDeadlineExceeded,
                          absl::StatusCode::kInternal}) {
    const std::string request_id = "r-" + std::to_string(static_cast<int>(code));
    const std::size_t before = side_.Events("o-1").size();
    side_.store.LoseNextAnswer(code);
    const auto lost = Handle(Ask("o-1", Note(request_id), request_id));
    EXPECT_EQ(lost.status().code(),
              code == absl::StatusCode::kInternal ? absl::StatusCode::kUnavailable : code);
    const auto error = GetRequestError(lost.status());
    ASSERT_TRUE(error.has_value());
    EXPECT_EQ(error->reason, "OUTCOME_UNKNOWN");

    const CommandAnswer again = Done(Ask("o-1", Note(request_id), request_id));
    EXPECT_TRUE(again.replayed);
    EXPECT_EQ(*again.view, side_.Fold("o-1"));
    EXPECT_EQ(side_.Events("o-1").size(), before + 1);
  }
}

TEST_F(IdempotencyTest, EventsOfAnUnknownOutcomeThatWereLostAreWrittenByARepeat) {
  Done(Ask("o-1", SomeCart()));
  side_.store.LoseNextAppend();
  EXPECT_EQ(Handle(Ask("o-1", Note("a"), "r-2")).status().code(), absl::StatusCode::kUnavailable);

  const CommandAnswer again = Done(Ask("o-1", Note("a"), "r-2"));
  EXPECT_FALSE(again.replayed);
  EXPECT_EQ(again.view->revision, 1U);
  EXPECT_EQ(side_.Events("o-1").size(), 2U);
}

TEST_F(IdempotencyTest, ACreateOfUnknownOutcomeIsFoundByARepeat) {
  side_.store.LoseNextAnswer();
  EXPECT_EQ(Handle(Ask("o-1", SomeCart(), "r-1")).status().code(), absl::StatusCode::kUnavailable);

  const CommandAnswer again = Done(Ask("o-1", SomeCart(), "r-1"));
  EXPECT_TRUE(again.replayed);
  EXPECT_EQ(*again.view, side_.Fold("o-1"));
  EXPECT_TRUE(side_.scheduler.slept().empty()) << "nobody raced";
}

TEST_F(IdempotencyTest, AnAppendThatArrivesAfterItsRepeatWritesNothing) {
  Done(Ask("o-1", SomeCart()));
  side_.store.DelayNextAppend();
  EXPECT_EQ(Handle(Ask("o-1", SomeItem(), "r-2")).status().code(),
            absl::StatusCode::kDeadlineExceeded);
  const CommandAnswer repeat = Done(Ask("o-1", SomeItem(), "r-2"));

  EXPECT_EQ(side_.store.DeliverLate().status().code(), absl::StatusCode::kAborted);
  EXPECT_EQ(side_.Events("o-1").size(), 2U);
  EXPECT_EQ(*repeat.view, side_.Fold("o-1"));
}

TEST_F(IdempotencyTest, AnAppendThatArrivesDuringItsRepeatIsTheOneThatCounts) {
  Done(Ask("o-1", SomeCart()));
  side_.store.DelayNextAppend();
  EXPECT_FALSE(Handle(Ask("o-1", SomeItem(), "r-2")).ok());
  side_.clock.Advance(absl::Seconds(3));
  bool delivered = false;
  side_.store.BeforeAppend([&] {
    if (std::exchange(delivered, true)) return;
    EXPECT_TRUE(side_.store.DeliverLate().ok());
  });

  // Decided three seconds later, on the same revision: the answer must tell the first one's time.
  const CommandAnswer repeat = Done(Ask("o-1", SomeItem(), "r-2"));
  EXPECT_TRUE(repeat.replayed);
  EXPECT_EQ(*repeat.view, side_.Fold("o-1"));
  EXPECT_EQ(side_.Events("o-1").size(), 2U);
}

TEST_F(IdempotencyTest, OtherContentInARaceUnderOneIdIsNotTakenForTheWinner) {
  side_.clock.TickBy(absl::ZeroDuration());  // Both are decided in the same microsecond.
  Done(Ask("o-1", SomeCart()));
  const auto rival = side_.NewHandler();
  bool raced = false;
  side_.store.BeforeAppend([&] {
    if (std::exchange(raced, true)) return;
    EXPECT_TRUE(testing_support::Handle(*rival, {}, Ask("o-1", Note("the rival's"), "r-2")).ok());
  });

  const auto answer = Handle(Ask("o-1", Note("mine"), "r-2"));
  EXPECT_EQ(answer.status().code(), absl::StatusCode::kAlreadyExists) << answer.status();
  EXPECT_EQ(side_.Fold("o-1").order.note, "the rival's");
}

TEST_F(IdempotencyTest, ManyRepeatsAtOnceRecordOnceAndAllGetOneAnswer) {
  constexpr int kThreads = 8;
  constexpr int kRounds = 25;
  Done(Ask("o-1", SomeCart()));
  std::vector<std::unique_ptr<OrderCommandHandler>> handlers;
  for (int i = 0; i < kThreads; ++i) handlers.push_back(side_.NewHandler());

  for (int round = 0; round < kRounds; ++round) {
    // Every other round creates an order; half of the threads share a handler's cache.
    const bool creates = round % 2 == 0;
    const std::string order = creates ? "o-new-" + std::to_string(round) : "o-1";
    const std::string request_id = "r-" + std::to_string(round);
    std::vector<absl::StatusOr<CommandAnswer>> answers(kThreads, absl::UnknownError(""));
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < kThreads; ++i) {
      threads.emplace_back([&, i] {
        domain::OrderCommand command = SomeItem("SKU-" + std::to_string(round));
        if (creates) command = SomeCart();
        answers[i] = testing_support::Handle(*handlers[i / 2], {}, Ask(order, command, request_id));
      });
    }
    for (std::thread& thread : threads) thread.join();

    int recorded_by = 0;
    for (const auto& answer : answers) {
      ASSERT_TRUE(answer.ok()) << answer.status();
      EXPECT_EQ(*answer->view, *answers[0]->view);
      if (!answer->replayed) ++recorded_by;
    }
    EXPECT_EQ(recorded_by, 1);
    std::size_t events = 0;
    for (const RecordedOrderEvent& event : side_.Events(order)) {
      if (event.metadata.request_id == request_id) ++events;
    }
    EXPECT_EQ(events, 1U);
  }
}

}  // namespace
}  // namespace orders::application
