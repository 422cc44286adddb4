#pragma once

#include <deque>
#include <map>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace orders::api {

/// How fast counters have grown of late, as far as somebody has looked at them. Thread-safe.
class RateWindow {
 public:
  using Counts = std::map<std::string, double>;

  struct Rates {
    absl::Duration window;  ///< What they are taken over.
    Counts per_second;      ///< Of each of the counters that were given.
  };
  /// Since the oldest look of the last minute that is a second old; without one since `start`, when
  /// all counters were 0.
  Rates Look(absl::Time start, absl::Time now, const Counts& counts);

 private:
  struct Sample {
    absl::Time time;
    Counts counts;
  };
  absl::Mutex mutex_;
  std::deque<Sample> samples_ ABSL_GUARDED_BY(mutex_);  ///< One a second at most, of one minute.
};

}  // namespace orders::api
