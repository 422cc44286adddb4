#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace orders::api {

/// Calls a second by caller: a bucket each, which fills at the caller's rate up to one second's
/// worth. One caller's calls cost no other one anything. Bounded: beyond callers_max names, those
/// whose bucket is full are forgotten, which changes nothing for them. Thread-safe.
class Quotas {
 public:
  static constexpr std::size_t kCallersMax = 10'000;

  /// Takes `cost` calls from the bucket of `caller`, which fills at `rate` a second (> 0). Else how
  /// long to wait until there are as many. A cost above the bucket's size empties a full one.
  std::optional<absl::Duration> Take(const std::string& caller, double rate, double cost,
                                     absl::Time now);

 private:
  struct Bucket {
    double calls = 0;
    double rate = 0;
    absl::Time filled_at;
  };
  static void Fill(Bucket& bucket, double rate, absl::Time now);
  void ForgetFull(absl::Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  absl::Mutex mutex_;
  absl::flat_hash_map<std::string, Bucket> buckets_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace orders::api
