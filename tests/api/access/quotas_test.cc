#include "api/access/quotas.h"

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace orders::api {
namespace {

const absl::Time kStart = absl::FromUnixSeconds(1'000);

/// How many of `tries` calls are let in at `now`.
int Admitted(Quotas& quotas, const std::string& caller, int tries, absl::Time now,
             double rate = 10) {
  int admitted = 0;
  for (int i = 0; i < tries; ++i) {
    if (!quotas.Take(caller, rate, 1, now).has_value()) ++admitted;
  }
  return admitted;
}

TEST(Quotas, LetInASecondsWorthAtOnceAndThenTheRate) {
  Quotas quotas;
  EXPECT_EQ(Admitted(quotas, "shop", 100, kStart), 10);
  EXPECT_EQ(Admitted(quotas, "shop", 100, kStart + absl::Milliseconds(500)), 5);
  EXPECT_EQ(Admitted(quotas, "shop", 100, kStart + absl::Hours(1)), 10);
}

TEST(Quotas, SayHowLongToWait) {
  Quotas quotas;
  ASSERT_EQ(Admitted(quotas, "shop", 10, kStart), 10);
  const auto wait = quotas.Take("shop", 10, 5, kStart);
  ASSERT_TRUE(wait.has_value());
  EXPECT_EQ(*wait, absl::Milliseconds(500));
  EXPECT_FALSE(quotas.Take("shop", 10, 5, kStart + *wait).has_value());
}

TEST(Quotas, OfOneCallerAreNoOther) {
  Quotas quotas;
  EXPECT_EQ(Admitted(quotas, "greedy", 1'000, kStart), 10);
  EXPECT_EQ(Admitted(quotas, "modest", 5, kStart), 5);
}

TEST(Quotas, LetInWhatCostsMoreThanASecondsWorthWhenNothingElseWasTaken) {
  Quotas quotas;
  EXPECT_FALSE(quotas.Take("shop", 2, 5, kStart).has_value());
  EXPECT_TRUE(quotas.Take("shop", 2, 5, kStart).has_value());
  EXPECT_FALSE(quotas.Take("shop", 2, 5, kStart + absl::Seconds(1)).has_value());
}

TEST(Quotas, GiveNothingForAClockThatWasSetBack) {
  Quotas quotas;
  ASSERT_EQ(Admitted(quotas, "shop", 10, kStart), 10);
  EXPECT_EQ(Admitted(quotas, "shop", 10, kStart - absl::Hours(1)), 0);
  EXPECT_EQ(Admitted(quotas, "shop", 100, kStart - absl::Hours(1) + absl::Seconds(1)), 10);
}

TEST(Quotas, ForgetNobodyWhoHasUsedSome) {
  Quotas quotas;
  ASSERT_EQ(Admitted(quotas, "greedy", 10, kStart), 10);
  for (std::size_t i = 0; i < 2 * Quotas::kCallersMax; ++i) {
    ASSERT_FALSE(quotas.Take(absl::StrCat("c-", i), 10, 1, kStart).has_value());
  }
  EXPECT_EQ(Admitted(quotas, "greedy", 10, kStart), 0);
}

}  // namespace
}  // namespace orders::api
