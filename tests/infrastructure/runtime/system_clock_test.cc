#include "infrastructure/runtime/system_clock.h"

#include "absl/time/clock.h"
#include <gtest/gtest.h>

namespace orders::infrastructure {
namespace {

TEST(SystemClock, TellsTheMachinesTime) {
  const absl::Time before = absl::Now();
  const absl::Time now = SystemClock().Now();
  const absl::Time after = absl::Now();
  EXPECT_LE(before, now);
  EXPECT_LE(now, after);
}

}  // namespace
}  // namespace orders::infrastructure
