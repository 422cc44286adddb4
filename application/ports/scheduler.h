#pragma once

#include <cstdint>

#include "absl/functional/any_invocable.h"
#include "absl/time/time.h"

namespace orders::application {

/// Sleeps and timers, by the monotonic clock. Thread-safe.
class Scheduler {
 public:
  using TimerId = std::uint64_t;
  virtual ~Scheduler() = default;
  /// Blocks the calling thread.
  virtual void Sleep(absl::Duration duration) = 0;
  /// Runs `task` once, after `delay`, on the scheduler's own thread; it must not block. 0: too many
  /// timers wait already, the task was not taken.
  virtual TimerId After(absl::Duration delay, absl::AnyInvocable<void()> task) = 0;
  /// False: it ran, runs, or was never there.
  virtual bool Cancel(TimerId timer) = 0;
};

}  // namespace orders::application
