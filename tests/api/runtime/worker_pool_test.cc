#include "api/runtime/worker_pool.h"

#include <atomic>

#include "absl/synchronization/blocking_counter.h"
#include "absl/synchronization/notification.h"
#include "gtest/gtest.h"

namespace orders::api {
namespace {

TEST(WorkerPool, RunsEveryTaskOnce) {
  constexpr int kTasks = 1'000;
  std::atomic<int> runs = 0;
  absl::BlockingCounter done(kTasks);
  WorkerPool pool({.threads = 4, .queue_size_max = kTasks});
  for (int i = 0; i < kTasks; ++i) {
    ASSERT_TRUE(pool.TryPost([&] {
      runs.fetch_add(1);
      done.DecrementCount();
    }));
  }
  done.Wait();
  EXPECT_EQ(runs.load(), kTasks);
}

TEST(WorkerPool, TakesNoMoreThanItsQueueHolds) {
  absl::Notification release;
  absl::Notification started;
  WorkerPool pool({.threads = 1, .queue_size_max = 2});
  ASSERT_TRUE(pool.TryPost([&] {
    started.Notify();
    release.WaitForNotification();
  }));
  started.WaitForNotification();
  EXPECT_TRUE(pool.TryPost([] {}));
  EXPECT_TRUE(pool.TryPost([] {}));
  EXPECT_FALSE(pool.TryPost([] {}));
  release.Notify();
}

TEST(WorkerPool, RunsWhatWaitsBeforeItStops) {
  std::atomic<int> runs = 0;
  absl::Notification release;
  WorkerPool pool({.threads = 1, .queue_size_max = 10});
  ASSERT_TRUE(pool.TryPost([&] { release.WaitForNotification(); }));
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(pool.TryPost([&] { runs.fetch_add(1); }));
  release.Notify();
  pool.Stop();
  EXPECT_EQ(runs.load(), 5);
  EXPECT_FALSE(pool.TryPost([] {}));
}

}  // namespace
}  // namespace orders::api
