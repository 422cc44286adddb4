#include "api/orderctl/money_text.h"

#include <cstdint>
#include <limits>

#include "gtest/gtest.h"

namespace orders::api {
namespace {

TEST(MoneyText, PutsThePointWhereTheCurrencyHasIt) {
  EXPECT_EQ(MoneyText(1'230, "EUR"), "12.30 EUR");
  EXPECT_EQ(MoneyText(1'230, "JPY"), "1230 JPY");
  EXPECT_EQ(MoneyText(1'230, "KWD"), "1.230 KWD");
  EXPECT_EQ(MoneyText(1'230, "XYZ"), "12.30 XYZ");
}

TEST(MoneyText, FillsSmallAmountsWithZeros) {
  EXPECT_EQ(MoneyText(0, "EUR"), "0.00 EUR");
  EXPECT_EQ(MoneyText(5, "EUR"), "0.05 EUR");
  EXPECT_EQ(MoneyText(5, "KWD"), "0.005 KWD");
  EXPECT_EQ(MoneyText(0, "JPY"), "0 JPY");
  EXPECT_EQ(MoneyText(-5, "EUR"), "-0.05 EUR");
}

TEST(MoneyText, ShowsTheLargestAndTheSmallestNumber) {
  EXPECT_EQ(MoneyText(std::numeric_limits<std::int64_t>::max(), "EUR"), "92233720368547758.07 EUR");
  EXPECT_EQ(MoneyText(std::numeric_limits<std::int64_t>::min(), "EUR"),
            "-92233720368547758.08 EUR");
  EXPECT_EQ(MoneyText(std::numeric_limits<std::int64_t>::min(), "JPY"), "-9223372036854775808 JPY");
}

TEST(MoneyText, WithoutACurrencyIsTheNumber) { EXPECT_EQ(MoneyText(1'230, ""), "1230"); }

TEST(MoneyText, OfAHostileCurrencyMovesNoCursor) { EXPECT_EQ(MoneyText(1, "\x1b[2"), "0.01 ?[2"); }

}  // namespace
}  // namespace orders::api
