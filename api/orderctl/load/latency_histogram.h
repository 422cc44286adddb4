#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "absl/time/time.h"

namespace orders::api {

/// Counts durations in buckets that are at most 1/64 of their value wide: percentiles are right to
/// 1.6 %, in 30 KiB however many are counted. One thread.
class LatencyHistogram {
 public:
  /// Negative counts as 0.
  void Add(absl::Duration latency);

  std::int64_t count() const { return count_; }
  absl::Duration max() const { return absl::Nanoseconds(max_); }
  /// The smallest duration that `part` of all (0 to 1) do not exceed, rounded up to its bucket's
  /// end, never above max(). Zero when nothing was counted.
  absl::Duration Percentile(double part) const;

 private:
  static constexpr unsigned kStepBits = 6;
  static constexpr std::size_t kSteps = std::size_t{1} << kStepBits;
  static constexpr std::size_t kBuckets = (64 - kStepBits) * kSteps;

  static std::size_t BucketOf(std::uint64_t nanoseconds);
  static std::uint64_t LastOf(std::size_t bucket);

  std::array<std::int64_t, kBuckets> buckets_{};
  std::int64_t count_ = 0;
  std::int64_t max_ = 0;
};

}  // namespace orders::api
