#include "api/runtime/order_lanes.h"

#include <atomic>
#include <memory>
#include <string>
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
  OrderLanes::Command Command() {
    return [this](const absl::Status&) {
      started_.Notify();
      release_.WaitForNotification();
    };
  }
  void AwaitStart() { started_.WaitForNotification(); }
  void Release() { release_.Notify(); }

 private:
  absl::Notification started_;
  absl::Notification release_;
};

TEST(OrderLanes, RunTheCommandsOfAnOrderInTheOrderTheyCame) {
  constexpr int kCommands = 200;
  absl::Mutex mutex;
  std::vector<int> seen;
  absl::BlockingCounter done(kCommands);
  OrderLanes lanes({.threads = 8, .commands_per_order_max = kCommands});
  for (int i = 0; i < kCommands; ++i) {
    ASSERT_TRUE(lanes
                    .Post("o1", kNever,
                          [&, i](const absl::Status&) {
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
                          [&](const absl::Status&) {
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
  Blocker blocker;
  OrderLanes lanes({.threads = 2});
  ASSERT_TRUE(lanes.Post("busy", kNever, blocker.Command()).ok());
  blocker.AwaitStart();
  std::atomic<int> waited = 0;
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(lanes.Post("busy", kNever, [&](const absl::Status&) { waited.fetch_add(1); }).ok());
  }
  // The other worker is free: with a blocked worker for each that waits, this would hang.
  absl::BlockingCounter others(50);
  for (int i = 0; i < 50; ++i) {
    ASSERT_TRUE(lanes
                    .Post(absl::StrCat("other-", i), kNever,
                          [&](const absl::Status&) { others.DecrementCount(); })
                    .ok());
  }
  others.Wait();
  EXPECT_EQ(waited.load(), 0);
  blocker.Release();
  lanes.Stop();
  EXPECT_EQ(waited.load(), 100);
}

TEST(OrderLanes, RefuseMoreThanAnOrdersShareAndSayWhenToAskAgain) {
  Blocker blocker;
  OrderLanes lanes({.threads = 2, .commands_per_order_max = 3});
  ASSERT_TRUE(lanes.Post("o1", kNever, blocker.Command()).ok());
  blocker.AwaitStart();
  ASSERT_TRUE(lanes.Post("o1", kNever, [](const absl::Status&) {}).ok());
  ASSERT_TRUE(lanes.Post("o1", kNever, [](const absl::Status&) {}).ok());
  bool was_called = false;
  const absl::Status refused =
      lanes.Post("o1", kNever, [&](const absl::Status&) { was_called = true; });
  EXPECT_TRUE(absl::IsResourceExhausted(refused));
  const auto error = application::GetRequestError(refused);
  ASSERT_TRUE(error.has_value());
  EXPECT_EQ(error->reason, "OVERLOADED");
  EXPECT_TRUE(error->retry_after.has_value());
  EXPECT_TRUE(lanes.Post("o2", kNever, [](const absl::Status&) {}).ok());
  blocker.Release();
  lanes.Stop();
  EXPECT_FALSE(was_called);
}

TEST(OrderLanes, RefuseMoreThanTheWholeMayHold) {
  Blocker blocker;
  OrderLanes lanes({.threads = 1, .in_flight_max = 2});
  ASSERT_TRUE(lanes.Post("o1", kNever, blocker.Command()).ok());
  blocker.AwaitStart();
  ASSERT_TRUE(lanes.Post("o2", kNever, [](const absl::Status&) {}).ok());
  EXPECT_TRUE(absl::IsResourceExhausted(lanes.Post("o3", kNever, [](const absl::Status&) {})));
  EXPECT_EQ(lanes.in_flight(), 2U);
  blocker.Release();
}

TEST(OrderLanes, TellACommandWhoseDeadlinePassedThatNothingWasDone) {
  Blocker blocker;
  OrderLanes lanes({.threads = 1});
  ASSERT_TRUE(lanes.Post("o1", kNever, blocker.Command()).ok());
  blocker.AwaitStart();
  absl::Status expired;
  absl::Status in_time = absl::UnknownError("not called");
  ASSERT_TRUE(lanes
                  .Post("o1", absl::Now() - absl::Seconds(1),
                        [&](const absl::Status& turn) { expired = turn; })
                  .ok());
  ASSERT_TRUE(lanes.Post("o1", kNever, [&](const absl::Status& turn) { in_time = turn; }).ok());
  blocker.Release();
  lanes.Stop();
  EXPECT_TRUE(absl::IsDeadlineExceeded(expired));
  EXPECT_TRUE(in_time.ok());
}

TEST(OrderLanes, RunWhatWaitsBeforeTheyStopAndTakeNoMore) {
  Blocker blocker;
  auto lanes = std::make_unique<OrderLanes>(OrderLanesOptions{.threads = 2});
  std::atomic<int> runs = 0;
  ASSERT_TRUE(lanes->Post("o1", kNever, blocker.Command()).ok());
  for (int i = 0; i < 50; ++i) {
    ASSERT_TRUE(lanes->Post("o1", kNever, [&](const absl::Status&) { runs.fetch_add(1); }).ok());
  }
  blocker.Release();
  lanes->Stop();
  EXPECT_EQ(runs.load(), 50);
  EXPECT_EQ(lanes->in_flight(), 0U);
  EXPECT_TRUE(absl::IsUnavailable(lanes->Post("o1", kNever, [](const absl::Status&) {})));
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
                              [&, number](const absl::Status&) {
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
