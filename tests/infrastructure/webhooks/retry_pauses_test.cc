#include "infrastructure/webhooks/retry_pauses.h"

#include <gtest/gtest.h>

namespace orders::infrastructure {
namespace {

absl::Duration After(int attempt, double uniform = 1,
                     std::optional<absl::Duration> asked_for = std::nullopt) {
  return PauseAfter(attempt, asked_for, uniform, RetryPausesOptions());
}

TEST(RetryPauses, DoubleUpToADay) {
  EXPECT_EQ(After(1), absl::Seconds(5));
  EXPECT_EQ(After(2), absl::Seconds(10));
  EXPECT_EQ(After(5), absl::Seconds(80));
  EXPECT_EQ(After(15), absl::Seconds(81'920));
  EXPECT_EQ(After(16), absl::Hours(24));
  EXPECT_EQ(After(1'000'000), absl::Hours(24));
}

TEST(RetryPauses, AreARandomPartOfThat) {
  EXPECT_EQ(After(5, 0), absl::ZeroDuration());
  EXPECT_EQ(After(5, 0.25), absl::Seconds(20));
}

TEST(RetryPauses, AreAtLeastWhatTheReceiverAsksForUpToADay) {
  EXPECT_EQ(After(1, 0.5, absl::Minutes(3)), absl::Minutes(3));
  EXPECT_EQ(After(5, 1, absl::Seconds(1)), absl::Seconds(80));
  EXPECT_EQ(After(1, 1, absl::Hours(24 * 30)), absl::Hours(24));
}

}  // namespace
}  // namespace orders::infrastructure
