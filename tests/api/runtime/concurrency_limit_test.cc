#include "api/runtime/concurrency_limit.h"

#include <vector>

#include "gtest/gtest.h"

namespace orders::api {
namespace {

using Kind = ConcurrencyLimit::Kind;

absl::Time test_time;
absl::Time TestTime() { return test_time; }

class AdaptingLimit : public testing::Test {
 protected:
  AdaptingLimit() { test_time = absl::FromUnixSeconds(1'000); }
  /// Rounds in which as many calls as may are under way at once, and end after `took`.
  void Run(Kind kind, int rounds, absl::Duration took) {
    for (int i = 0; i < rounds; ++i) {
      std::vector<ConcurrencyLimit::Permit> permits;
      while (auto permit = limit_.TryEnter(kind)) permits.push_back(*std::move(permit));
      test_time += took;
    }
  }

  ConcurrencyLimit limit_{
      {.limit_min = 25, .limit_max = 100, .latency_target = absl::Seconds(1), .now = TestTime}};
};

TEST_F(AdaptingLimit, ShrinksWhileCommandsTakeTooLongAndNoFurtherThanItsLeast) {
  Run(Kind::kCommand, 2, absl::Seconds(2));
  EXPECT_LE(limit_.limit(), 80);
  Run(Kind::kCommand, 100, absl::Seconds(2));
  EXPECT_EQ(limit_.limit(), 25);
}

TEST_F(AdaptingLimit, GrowsBackWhileItIsUsedAndCommandsAreFast) {
  Run(Kind::kCommand, 100, absl::Seconds(2));
  Run(Kind::kCommand, 1'000, absl::Milliseconds(500));
  EXPECT_EQ(limit_.limit(), 100);
}

TEST_F(AdaptingLimit, DoesNotMindSlowReads) {
  Run(Kind::kRead, 10, absl::Seconds(60));
  EXPECT_EQ(limit_.limit(), 100);
}

TEST_F(AdaptingLimit, DoesNotMindOneSlowCommandAmongMany) {
  std::optional<ConcurrencyLimit::Permit> slow = limit_.TryEnter(Kind::kCommand);
  ASSERT_TRUE(slow.has_value());
  Run(Kind::kCommand, 5, absl::Milliseconds(500));
  slow.reset();  // Alone in its window, and beside a hundred.
  Run(Kind::kCommand, 5, absl::Milliseconds(500));
  EXPECT_EQ(limit_.limit(), 100);
}

TEST(ConcurrencyLimit, LetsInAsManyAsItSays) {
  ConcurrencyLimit limit({.limit_min = 2, .limit_max = 3});
  std::vector<ConcurrencyLimit::Permit> permits;
  for (int i = 0; i < 3; ++i) {
    auto permit = limit.TryEnter(Kind::kCommand);
    ASSERT_TRUE(permit.has_value());
    permits.push_back(*std::move(permit));
  }
  EXPECT_FALSE(limit.TryEnter(Kind::kCommand).has_value());
  EXPECT_EQ(limit.in_flight(), 3);
  permits.pop_back();
  EXPECT_TRUE(limit.TryEnter(Kind::kCommand).has_value());
}

TEST(ConcurrencyLimit, KeepsAQuarterForCommandsWhenReadsTakeAllTheyMay) {
  ConcurrencyLimit limit({.limit_min = 2, .limit_max = 8});
  std::vector<ConcurrencyLimit::Permit> reads;
  while (auto permit = limit.TryEnter(Kind::kRead)) reads.push_back(*std::move(permit));
  EXPECT_EQ(reads.size(), 6U);
  EXPECT_TRUE(limit.TryEnter(Kind::kCommand).has_value());
}

}  // namespace
}  // namespace orders::api
