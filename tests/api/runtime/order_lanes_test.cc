#include "api/runtime/order_lanes.h"

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/blocking_counter.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "gtest/gtest.h"

#include "application/commands/request_errors.h"

namespace orders::api {
namespace {

constexpr absl::Time kNever = absl::InfiniteFuture();

/// A command that holds its worker until it is let go.
class Blocker {
 public:
  explicit Blocker(OrderLanes& lanes) : lanes_(lanes) {}

  OrderLanes::Command Command() {
    return [this](const absl::Status&, OrderLanes::Turn turn) {
      lanes_.RunBlocking([this, turn = std::move(turn)] {
        started_.Notify();
        release_.WaitForNotification();
      });
    };
  }
  void AwaitStart() { started_.WaitForNotification(); }
  void Release() { release_.Notify(); }

 private:
  OrderLanes& lanes_;
  absl::Notification started_;
  absl::Notification release_;
};

/// A command that waits for the log: it holds its turn and no thread.
OrderLanes::Command Hold(std::optional<OrderLanes::Turn>& held) {
  return [&held](const absl::Status&, OrderLanes::Turn turn) { held.emplace(std::move(turn)); };
}

TEST(OrderLanes, RunTheCommandsOfAnOrderInTheOrderTheyCame) {
  constexpr int kCommands = 200;
  absl::Mutex mutex;
  std::vector<int> seen;
  absl::BlockingCounter done(kCommands);
  OrderLanes lanes({.threads = 8, .commands_per_order_max = kCommands});
  for (int i = 0; i < kCommands; ++i) {
    ASSERT_TRUE(lanes
                    .Post("o1", kNever,
                          [&, i](const absl::Status&, OrderLanes::Turn) {
                            {
                              absl::MutexLock lock(&mutex);
                              seen.push_back(i);
                            }
                            done.DecrementCount();
                          })
                    .ok());
  }
  done.Wait();
  std::vector<int> expected(kCommands);
  for (int i = 0; i < kCommands; ++i) expected[static_cast<std::size_t>(i)] = i;
  EXPECT_EQ(seen, expected);
}

TEST(OrderLanes, NeverRunTwoCommandsOfOneOrderAtOnce) {
  constexpr int kCommands = 500;
  std::atomic<int> running = 0;
  std::atomic<int> running_max = 0;
  absl::BlockingCounter done(kCommands);
  OrderLanes lanes({.threads = 8, .commands_per_order_max = kCommands});
  for (int i = 0; i < kCommands; ++i) {
    ASSERT_TRUE(lanes
                    .Post("o1", kNever,
                          [&](const absl::Status&, OrderLanes::Turn) {
                            const int now = running.fetch_add(1) + 1;
                            if (now > running_max.load()) running_max.store(now);
                            running.fetch_sub(1);
                            done.DecrementCount();
                          })
                    .ok());
  }
  done.Wait();
  EXPECT_EQ(running_max.load(), 1);
}

TEST(OrderLanes, ABusyOrderHoldsOneWorkerHoweverManyOfItsCommandsWait) {
  OrderLanes lanes({.threads = 2});
  Blocker blocker(lanes);
  ASSERT_TRUE(lanes.Post("busy", kNever, blocker.Command()).ok());
  blocker.AwaitStart();
  std::atomic<int> waited = 0;
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(lanes
                    .Post("busy", kNever,
                          [&](const absl::Status&, OrderLanes::Turn) { waited.fetch_add(1); })
                    .ok());
  }
  // The other worker is free: with a blocked worker for each that waits, this would hang.
  absl::BlockingCounter others(50);
  for (int i = 0; i < 50; ++i) {
    ASSERT_TRUE(lanes
                    .Post(absl::StrCat("other-", i), kNever,
                          [&](const absl::Status&, OrderLanes::Turn turn) {
                            lanes.RunBlocking(
                                [&, turn = std::move(turn)] { others.DecrementCount(); });
                          })
                    .ok());
  }
  others.Wait();
  EXPECT_EQ(waited.load(), 0);
  EXPECT_EQ(lanes.waiting(), 100U);
  blocker.Release();
  lanes.Stop();
  EXPECT_EQ(waited.load(), 100);
  EXPECT_EQ(lanes.waiting(), 0U);
  EXPECT_EQ(lanes.tasks_waiting(), 0U);
}

TEST(OrderLanes, RefuseMoreThanAnOrdersShareAndSayWhenToAskAgain) {
  OrderLanes lanes({.threads = 2, .commands_per_order_max = 3});
  Blocker blocker(lanes);
  ASSERT_TRUE(lanes.Post("o1", kNever, blocker.Command()).ok());
  blocker.AwaitStart();
  ASSERT_TRUE(lanes.Post("o1", kNever, [](const absl::Status&, OrderLanes::Turn) {}).ok());
  ASSERT_TRUE(lanes.Post("o1", kNever, [](const absl::Status&, OrderLanes::Turn) {}).ok());
  bool was_called = false;
  const absl::Status refused =
      lanes.Post("o1", kNever, [&](const absl::Status&, OrderLanes::Turn) { was_called = true; });
  EXPECT_TRUE(absl::IsResourceExhausted(refused));
  const auto error = application::GetRequestError(refused);
  ASSERT_TRUE(error.has_value());
  EXPECT_EQ(error->reason, "OVERLOADED");
  EXPECT_TRUE(error->retry_after.has_value());
  EXPECT_TRUE(lanes.Post("o2", kNever, [](const absl::Status&, OrderLanes::Turn) {}).ok());
  blocker.Release();
  lanes.Stop();
  EXPECT_FALSE(was_called);
}

TEST(OrderLanes, RefuseMoreThanTheWholeMayHold) {
  OrderLanes lanes({.threads = 1, .in_flight_max = 2});
  Blocker blocker(lanes);
  ASSERT_TRUE(lanes.Post("o1", kNever, blocker.Command()).ok());
  std::optional<OrderLanes::Turn> held;
  ASSERT_TRUE(lanes.Post("o2", kNever, Hold(held)).ok());
  EXPECT_TRUE(
      absl::IsResourceExhausted(lanes.Post("o3", kNever, [](const absl::Status&, auto) {})));
  EXPECT_EQ(lanes.in_flight(), 2U);
  held.reset();
  blocker.Release();
  lanes.Stop();
}

TEST(OrderLanes, ATurnThatIsHeldKeepsOnlyItsOwnOrderWaitingAndNoWorker) {
  OrderLanes lanes({.threads = 1});
  std::optional<OrderLanes::Turn> held;
  ASSERT_TRUE(lanes.Post("o1", kNever, Hold(held)).ok());
  absl::Notification next;
  ASSERT_TRUE(lanes.Post("o1", kNever, [&](const absl::Status&, auto) { next.Notify(); }).ok());
  Blocker other(lanes);
  ASSERT_TRUE(lanes.Post("o2", kNever, other.Command()).ok());
  other.AwaitStart();  // The one worker was free.
  other.Release();
  EXPECT_FALSE(next.HasBeenNotified());
  held.reset();
  next.WaitForNotification();
  lanes.Stop();
  EXPECT_EQ(lanes.in_flight(), 0U);
}

TEST(OrderLanes, StopWaitsForATurnThatIsHeld) {
  OrderLanes lanes({.threads = 1});
  std::optional<OrderLanes::Turn> held;
  ASSERT_TRUE(lanes.Post("o1", kNever, Hold(held)).ok());
  std::atomic<bool> ended = false;
  std::thread log([&] {
    ended.store(true);
    held.reset();
  });
  lanes.Stop();
  EXPECT_TRUE(ended.load());
  log.join();
}

TEST(OrderLanes, TellACommandWhoseDeadlinePassedThatNothingWasDone) {
  OrderLanes lanes({.threads = 1});
  Blocker blocker(lanes);
  ASSERT_TRUE(lanes.Post("o1", kNever, blocker.Command()).ok());
  blocker.AwaitStart();
  absl::Status expired;
  absl::Status in_time = absl::UnknownError("not called");
  ASSERT_TRUE(lanes
                  .Post("o1", absl::Now() - absl::Seconds(1),
                        [&](const absl::Status& turn, OrderLanes::Turn) { expired = turn; })
                  .ok());
  ASSERT_TRUE(
      lanes.Post("o1", kNever, [&](const absl::Status& turn, OrderLanes::Turn) { in_time = turn; })
          .ok());
  blocker.Release();
  lanes.Stop();
  EXPECT_TRUE(absl::IsDeadlineExceeded(expired));
  EXPECT_TRUE(in_time.ok());
}

TEST(OrderLanes, RunWhatWaitsBeforeTheyStopAndTakeNoMore) {
  auto lanes = std::make_unique<OrderLanes>(OrderLanesOptions{.threads = 2});
  Blocker blocker(*lanes);
  std::atomic<int> runs = 0;
  ASSERT_TRUE(lanes->Post("o1", kNever, blocker.Command()).ok());
  for (int i = 0; i < 50; ++i) {
    ASSERT_TRUE(
        lanes->Post("o1", kNever, [&](const absl::Status&, OrderLanes::Turn) { runs.fetch_add(1); })
            .ok());
  }
  blocker.Release();
  lanes->Stop();
  EXPECT_EQ(runs.load(), 50);
  EXPECT_EQ(lanes->in_flight(), 0U);
  EXPECT_TRUE(
      absl::IsUnavailable(lanes->Post("o1", kNever, [](const absl::Status&, OrderLanes::Turn) {})));
}

TEST(OrderLanes, ManyThreadsPostingLoseAndDoubleNothing) {
  constexpr int kThreads = 4;
  constexpr int kEach = 2'000;
  std::vector<std::atomic<int>> runs(kThreads * kEach);
  OrderLanes lanes({.threads = 8,
                    .commands_per_order_max = kThreads * kEach,
                    .in_flight_max = kThreads * kEach});
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kEach; ++i) {
        const int number = t * kEach + i;
        ASSERT_TRUE(lanes
                        .Post(absl::StrCat("o", number % 7), kNever,
                              [&, number](const absl::Status&, OrderLanes::Turn) {
                                runs[static_cast<std::size_t>(number)].fetch_add(1);
                              })
                        .ok());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  lanes.Stop();
  for (const std::atomic<int>& run : runs) ASSERT_EQ(run.load(), 1);
}

}  // namespace
}  // namespace orders::api
