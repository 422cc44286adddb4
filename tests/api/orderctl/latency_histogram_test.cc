#include "api/orderctl/load/latency_histogram.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "gtest/gtest.h"

#include "api/orderctl/demo/split_mix.h"

namespace orders::api {
namespace {

TEST(LatencyHistogram, OfNothingIsZero) {
  const LatencyHistogram histogram;
  EXPECT_EQ(histogram.count(), 0);
  EXPECT_EQ(histogram.Percentile(0.99), absl::ZeroDuration());
}

TEST(LatencyHistogram, OfOneIsThatOne) {
  LatencyHistogram histogram;
  histogram.Add(absl::Microseconds(123));
  EXPECT_EQ(histogram.Percentile(0), absl::Microseconds(123));
  EXPECT_EQ(histogram.Percentile(1), absl::Microseconds(123));
}

TEST(LatencyHistogram, AgreesWithSortingToItsBuckets) {
  SplitMix64 random(3);
  LatencyHistogram histogram;
  std::vector<std::int64_t> all;
  for (int i = 0; i < 10'000; ++i) {
    const auto nanoseconds = static_cast<std::int64_t>(random.Next() >> (20 + random.Below(40)));
    all.push_back(nanoseconds);
    histogram.Add(absl::Nanoseconds(nanoseconds));
  }
  std::sort(all.begin(), all.end());
  for (const double part : {0.01, 0.5, 0.9, 0.99, 0.999}) {
    const std::int64_t exact = all[static_cast<std::size_t>(part * 10'000) - 1];
    const std::int64_t found = absl::ToInt64Nanoseconds(histogram.Percentile(part));
    EXPECT_GE(found, exact) << part;
    EXPECT_LE(found, exact + exact / 64 + 1) << part;
  }
  EXPECT_EQ(absl::ToInt64Nanoseconds(histogram.max()), all.back());
}

TEST(LatencyHistogram, TakesWhatClocksMayGive) {
  LatencyHistogram histogram;
  histogram.Add(absl::Nanoseconds(-5));
  EXPECT_EQ(histogram.Percentile(1), absl::ZeroDuration());
  histogram.Add(absl::InfiniteDuration());
  EXPECT_EQ(histogram.count(), 2);
  EXPECT_GT(histogram.Percentile(1), absl::Hours(24 * 365));
}

}  // namespace
}  // namespace orders::api
