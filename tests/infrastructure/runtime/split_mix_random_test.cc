#include "infrastructure/runtime/split_mix_random.h"

#include <gtest/gtest.h>

namespace orders::infrastructure {
namespace {

TEST(SplitMixRandom, GivesTheSameNumbersForTheSameSeed) {
  SplitMixRandom one(42);
  SplitMixRandom same(42);
  SplitMixRandom other(43);
  EXPECT_EQ(one.Uniform(), same.Uniform());
  EXPECT_NE(one.Uniform(), other.Uniform());
}

TEST(SplitMixRandom, StaysWithinZeroAndOneAndFillsThem) {
  SplitMixRandom random(7);
  constexpr int kDraws = 100'000;
  double sum = 0;
  double low = 1;
  double high = 0;
  for (int i = 0; i < kDraws; ++i) {
    const double drawn = random.Uniform();
    ASSERT_GE(drawn, 0.0);
    ASSERT_LT(drawn, 1.0);
    sum += drawn;
    low = std::min(low, drawn);
    high = std::max(high, drawn);
  }
  EXPECT_NEAR(sum / kDraws, 0.5, 0.01);
  EXPECT_LT(low, 0.001);
  EXPECT_GT(high, 0.999);
}

TEST(SplitMixRandom, IsSeededBySomethingElseEachTime) {
  SplitMixRandom one;
  SplitMixRandom two;
  EXPECT_NE(one.Uniform(), two.Uniform());
}

}  // namespace
}  // namespace orders::infrastructure
