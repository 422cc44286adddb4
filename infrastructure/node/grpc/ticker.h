#pragma once

#include <memory>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace eventstoredb {

/// A call that must notice when time has passed or the server stops.
class Ticked {
 public:
  virtual ~Ticked() = default;
  /// From the server's timer thread, every Ticker::kInterval; must not block.
  virtual void Tick(absl::Time now, bool is_stopping) = 0;
};

/// One timer for all calls: they need no deadline finer than its interval, and no timer each.
/// Thread-safe.
class Ticker {
 public:
  static constexpr absl::Duration kInterval = absl::Milliseconds(100);

  /// `call` is forgotten once it is gone.
  void Add(std::weak_ptr<Ticked> call);
  void TickAll(absl::Time now, bool is_stopping);

 private:
  absl::Mutex mutex_;
  std::vector<std::weak_ptr<Ticked>> calls_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace eventstoredb
