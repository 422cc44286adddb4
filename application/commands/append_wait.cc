#include "application/commands/append_wait.h"

#include <utility>

#include "absl/synchronization/mutex.h"

namespace orders::application {

/// Between the store's answer and the deadline; kept by both, as the later one may come at any
/// time.
class AppendWait::Race {
 public:
  Race(std::coroutine_handle<> waiting, Scheduler& scheduler)
      : waiting_(waiting), scheduler_(scheduler) {}

  /// The first one counts, and resumes the coroutine.
  void Answer(absl::StatusOr<AppendedEvents> answer) {
    Scheduler::TimerId timer = 0;
    {
      const absl::MutexLock lock(&mutex_);
      if (answer_.has_value()) return;
      answer_ = std::move(answer);
      timer = timer_;
    }
    if (timer != 0) scheduler_.Cancel(timer);
    waiting_.resume();
  }

  absl::StatusOr<AppendedEvents> Take() {
    const absl::MutexLock lock(&mutex_);
    return *std::move(answer_);
  }

  /// Too many timers: then the store alone ends the wait.
  static void LimitTo(absl::Duration left, const std::shared_ptr<Race>& race) {
    if (race->IsOver()) return;
    const Scheduler::TimerId timer = race->scheduler_.After(left, [race] {
      race->Answer(absl::DeadlineExceededError(
          "the append was not answered in time: its outcome is unknown"));
    });
    {
      const absl::MutexLock lock(&race->mutex_);
      race->timer_ = timer;
      if (!race->answer_.has_value()) return;
    }
    race->scheduler_.Cancel(timer);
  }

 private:
  bool IsOver() const {
    const absl::MutexLock lock(&mutex_);
    return answer_.has_value();
  }

  const std::coroutine_handle<> waiting_;
  Scheduler& scheduler_;
  mutable absl::Mutex mutex_;
  std::optional<absl::StatusOr<AppendedEvents>> answer_ ABSL_GUARDED_BY(mutex_);
  Scheduler::TimerId timer_ ABSL_GUARDED_BY(mutex_) = 0;
};

void AppendWait::await_suspend(std::coroutine_handle<> waiting) {
  const auto race = std::make_shared<Race>(waiting, ports_.scheduler);
  race_ = race;
  const absl::Time deadline = arguments_.call.deadline;
  const absl::Duration left = deadline - ports_.clock.Now();
  ports_.store.StartAppend(
      arguments_.call, arguments_.order, arguments_.after, arguments_.events, arguments_.metadata,
      [race](absl::StatusOr<AppendedEvents> answer) { race->Answer(std::move(answer)); });
  // The coroutine may have gone on and ended, and this object with it.
  if (deadline != absl::InfiniteFuture()) Race::LimitTo(left, race);
}

absl::StatusOr<AppendedEvents> AppendWait::await_resume() { return race_->Take(); }

}  // namespace orders::application
