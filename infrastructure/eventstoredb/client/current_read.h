#pragma once

#include <memory>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

#include "infrastructure/eventstoredb/client/cancel_flag.h"
#include "infrastructure/eventstoredb/client/read_call.h"

namespace eventstoredb::client {

/// The one call at a time that a reader or subscription pulls from. The consumer sets it; Cancel
/// from any thread ends it, and whatever call is set later.
class CurrentRead {
 public:
  ~CurrentRead() { Cancel(); }

  void Cancel() {
    cancelled_.Set();
    absl::MutexLock lock(&mutex_);
    if (call_ != nullptr) call_->Cancel();
  }
  const CancelFlag& cancelled() const { return cancelled_; }

  /// Ends the call that was set before.
  void Set(std::shared_ptr<ReadCall> call) {
    absl::MutexLock lock(&mutex_);
    if (call_ != nullptr) call_->Cancel();
    call_ = std::move(call);
    if (call_ != nullptr && cancelled_.IsSet()) call_->Cancel();
  }
  /// For the consumer, the only one who sets it.
  std::shared_ptr<ReadCall> call() const {
    absl::MutexLock lock(&mutex_);
    return call_;
  }

 private:
  CancelFlag cancelled_;
  mutable absl::Mutex mutex_;
  std::shared_ptr<ReadCall> call_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace eventstoredb::client
