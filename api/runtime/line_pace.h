#pragma once

#include <cstdint>
#include <optional>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace orders::api {

/// Keeps what strangers can cause from filling the log: a line a second at most, which says how
/// often it happened. Thread-safe.
class LinePace {
 public:
  /// It happened once more. How often since the last line, this time included; absent: say nothing
  /// now.
  std::optional<std::uint64_t> Count(absl::Time now);

 private:
  absl::Mutex mutex_;
  absl::Time quiet_until_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
  std::uint64_t count_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace orders::api
