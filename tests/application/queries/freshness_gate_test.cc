#include "application/queries/freshness_gate.h"

#include <algorithm>
#include <map>
#include <optional>
#include <thread>

#include "gtest/gtest.h"

#include "application/commands/request_errors.h"
#include "infrastructure/runtime/system_clock.h"
#include "infrastructure/runtime/thread_scheduler.h"
#include "tests/support/memory_order_log.h"

namespace orders::application {
namespace {

// A clock and its timers, moved by hand.
class ManualTime final : public Clock, public Scheduler {
 public:
  absl::Time Now() override { return now_; }
  void Sleep(absl::Duration duration) override { Advance(duration); }
  TimerId After(absl::Duration delay, absl::AnyInvocable<void()> task) override {
    if (full) return 0;
    ++started;
    tasks_.emplace(std::make_pair(now_ + delay, ++last_), std::move(task));
    return last_;
  }
  bool Cancel(TimerId timer) override {
    const auto found = std::find_if(tasks_.begin(), tasks_.end(),
                                    [&](const auto& task) { return task.first.second == timer; });
    if (found == tasks_.end()) return false;
    tasks_.erase(found);
    return true;
  }
  void Advance(absl::Duration duration) {
    now_ += duration;
    while (!tasks_.empty() && tasks_.begin()->first.first <= now_) {
      absl::AnyInvocable<void()> task = std::move(tasks_.begin()->second);
      tasks_.erase(tasks_.begin());
      task();
    }
  }
  std::size_t timers() const { return tasks_.size(); }
  bool full = false;
  int started = 0;

 private:
  absl::Time now_ = absl::FromUnixSeconds(1'700'000'000);
  TimerId last_ = 0;
  std::map<std::pair<absl::Time, TimerId>, absl::AnyInvocable<void()>> tasks_;
};

using Answer = std::optional<absl::StatusOr<Freshness>>;

class FreshnessGateTest : public testing::Test {
 protected:
  FreshnessDemand Demand(std::uint64_t position, bool allow_stale = false) {
    return {.min_position = EncodePositionToken(log_.identity(), {position, position}),
            .allow_stale = allow_stale,
            .deadline = time_.Now() + absl::Seconds(1)};
  }
  void Ask(const FreshnessDemand& demand, Answer& answer) {
    gate_.WhenFresh(demand, [&answer](absl::StatusOr<Freshness> freshness) {
      EXPECT_FALSE(answer.has_value()) << "answered twice";
      answer = std::move(freshness);
    });
  }
  void Reach(std::uint64_t position) {
    gate_.Announce({.position = {position, position}, .caught_up = true});
  }
  static std::string Reason(const Answer& answer) {
    return GetRequestError((*answer).status()).value_or(RequestError{}).reason;
  }

  testing_support::MemoryOrderLog log_;
  ManualTime time_;
  FreshnessGate gate_{{log_, time_, time_}, {.waiters_max = 5}};
};

TEST_F(FreshnessGateTest, AnswersAtOnceWhenNothingIsDemandedOrTheDemandIsMet) {
  Answer nothing;
  Ask({}, nothing);
  ASSERT_TRUE(nothing.has_value() && nothing->ok());
  Reach(7);
  Answer met;
  Ask(Demand(7), met);
  ASSERT_TRUE(met.has_value() && met->ok());
  EXPECT_EQ((*met)->position.commit, 7U);
  EXPECT_FALSE((*met)->stale);
  EXPECT_EQ(time_.started, 0);
}

TEST_F(FreshnessGateTest, AnswersWaitersInTheOrderOfTheirPositions) {
  Answer at_9;
  Answer at_8;
  Ask(Demand(9), at_9);
  Ask(Demand(8), at_8);
  Reach(7);
  EXPECT_FALSE(at_8.has_value());
  Reach(8);
  EXPECT_TRUE(at_8.has_value() && at_8->ok());
  EXPECT_FALSE(at_9.has_value());
  Reach(20);
  EXPECT_TRUE(at_9.has_value() && at_9->ok());
  EXPECT_EQ(gate_.waiters(), 0U);
  EXPECT_EQ(time_.timers(), 0U);
}

TEST_F(FreshnessGateTest, EndsAtTheDeadlineOrAnswersStale) {
  Answer strict;
  Answer stale;
  Ask(Demand(9), strict);
  Ask(Demand(9, /*allow_stale=*/true), stale);
  time_.Advance(absl::Seconds(1));
  ASSERT_TRUE(strict.has_value());
  EXPECT_TRUE(absl::IsDeadlineExceeded(strict->status()));
  EXPECT_EQ(Reason(strict), "NOT_YET_VISIBLE");
  ASSERT_TRUE(stale.has_value() && stale->ok());
  EXPECT_TRUE((*stale)->stale);
  EXPECT_EQ(gate_.waiters(), 0U);
}

TEST_F(FreshnessGateTest, ADemandWhoseDeadlineHasPassedDoesNotWait) {
  FreshnessDemand demand = Demand(9);
  demand.deadline = time_.Now() - absl::Seconds(1);
  Answer answer;
  Ask(demand, answer);
  ASSERT_TRUE(answer.has_value());
  EXPECT_TRUE(absl::IsDeadlineExceeded(answer->status()));
}

TEST_F(FreshnessGateTest, TheFarFutureCostsOneTimerAndEndsAtTheCap) {
  FreshnessDemand demand = Demand(~0ULL);
  demand.deadline = absl::InfiniteFuture();
  Answer answer;
  Ask(demand, answer);
  for (std::uint64_t position = 1; position <= 1'000; ++position) Reach(position);
  EXPECT_EQ(time_.started, 1);
  EXPECT_FALSE(answer.has_value());
  time_.Advance(FreshnessGateOptions().wait_max);
  ASSERT_TRUE(answer.has_value());
  EXPECT_TRUE(absl::IsDeadlineExceeded(answer->status()));
}

TEST_F(FreshnessGateTest, HasABoundOfWaiters) {
  std::vector<Answer> waiting(5);
  for (Answer& answer : waiting) Ask(Demand(9), answer);
  Answer strict;
  Answer stale;
  Ask(Demand(9), strict);
  Ask(Demand(9, /*allow_stale=*/true), stale);
  EXPECT_TRUE(absl::IsResourceExhausted(strict->status()));
  EXPECT_EQ(Reason(strict), "OVERLOADED");
  EXPECT_TRUE((*stale)->stale);
  Reach(9);
  for (const Answer& answer : waiting) EXPECT_TRUE(answer.has_value() && answer->ok());
}

TEST_F(FreshnessGateTest, ASchedulerWithoutRoomIsOverload) {
  time_.full = true;
  Answer answer;
  Ask(Demand(9), answer);
  EXPECT_TRUE(absl::IsResourceExhausted(answer->status()));
  EXPECT_EQ(gate_.waiters(), 0U);
}

TEST_F(FreshnessGateTest, AStoppedViewAnswersWhatItHasAndRefusesTheRest) {
  Reach(7);
  Answer waited;
  Ask(Demand(9), waited);
  gate_.MarkStopped(absl::DataLossError("a gap"));
  EXPECT_TRUE(absl::IsUnavailable(waited->status()));
  EXPECT_EQ(Reason(waited), "VIEW_STOPPED");
  Answer beyond;
  Ask(Demand(8), beyond);
  EXPECT_EQ(Reason(beyond), "VIEW_STOPPED");
  Answer met;
  Ask(Demand(7), met);
  ASSERT_TRUE((*met).ok());
  EXPECT_EQ((*met)->state, ViewState::kStopped);
  EXPECT_FALSE((*met)->stale);
  Answer stale;
  Ask(Demand(8, /*allow_stale=*/true), stale);
  EXPECT_TRUE((*stale)->stale);
}

TEST_F(FreshnessGateTest, ClosedItAnswersNobodyMore) {
  Answer waited;
  Ask(Demand(9, /*allow_stale=*/true), waited);
  gate_.Close();
  EXPECT_TRUE(absl::IsUnavailable(waited->status()));
  Answer later;
  Ask({}, later);
  EXPECT_TRUE(absl::IsUnavailable(later->status()));
}

TEST_F(FreshnessGateTest, RefusesBadTokens) {
  Answer forged;
  Ask({.min_position = "forged"}, forged);
  EXPECT_EQ(Reason(forged), "BAD_POSITION_TOKEN");
  Answer foreign;
  Ask({.min_position = EncodePositionToken({"other", 1}, {})}, foreign);
  EXPECT_EQ(Reason(foreign), "STORE_CHANGED");
}

TEST_F(FreshnessGateTest, SaysOfAnAnswerWhetherAllHistoryIsIn) {
  EXPECT_EQ(gate_.Current().state, ViewState::kFilling);
  gate_.Announce({.position = {4, 4}});
  Answer early;
  Ask({}, early);
  ASSERT_TRUE((*early).ok());
  EXPECT_EQ((*early)->state, ViewState::kFilling);
  gate_.Announce({.position = {10, 10}, .caught_up = true});
  EXPECT_EQ(gate_.Current().state, ViewState::kLive);
  gate_.MarkStopped(absl::DataLossError("a gap"));
  EXPECT_EQ(gate_.Current().state, ViewState::kStopped);
}

TEST_F(FreshnessGateTest, TellsTheLag) {
  log_.AppendItem(FeedProgress{.position = {10, 10}});
  gate_.Announce({.position = {4, 4}, .last_created = time_.Now() - absl::Seconds(3)});
  EXPECT_EQ(gate_.Current().lag, absl::Seconds(3));
  EXPECT_EQ(gate_.Current().lag_events, 6U);
  gate_.NoteWaiting(time_.Now() - absl::Milliseconds(5), 2);
  EXPECT_EQ(gate_.Current().lag, absl::Milliseconds(5));
  gate_.Announce({.position = {10, 10}, .caught_up = true});
  EXPECT_EQ(gate_.Current().lag, absl::ZeroDuration());
  EXPECT_EQ(gate_.Current().lag_events, 0U);

  log_.set_knows_end(false);
  EXPECT_EQ(gate_.Current().lag_events, 0U);
  gate_.Announce({.position = {10, 10}, .caught_up = false});
  EXPECT_EQ(gate_.Current().lag_events, std::nullopt);
}

TEST(FreshnessGateRace, EveryWaiterIsAnsweredOnceWhateverComesFirst) {
  testing_support::MemoryOrderLog log;
  infrastructure::SystemClock clock;
  infrastructure::ThreadScheduler scheduler;
  std::atomic<int> asked = 0;
  std::atomic<int> answered = 0;
  {
    FreshnessGate gate({log, clock, scheduler}, {});
    std::atomic<std::uint64_t> position = 0;
    std::vector<std::thread> threads;
    for (int t = 0; t < 3; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < 3'000; ++i) {
          const std::uint64_t wanted = position + static_cast<std::uint64_t>(i % 4);
          ++asked;
          gate.WhenFresh({.min_position = EncodePositionToken(log.identity(), {wanted, wanted}),
                          .deadline = clock.Now() + absl::Microseconds(i % 300)},
                         [&, wanted](absl::StatusOr<Freshness> freshness) {
                           if (freshness.ok()) {
                             EXPECT_GE(freshness->position.commit, wanted);
                           }
                           ++answered;
                         });
        }
      });
    }
    for (int i = 0; i < 5'000; ++i) {
      ++position;
      gate.Announce({.position = {position, position}, .caught_up = true});
    }
    for (std::thread& thread : threads) thread.join();
  }
  // Timers that were running when the gate went have answered too.
  while (answered < asked) std::this_thread::yield();
  EXPECT_EQ(answered, asked);
}

}  // namespace
}  // namespace orders::application
