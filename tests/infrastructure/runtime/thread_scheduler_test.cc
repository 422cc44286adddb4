#include "infrastructure/runtime/thread_scheduler.h"

#include <future>
#include <memory>
#include <vector>

#include <gtest/gtest.h>

namespace orders::infrastructure {
namespace {

constexpr absl::Duration kNever = absl::Hours(10);

TEST(ThreadScheduler, RunsTasksInTheOrderInWhichTheyAreDue) {
  ThreadScheduler scheduler;
  std::vector<int> ran;
  std::promise<void> all;
  // One thread runs them all: `ran` needs no lock.
  scheduler.After(absl::Milliseconds(60), [&] {
    ran.push_back(3);
    all.set_value();
  });
  scheduler.After(absl::Milliseconds(20), [&] { ran.push_back(1); });
  scheduler.After(absl::Milliseconds(40), [&] { ran.push_back(2); });

  all.get_future().wait();
  EXPECT_EQ(ran, (std::vector<int>{1, 2, 3}));
}

TEST(ThreadScheduler, ATaskMayAskForAnother) {
  ThreadScheduler scheduler;
  std::promise<void> second;
  scheduler.After(absl::ZeroDuration(),
                  [&] { scheduler.After(-absl::Seconds(1), [&] { second.set_value(); }); });
  second.get_future().wait();
}

TEST(ThreadScheduler, ACancelledTaskDoesNotRun) {
  ThreadScheduler scheduler;
  bool ran = false;
  const auto timer = scheduler.After(absl::Milliseconds(30), [&] { ran = true; });
  std::promise<void> later;
  ASSERT_NE(timer, 0U);

  ASSERT_TRUE(scheduler.Cancel(timer));
  scheduler.After(absl::Milliseconds(60), [&] { later.set_value(); });
  later.get_future().wait();

  EXPECT_FALSE(ran);
  EXPECT_FALSE(scheduler.Cancel(timer));
}

TEST(ThreadScheduler, WhatRanOrNeverWasCannotBeCancelled) {
  ThreadScheduler scheduler;
  std::promise<void> ran;
  const auto timer = scheduler.After(absl::ZeroDuration(), [&] { ran.set_value(); });
  ran.get_future().wait();
  EXPECT_FALSE(scheduler.Cancel(timer));
  EXPECT_FALSE(scheduler.Cancel(timer + 1));
  EXPECT_FALSE(scheduler.Cancel(0));
}

TEST(ThreadScheduler, TakesNoMoreTimersThanItsBound) {
  ThreadScheduler scheduler({.timers_max = 2});
  const auto first = scheduler.After(kNever, [] {});
  ASSERT_NE(first, 0U);
  ASSERT_NE(scheduler.After(absl::InfiniteDuration(), [] {}), 0U);
  EXPECT_EQ(scheduler.After(kNever, [] {}), 0U);

  ASSERT_TRUE(scheduler.Cancel(first));
  EXPECT_NE(scheduler.After(kNever, [] {}), 0U);
}

TEST(ThreadScheduler, EndsWithoutRunningWhatStillWaits) {
  auto held = std::make_shared<int>(1);
  bool ran = false;
  {
    ThreadScheduler scheduler;
    scheduler.After(kNever, [held, &ran] { ran = true; });
    EXPECT_EQ(held.use_count(), 2);
  }
  EXPECT_FALSE(ran);
  EXPECT_EQ(held.use_count(), 1);
}

TEST(ThreadScheduler, SleepsAtLeastAsLongAsAsked) {
  ThreadScheduler scheduler;
  const auto before = std::chrono::steady_clock::now();
  scheduler.Sleep(absl::Milliseconds(5));
  scheduler.Sleep(-absl::Seconds(5));
  EXPECT_GE(std::chrono::steady_clock::now() - before, std::chrono::milliseconds(5));
}

}  // namespace
}  // namespace orders::infrastructure
