#pragma once

#include <cstddef>
#include <deque>
#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace orders::application {

/// What other threads ask of one that owns things which are not thread-safe.
class RequestQueue {
 public:
  explicit RequestQueue(std::size_t requests_max) : requests_max_(requests_max) {}

  /// Calls `wake`, and returns when the owner has run `work`. Errors, after which it was not and
  /// will not be run: DeadlineExceeded; ResourceExhausted, too many wait; Unavailable, closed.
  absl::Status Ask(absl::Time deadline, absl::FunctionRef<void()> work,
                   absl::FunctionRef<void()> wake);

  // The owner's side.
  void AnswerAll();
  bool empty() const;
  /// From any thread: whoever waits or comes is told Unavailable.
  void Close();

 private:
  struct Request;

  const std::size_t requests_max_;
  mutable absl::Mutex mutex_;
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
  std::deque<std::shared_ptr<Request>> waiting_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace orders::application
