#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

#include "infrastructure/eventstoredb/client/timer.h"

namespace eventstoredb::client {

class Expirable {
 public:
  virtual ~Expirable() = default;
  /// The time is up. From a thread of gRPC, without a lock held.
  virtual void Expire() = 0;
  /// There is no more waiting: the client is closing. As Expire.
  virtual void Abandon() = 0;
};

/// Tells each of many when its time is up, with one timer. Thread-safe.
class DeadlineQueue : public std::enable_shared_from_this<DeadlineQueue> {
 public:
  using Ticket = std::pair<absl::Time, std::uint64_t>;

  Ticket Add(absl::Time deadline, std::shared_ptr<Expirable> waiting);
  void Remove(const Ticket& ticket);
  /// All that wait, soonest first; none waits any more.
  std::vector<std::shared_ptr<Expirable>> TakeAll();

 private:
  void Fire();
  void SetTimer() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  absl::Mutex mutex_;
  std::uint64_t tickets_ ABSL_GUARDED_BY(mutex_) = 0;
  std::map<Ticket, std::shared_ptr<Expirable>> waiting_ ABSL_GUARDED_BY(mutex_);
  /// Not after the first of `waiting_`. It may be before: then it fires for nothing.
  absl::Time timer_at_ ABSL_GUARDED_BY(mutex_) = absl::InfiniteFuture();
  Timer timer_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace eventstoredb::client
