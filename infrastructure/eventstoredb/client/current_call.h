#pragma once

#include <memory>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

#include "infrastructure/eventstoredb/client/cancel_flag.h"

namespace eventstoredb::client {

/// The one call at a time that a reader, subscription or consumer pulls from. Who pulls sets it;
/// Cancel from any thread ends it, and whatever call is set later.
template <typename Call>
class CurrentCall {
 public:
  ~CurrentCall() { Cancel(); }

  void Cancel() {
    cancelled_.Set();
    absl::MutexLock lock(&mutex_);
    if (call_ != nullptr) call_->Cancel();
  }
  const CancelFlag& cancelled() const { return cancelled_; }

  /// Ends the call that was set before.
  void Set(std::shared_ptr<Call> call) {
    absl::MutexLock lock(&mutex_);
    if (call_ != nullptr) call_->Cancel();
    call_ = std::move(call);
    if (call_ != nullptr && cancelled_.IsSet()) call_->Cancel();
  }
  std::shared_ptr<Call> call() const {
    absl::MutexLock lock(&mutex_);
    return call_;
  }

 private:
  CancelFlag cancelled_;
  mutable absl::Mutex mutex_;
  std::shared_ptr<Call> call_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace eventstoredb::client
