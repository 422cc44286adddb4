#pragma once

#include <functional>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace orders::application {

/// Keeps work in the background to a share of a processor: whoever does it sleeps between two
/// pieces of it, in proportion to what the piece has cost. Thread-safe.
class WorkPacer {
 public:
  /// The processor time that the calling thread has used so far.
  using ThreadTime = std::function<absl::Duration()>;

  explicit WorkPacer(ThreadTime thread_time) : thread_time_(std::move(thread_time)) {}
  WorkPacer(const WorkPacer&) = delete;
  WorkPacer& operator=(const WorkPacer&) = delete;

  /// What one new thread is to call between two pieces of its work. `share` is above 0 and at most
  /// 1, of one processor. The pacer outlives it.
  std::function<void()> PausesFor(double share);
  /// Ends all pauses, for good: from now on the work goes on at its own speed.
  void Stop() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  void Pause(absl::Duration time) ABSL_LOCKS_EXCLUDED(mutex_);

  const ThreadTime thread_time_;
  absl::Mutex mutex_;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace orders::application
