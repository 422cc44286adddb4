#include "api/orderctl/progress.h"

#include "gtest/gtest.h"

namespace orders::api {
namespace {

TEST(ProgressText, ShowsRateAndRest) {
  EXPECT_EQ(ProgressText(500, 1'000, absl::Seconds(2)),
            "[###############...............]  50%  500/1000  250/s  2s left");
}

TEST(ProgressText, BeforeTheFirstAndAfterTheLast) {
  EXPECT_EQ(ProgressText(0, 10, absl::Seconds(1)), "[..............................]   0%  0/10");
  EXPECT_EQ(ProgressText(10, 10, absl::Seconds(1)),
            "[##############################] 100%  10/10  10/s");
}

TEST(ProgressText, OfNonsenseIsStillALine) {
  EXPECT_EQ(ProgressText(0, 0, absl::ZeroDuration()), "[##############################] 100%  0/0");
  EXPECT_EQ(ProgressText(20, 10, absl::Seconds(1)),
            "[##############################] 100%  20/10  20/s");
}

}  // namespace
}  // namespace orders::api
