#pragma once

#include <cstddef>
#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"

namespace eventstoredb::client {

/// A call that gRPC has not ended yet.
class OpenCall {
 public:
  virtual ~OpenCall() = default;
  /// Asks gRPC to end it soon. Thread-safe, more than once, also after the end.
  virtual void Cancel() = 0;
};

/// All open calls of a client: keeps them alive, and ends them when the client goes. Thread-safe.
class CallRegistry {
 public:
  /// False: the client is closing, and the call must not begin.
  bool Add(std::shared_ptr<OpenCall> call);
  /// The last thing that a call does.
  void Remove(const OpenCall* call);
  std::size_t size() const;
  /// Cancels all, and waits until they have ended. Further calls are refused.
  void Close();

 private:
  mutable absl::Mutex mutex_;
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
  absl::flat_hash_map<const OpenCall*, std::shared_ptr<OpenCall>> calls_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace eventstoredb::client
