#include "api/host/node_view.h"

#include <vector>

#include "gtest/gtest.h"

#include "api/host/rate_window.h"

namespace orders::api {
namespace {

v1::Latency LatencyOf(const std::vector<std::uint64_t>& counts, double sum) {
  v1::Latency message;
  SetLatency({.001, .010, .100}, counts, sum, message);
  return message;
}

TEST(LatencyOfAHistogram, IsInterpolatedBetweenItsBounds) {
  const v1::Latency latency = LatencyOf({0, 100, 0, 0}, 0.5);
  EXPECT_EQ(latency.count(), 100U);
  EXPECT_DOUBLE_EQ(latency.mean_ms(), 5);
  EXPECT_DOUBLE_EQ(latency.p50_ms(), 5.5);
  EXPECT_DOUBLE_EQ(latency.p95_ms(), 9.55);
}
TEST(LatencyOfAHistogram, BeyondAllBoundsIsTheLastOne) {
  const v1::Latency latency = LatencyOf({1, 0, 0, 99}, 200);
  EXPECT_DOUBLE_EQ(latency.p50_ms(), 100);
  EXPECT_DOUBLE_EQ(latency.p99_ms(), 100);
}
TEST(LatencyOfAHistogram, OfNothingIsNothing) {
  const v1::Latency latency = LatencyOf({0, 0, 0, 0}, 0);
  EXPECT_EQ(latency.count(), 0U);
  EXPECT_EQ(latency.mean_ms(), 0);
  EXPECT_EQ(latency.p99_ms(), 0);
}

class RateWindowTest : public testing::Test {
 protected:
  RateWindow::Rates LookAt(int second, double count) {
    return window_.Look(start_, start_ + absl::Seconds(second), {{"calls", count}});
  }
  const absl::Time start_ = absl::FromUnixSeconds(1'000'000);
  RateWindow window_;
};

TEST_F(RateWindowTest, FirstCountsSinceTheStart) {
  const RateWindow::Rates rates = LookAt(100, 500);
  EXPECT_EQ(rates.window, absl::Seconds(100));
  EXPECT_DOUBLE_EQ(rates.per_second.at("calls"), 5);
}
TEST_F(RateWindowTest, ThenCountsSinceTheOldestLookOfTheMinute) {
  LookAt(100, 500);
  LookAt(130, 530);
  const RateWindow::Rates rates = LookAt(150, 600);
  EXPECT_EQ(rates.window, absl::Seconds(50));
  EXPECT_DOUBLE_EQ(rates.per_second.at("calls"), 2);
  // The first look is too old by now.
  EXPECT_EQ(LookAt(170, 600).window, absl::Seconds(40));
}
TEST_F(RateWindowTest, GoesBackToTheStartWhenNobodyHasLookedForLong) {
  LookAt(100, 500);
  EXPECT_EQ(LookAt(1'000, 600).window, absl::Seconds(1'000));
}
TEST_F(RateWindowTest, ALookAtTheSameMomentTakesTheOneBefore) {
  LookAt(10, 10);
  LookAt(20, 30);
  const RateWindow::Rates rates = LookAt(20, 30);
  EXPECT_DOUBLE_EQ(rates.per_second.at("calls"), 2);
}

}  // namespace
}  // namespace orders::api
