#include "application/projections/work_pacer.h"

namespace orders::application {

std::function<void()> WorkPacer::PausesFor(double share) {
  return [this, share, used_before = absl::ZeroDuration()]() mutable {
    const absl::Duration used = thread_time_();
    Pause((used - used_before) * (1 / share - 1));
    used_before = used;
  };
}

void WorkPacer::Stop() {
  const absl::MutexLock lock(&mutex_);
  stopped_ = true;
}

void WorkPacer::Pause(absl::Duration time) {
  const absl::MutexLock lock(&mutex_);
  mutex_.AwaitWithTimeout(absl::Condition(&stopped_), time);
}

}  // namespace orders::application
