#include "api/orderctl/load/latency_histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace orders::api {

// Below kSteps a bucket is a nanosecond; above, each doubling is divided into kSteps buckets.
std::size_t LatencyHistogram::BucketOf(std::uint64_t nanoseconds) {
  if (nanoseconds < kSteps) return static_cast<std::size_t>(nanoseconds);
  const auto shift = static_cast<unsigned>(std::bit_width(nanoseconds)) - 1 - kStepBits;
  return (shift + 1) * kSteps + static_cast<std::size_t>((nanoseconds >> shift) - kSteps);
}

std::uint64_t LatencyHistogram::LastOf(std::size_t bucket) {
  if (bucket < kSteps) return bucket;
  const auto shift = static_cast<unsigned>(bucket / kSteps) - 1;
  return ((static_cast<std::uint64_t>(bucket % kSteps + kSteps) + 1) << shift) - 1;
}

void LatencyHistogram::Add(absl::Duration latency) {
  const std::int64_t nanoseconds = std::max<std::int64_t>(0, absl::ToInt64Nanoseconds(latency));
  ++buckets_[BucketOf(static_cast<std::uint64_t>(nanoseconds))];
  ++count_;
  max_ = std::max(max_, nanoseconds);
}

absl::Duration LatencyHistogram::Percentile(double part) const {
  if (count_ == 0) return absl::ZeroDuration();
  const auto wanted = std::clamp<std::int64_t>(
      static_cast<std::int64_t>(std::ceil(part * static_cast<double>(count_))), 1, count_);
  std::int64_t seen = 0;
  for (std::size_t bucket = 0; bucket < kBuckets; ++bucket) {
    seen += buckets_[bucket];
    if (seen < wanted) continue;
    const auto last = static_cast<std::int64_t>(LastOf(bucket));
    return absl::Nanoseconds(std::min(last, max_));
  }
  return max();
}

}  // namespace orders::api
