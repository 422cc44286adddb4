#pragma once

#include <memory>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

#include "infrastructure/eventstoredb/client/timer.h"

namespace eventstoredb::client {

/// Holds the one function that a consumer wants called when there is something to take, and calls
/// it on a thread of gRPC, whatever thread has the news. Thread-safe.
class ReadySignal : public std::enable_shared_from_this<ReadySignal> {
 public:
  /// Forgets the function set before; `ready` is called once, by the first FireAt that comes true.
  void Set(absl::AnyInvocable<void()> ready);
  /// Forgets what is set and not called yet.
  void Clear();
  /// Clear, and waits until a function that is being called has returned. Nothing is called later.
  void Close();
  /// The sooner of this and what was asked for since Set.
  void FireAt(absl::Time at);
  void FireSoon() { FireAt(absl::InfinitePast()); }

 private:
  void Fire();

  absl::Mutex mutex_;
  absl::CondVar called_;
  absl::AnyInvocable<void()> ready_ ABSL_GUARDED_BY(mutex_);
  bool is_calling_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Time fires_at_ ABSL_GUARDED_BY(mutex_) = absl::InfiniteFuture();
  Timer timer_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace eventstoredb::client
