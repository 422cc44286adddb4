#include "infrastructure/node/groups/group_executor.h"

#include <utility>

#include "absl/time/clock.h"

namespace eventstoredb {

void GroupExecutor::Start(std::function<void()> tick) {
  tick_ = std::move(tick);
  thread_ = std::thread([this] { Run(); });
}

bool GroupExecutor::Post(absl::AnyInvocable<void()> task) {
  absl::MutexLock lock(&mutex_);
  if (has_stopped_) return false;
  tasks_.push_back(std::move(task));
  return true;
}

void GroupExecutor::Stop() {
  std::deque<absl::AnyInvocable<void()>> dropped;
  {
    absl::MutexLock lock(&mutex_);
    has_stopped_ = true;
  }
  if (thread_.joinable()) thread_.join();
  absl::MutexLock lock(&mutex_);
  dropped.swap(tasks_);
}

void GroupExecutor::Run() {
  absl::Time tick_at = absl::Now() + kTickInterval;
  for (;;) {
    absl::AnyInvocable<void()> task;
    {
      absl::MutexLock lock(&mutex_);
      const auto is_due = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
        return has_stopped_ || !tasks_.empty();
      };
      mutex_.AwaitWithDeadline(absl::Condition(&is_due), tick_at);
      if (has_stopped_) return;
      if (!tasks_.empty()) {
        task = std::move(tasks_.front());
        tasks_.pop_front();
      }
    }
    if (task) task();
    if (absl::Now() < tick_at) continue;
    tick_();
    tick_at = absl::Now() + kTickInterval;
  }
}

}  // namespace eventstoredb
