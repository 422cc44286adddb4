#pragma once

#include <deque>
#include <functional>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace eventstoredb {

/// The one thread that all groups live on: what touches a group is posted. Its queue is bounded by
/// those who post: each call, each consumer and each wait of a group has one task at a time.
class GroupExecutor {
 public:
  static constexpr absl::Duration kTickInterval = absl::Seconds(1);

  GroupExecutor() = default;
  ~GroupExecutor() { Stop(); }

  /// Calls `tick` on the thread, at every interval.
  void Start(std::function<void()> tick);
  /// From any thread; does not block. False, and `task` is dropped: it has stopped.
  bool Post(absl::AnyInvocable<void()> task);
  /// Ends after the task that runs; the others are dropped. Not from the thread itself.
  void Stop();

 private:
  void Run();

  std::function<void()> tick_;
  absl::Mutex mutex_;
  std::deque<absl::AnyInvocable<void()>> tasks_ ABSL_GUARDED_BY(mutex_);
  bool has_stopped_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace eventstoredb
