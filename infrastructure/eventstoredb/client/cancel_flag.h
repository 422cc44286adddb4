#pragma once

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace eventstoredb::client {

/// Set once, from any thread; ends the sleep of the one who looks at it.
class CancelFlag {
 public:
  void Set() {
    absl::MutexLock lock(&mutex_);
    is_set_ = true;
  }
  bool IsSet() const {
    absl::MutexLock lock(&mutex_);
    return is_set_;
  }
  /// Until the flag is set or `until` has come.
  void Sleep(absl::Time until) const {
    absl::MutexLock lock(&mutex_);
    mutex_.AwaitWithDeadline(absl::Condition(&is_set_), until);
  }

 private:
  mutable absl::Mutex mutex_;
  bool is_set_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace eventstoredb::client
