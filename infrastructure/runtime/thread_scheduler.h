#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <map>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <utility>

#include "application/ports/scheduler.h"

namespace orders::infrastructure {

struct ThreadSchedulerOptions {
  std::size_t timers_max = 100'000;  ///< Waiting at one time.
};

/// Timers on one thread of its own, by the monotonic clock.
class ThreadScheduler final : public application::Scheduler {
 public:
  explicit ThreadScheduler(ThreadSchedulerOptions options = {});
  /// Waits for the task that runs; tasks that still wait are dropped unrun.
  ~ThreadScheduler() override;

  void Sleep(absl::Duration duration) override;
  TimerId After(absl::Duration delay, absl::AnyInvocable<void()> task) override;
  bool Cancel(TimerId timer) override;

 private:
  using Instant = std::chrono::steady_clock::time_point;
  using Key = std::pair<Instant, TimerId>;

  void Run();

  const ThreadSchedulerOptions options_;
  // Not absl's: its waits with a deadline follow the wall clock, which may step.
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<Key, absl::AnyInvocable<void()>> tasks_;  // What is due first, first.
  std::unordered_map<TimerId, Instant> due_;         // Of each task.
  Instant wakes_at_ = Instant::max();                // When the thread looks by itself.
  TimerId last_timer_ = 0;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace orders::infrastructure
