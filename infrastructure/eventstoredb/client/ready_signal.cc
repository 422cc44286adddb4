#include "infrastructure/eventstoredb/client/ready_signal.h"

#include <algorithm>

#include "absl/time/clock.h"

namespace eventstoredb::client {

void ReadySignal::Set(absl::AnyInvocable<void()> ready) {
  absl::AnyInvocable<void()> forgotten;  // What it holds is let go without the lock.
  absl::MutexLock lock(&mutex_);
  forgotten = std::exchange(ready_, std::move(ready));
  fires_at_ = absl::InfiniteFuture();
  timer_.Cancel();
}

void ReadySignal::Clear() { Set(nullptr); }

void ReadySignal::Close() {
  Clear();
  absl::MutexLock lock(&mutex_);
  while (is_calling_) called_.Wait(&mutex_);
}

void ReadySignal::FireAt(absl::Time at) {
  absl::MutexLock lock(&mutex_);
  if (ready_ == nullptr || at >= fires_at_) return;
  fires_at_ = at;
  timer_.Set(std::max(at, absl::Now()), [self = shared_from_this()] { self->Fire(); });
}

void ReadySignal::Fire() {
  absl::AnyInvocable<void()> ready;
  {
    absl::MutexLock lock(&mutex_);
    // An alarm of before may come late: then it is not the time yet.
    if (ready_ == nullptr || fires_at_ > absl::Now()) return;
    ready = std::exchange(ready_, nullptr);
    fires_at_ = absl::InfiniteFuture();
    is_calling_ = true;
  }
  ready();
  ready = nullptr;
  absl::MutexLock lock(&mutex_);
  is_calling_ = false;
  called_.SignalAll();
}

}  // namespace eventstoredb::client
