#include "domain/order/money.h"

#include <cstdint>
#include <numeric>

#include "gtest/gtest.h"

#include "tests/support/order_samples.h"

namespace orders::domain {
namespace {

using samples::kLeast;
using samples::kMost;

std::int64_t Rated(std::int64_t minor, std::int32_t ppm) {
  const absl::StatusOr<Amount> amount = ApplyRate(Amount{minor}, Rate{ppm});
  EXPECT_TRUE(amount.ok()) << amount.status();
  return amount.ok() ? amount->minor : -1;
}

std::vector<std::int64_t> Spreaded(std::int64_t total, std::vector<std::int64_t> weights) {
  std::vector<std::int64_t> minors;
  for (const Amount& part : Spread(Amount{total}, weights)) minors.push_back(part.minor);
  return minors;
}

using Minors = std::vector<std::int64_t>;

TEST(Currency, KnowsTheDigitsOfItsMinorUnit) {
  EXPECT_EQ(Currency::Parse("EUR")->exponent(), 2);
  EXPECT_EQ(Currency::Parse("AED")->exponent(), 2);
  EXPECT_EQ(Currency::Parse("ZWG")->exponent(), 2);
  EXPECT_EQ(Currency::Parse("JPY")->exponent(), 0);
  EXPECT_EQ(Currency::Parse("KWD")->exponent(), 3);
  EXPECT_EQ(Currency::Parse("CLF")->exponent(), 4);
  EXPECT_EQ(Currency::Parse("USD")->code(), "USD");
}

TEST(Currency, IsAbsentForAnythingElse) {
  for (const char* code : {"", "EU", "eur", "XXX1", "XXX", "XTS", "XAU", "EUR ", "ABC", "URA"}) {
    EXPECT_FALSE(Currency::Parse(code).has_value()) << code;
  }
  EXPECT_FALSE(Currency::Parse(std::string_view("E\0R", 3)).has_value());
}

TEST(Currency, OfNoneHasNoCode) {
  EXPECT_TRUE(Currency().IsNone());
  EXPECT_EQ(Currency().code(), "");
  EXPECT_FALSE(Currency::Parse("EUR")->IsNone());
  EXPECT_NE(*Currency::Parse("EUR"), *Currency::Parse("USD"));
}

TEST(Money, SumsUpToTheCapAndNotBeyond) {
  EXPECT_EQ(Add(kAmountMax, Amount{0})->minor, kAmountMax.minor);
  EXPECT_EQ(Add(kAmountMax, Amount{1}).status().code(), absl::StatusCode::kOutOfRange);
  EXPECT_EQ(Subtract(Amount{-kAmountMax.minor}, Amount{0})->minor, -kAmountMax.minor);
  EXPECT_EQ(Subtract(Amount{-kAmountMax.minor}, Amount{1}).status().code(),
            absl::StatusCode::kOutOfRange);
}

TEST(Money, NeverWrapsRound) {
  EXPECT_FALSE(Add(Amount{kMost}, Amount{kMost}).ok());
  EXPECT_FALSE(Add(Amount{kMost}, Amount{1}).ok());
  EXPECT_FALSE(Subtract(Amount{kLeast}, Amount{kMost}).ok());
  EXPECT_FALSE(Subtract(Amount{0}, Amount{kLeast}).ok());
  EXPECT_FALSE(Multiply(Amount{kMost}, kMost).ok());
  EXPECT_FALSE(Multiply(Amount{kLeast}, kLeast).ok());
  EXPECT_FALSE(Multiply(Amount{4'294'967'296}, 4'294'967'296).ok());  // 2^64: 0 if it wrapped.
  EXPECT_EQ(Multiply(Amount{1'000'000}, 1'000'000)->minor, kAmountMax.minor);
}

TEST(ApplyRate, RoundsHalfToEven) {
  EXPECT_EQ(Rated(1, 500'000), 0);      // 0.5
  EXPECT_EQ(Rated(3, 500'000), 2);      // 1.5
  EXPECT_EQ(Rated(5, 500'000), 2);      // 2.5
  EXPECT_EQ(Rated(7, 500'000), 4);      // 3.5
  EXPECT_EQ(Rated(1, 500'001), 1);      // just over the half
  EXPECT_EQ(Rated(3, 499'999), 1);      // just under it
  EXPECT_EQ(Rated(999, 190'000), 190);  // 189.81
  EXPECT_EQ(Rated(0, 190'000), 0);
  EXPECT_EQ(Rated(12345, 0), 0);
  EXPECT_EQ(Rated(kAmountMax.minor, 1'000'000), kAmountMax.minor);
}

TEST(ApplyRate, RefusesWhatIsTooLargeOrNegative) {
  EXPECT_FALSE(ApplyRate(kAmountMax, Rate{1'000'001}).ok());
  EXPECT_FALSE(ApplyRate(Amount{kMost}, Rate{std::numeric_limits<std::int32_t>::max()}).ok());
  EXPECT_FALSE(ApplyRate(Amount{-1}, Rate{1}).ok());
  EXPECT_FALSE(ApplyRate(Amount{1}, Rate{-1}).ok());
}

TEST(Share, GivesTheWholeAtTheEndAndRoundsHalfToEvenBefore) {
  EXPECT_EQ(Share(Amount{100}, 0, 3).minor, 0);
  EXPECT_EQ(Share(Amount{100}, 1, 3).minor, 33);
  EXPECT_EQ(Share(Amount{100}, 2, 3).minor, 67);
  EXPECT_EQ(Share(Amount{100}, 3, 3).minor, 100);
  EXPECT_EQ(Share(Amount{5}, 1, 2).minor, 2);
  EXPECT_EQ(Share(Amount{7}, 1, 2).minor, 4);
  EXPECT_EQ(Share(kAmountMax, 999'999, 1'000'000).minor, 999'999'000'000);
}

TEST(Spread, SumsToTheTotalByLargestRemainder) {
  EXPECT_EQ(Spreaded(100, {1, 1, 1}), (Minors{34, 33, 33}));  // Ties go to the earlier one.
  EXPECT_EQ(Spreaded(10, {1, 2, 3}), (Minors{2, 3, 5}));      // 1.67, 3.33, 5
  EXPECT_EQ(Spreaded(1, {1, 5, 4}), (Minors{0, 1, 0}));
  EXPECT_EQ(Spreaded(0, {3, 4}), (Minors{0, 0}));
  EXPECT_EQ(Spreaded(7, {9}), (Minors{7}));
}

TEST(Spread, GivesNothingToAWeightOfZeroUnlessAllAre) {
  EXPECT_EQ(Spreaded(10, {0, 3, 0}), (Minors{0, 10, 0}));
  EXPECT_EQ(Spreaded(5, {0, 0}), (Minors{3, 2}));
}

TEST(Spread, StandsTheLargestNumbers) {
  const std::vector<std::int64_t> weights(500, kMost);
  const std::vector<Amount> parts = Spread(kAmountMax, weights);
  EXPECT_EQ(std::accumulate(parts.begin(), parts.end(), std::int64_t{0},
                            [](std::int64_t sum, Amount part) { return sum + part.minor; }),
            kAmountMax.minor);
  EXPECT_EQ(parts.front().minor, 2'000'000'000);
}

TEST(FormatMoney, WritesTheMinorUnitsOfTheCurrency) {
  EXPECT_EQ(FormatMoney(Amount{1230}, *Currency::Parse("EUR")), "12.30 EUR");
  EXPECT_EQ(FormatMoney(Amount{5}, *Currency::Parse("EUR")), "0.05 EUR");
  EXPECT_EQ(FormatMoney(Amount{-5}, *Currency::Parse("EUR")), "-0.05 EUR");
  EXPECT_EQ(FormatMoney(Amount{1230}, *Currency::Parse("JPY")), "1230 JPY");
  EXPECT_EQ(FormatMoney(Amount{1230}, *Currency::Parse("KWD")), "1.230 KWD");
  EXPECT_EQ(FormatMoney(Amount{7}, Currency()), "7");
  EXPECT_EQ(FormatMoney(Amount{kLeast}, *Currency::Parse("EUR")), "-92233720368547758.08 EUR");
}

}  // namespace
}  // namespace orders::domain
