#include "infrastructure/runtime/thread_scheduler.h"

#include <algorithm>

#include <pthread.h>

namespace orders::infrastructure {
namespace {

constexpr char kThreadName[] = "timers";
// The clock's own arithmetic must not overflow.
constexpr absl::Duration kDelayMax = absl::Hours(24 * 365);

std::chrono::nanoseconds Bounded(absl::Duration duration) {
  return absl::ToChronoNanoseconds(std::clamp(duration, absl::ZeroDuration(), kDelayMax));
}

}  // namespace

ThreadScheduler::ThreadScheduler(ThreadSchedulerOptions options)
    : options_(options), thread_([this] { Run(); }) {
  pthread_setname_np(thread_.native_handle(), kThreadName);
}

ThreadScheduler::~ThreadScheduler() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void ThreadScheduler::Sleep(absl::Duration duration) {
  std::this_thread::sleep_for(Bounded(duration));
}

ThreadScheduler::TimerId ThreadScheduler::After(absl::Duration delay,
                                                absl::AnyInvocable<void()> task) {
  const Instant due = std::chrono::steady_clock::now() + Bounded(delay);
  TimerId timer = 0;
  bool is_sooner = false;
  {
    const std::lock_guard lock(mutex_);
    if (tasks_.size() >= options_.timers_max) return 0;
    timer = ++last_timer_;
    tasks_.emplace(Key(due, timer), std::move(task));
    due_.emplace(timer, due);
    is_sooner = due < wakes_at_;
  }
  // Else the thread looks in time by itself: most timers are limits that are taken back.
  if (is_sooner) changed_.notify_one();
  return timer;
}

bool ThreadScheduler::Cancel(TimerId timer) {
  absl::AnyInvocable<void()> task;  // Freed after the lock: it may hold anything.
  const std::lock_guard lock(mutex_);
  const auto found = due_.find(timer);
  if (found == due_.end()) return false;
  const auto place = tasks_.find(Key(found->second, timer));
  task = std::move(place->second);
  tasks_.erase(place);
  due_.erase(found);
  return true;
}

void ThreadScheduler::Run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    if (tasks_.empty()) {
      wakes_at_ = Instant::max();
      changed_.wait(lock);
      continue;
    }
    const auto next = tasks_.begin();
    const Instant due = next->first.first;
    if (std::chrono::steady_clock::now() < due) {
      wakes_at_ = due;
      changed_.wait_until(lock, due);
      continue;
    }
    absl::AnyInvocable<void()> task = std::move(next->second);
    due_.erase(next->first.second);
    tasks_.erase(next);
    lock.unlock();
    std::move(task)();
    task = nullptr;
    lock.lock();
  }
}

}  // namespace orders::infrastructure
