#include "application/queries/list_filter.h"

#include <random>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "application/queries/list_sort.h"
#include "domain/order/validation.h"

namespace orders::application {
namespace {

// The description of the one violation; "" if the filter is good.
std::string Refusal(std::string_view text) {
  const absl::StatusOr<OrderFilter> filter = ParseOrderFilter(text);
  if (filter.ok()) return "";
  EXPECT_TRUE(absl::IsInvalidArgument(filter.status()));
  const std::vector<domain::FieldViolation> violations =
      domain::GetFieldViolations(filter.status());
  EXPECT_EQ(violations.size(), 1U);
  EXPECT_EQ(violations.front().field, "filter");
  return violations.front().description;
}

TEST(OrderFilter, OfNothingMatchesEverything) {
  EXPECT_TRUE(ParseOrderFilter("")->terms.empty());
  EXPECT_TRUE(ParseOrderFilter(" \t ")->terms.empty());
}

TEST(OrderFilter, TakesEveryFieldWithItsOperators) {
  const auto filter = ParseOrderFilter(
      "customer_id=c@1 AND status != CANCELLED AND payment = \"PAID\" AND fulfilment=NONE AND "
      "held = true AND sku : ab/c.1 AND currency=EUR AND create_time >= \"2026-01-31T12:00:00Z\" "
      "AND update_time<\"2026-02-01T00:00:00+01:00\" AND total<=-5");
  ASSERT_TRUE(filter.ok()) << filter.status();
  ASSERT_EQ(filter->terms.size(), 10U);
  EXPECT_EQ(filter->terms[0],
            (FilterTerm{FilterField::kCustomerId, FilterOperator::kEqual, std::string("c@1")}));
  EXPECT_EQ(filter->terms[1], (FilterTerm{FilterField::kStatus, FilterOperator::kNotEqual,
                                          domain::OrderStatus::kCancelled}));
  EXPECT_EQ(filter->terms[4], (FilterTerm{FilterField::kHeld, FilterOperator::kEqual, true}));
  EXPECT_EQ(filter->terms[7], (FilterTerm{FilterField::kCreateTime, FilterOperator::kGreaterOrEqual,
                                          absl::FromUnixSeconds(1'769'860'800)}));
  EXPECT_EQ(filter->terms[9],
            (FilterTerm{FilterField::kTotal, FilterOperator::kLessOrEqual, std::int64_t{-5}}));
}

TEST(OrderFilter, TakesAWorkListByItsName) {
  const auto filter = ParseOrderFilter("work = TO_SHIP");
  ASSERT_TRUE(filter.ok()) << filter.status();
  EXPECT_EQ(filter->terms[0],
            (FilterTerm{FilterField::kWork, FilterOperator::kEqual, WorkList::kToShip}));
  EXPECT_THAT(Refusal("work = TO_DO"), testing::HasSubstr("one of TO_CONFIRM TO_SHIP"));
  EXPECT_THAT(Refusal("work != HELD"), testing::HasSubstr("expected ="));
}

TEST(OrderFilter, QuotedValuesHoldBlanksQuotesAndOperators) {
  const auto filter = ParseOrderFilter(R"(customer_id = "a \"b\" \\ AND = c")");
  ASSERT_TRUE(filter.ok()) << filter.status();
  EXPECT_EQ(std::get<std::string>(filter->terms[0].value), R"(a "b" \ AND = c)");
}

TEST(OrderFilter, ARefusalSaysWhereAndWhatWasExpected) {
  EXPECT_THAT(Refusal("colour = red"),
              testing::HasSubstr("at byte 0: expected one of customer_id"));
  EXPECT_THAT(Refusal("status = NOPE"), testing::HasSubstr("at byte 9: expected one of DRAFT"));
  EXPECT_THAT(Refusal("total = 1 OR total = 2"), testing::HasSubstr("at byte 10: expected AND"));
  EXPECT_THAT(Refusal("total = 1 AND"), testing::HasSubstr("at byte 13: expected one of"));
  EXPECT_THAT(Refusal("customer_id < 5"), testing::HasSubstr("at byte 12: expected ="));
  EXPECT_THAT(Refusal("create_time > 2026-01-31T12:00:00Z"),
              testing::HasSubstr("at byte 14: expected a quoted time"));
  EXPECT_THAT(Refusal("sku = \"abc"), testing::HasSubstr("at byte 10: expected a closing"));
}

TEST(OrderFilter, RefusesWhatLooksAlmostRight) {
  for (const char* const text : {"status",
                                 "status =",
                                 "= DRAFT",
                                 "status == DRAFT",
                                 "status = draft",
                                 "(status = DRAFT)",
                                 "NOT held = true",
                                 "held = TRUE",
                                 "held != true",
                                 "total : 5",
                                 "total = 1.5",
                                 "total = 99999999999999999999",
                                 "total = 0x10",
                                 "sku != a",
                                 "customer_id : a",
                                 "status = DRAFT and held = true",
                                 "status = DRAFT AND AND held = true",
                                 "AND",
                                 "create_time = \"2026-01-31T12:00:00Z\"",
                                 "create_time > \"infinite-future\"",
                                 "create_time > \"yesterday\"",
                                 "currency = \"a\\b\"",
                                 "status = DRAFT;",
                                 "sku = 'a'",
                                 "total = 1\nAND total = 2",
                                 "total = \x00"}) {
    EXPECT_NE(Refusal(text), "") << text;
  }
  EXPECT_NE(Refusal(std::string_view("sku = a\0b", 9)), "");
}

TEST(OrderFilter, HasALimitOfBytesAndOfComparisons) {
  std::string text = "total > 0";
  for (std::size_t i = 1; i < kFilterTermsMax; ++i) text += " AND total > 0";
  EXPECT_EQ(Refusal(text), "");
  EXPECT_THAT(Refusal(text + " AND total > 0"), testing::HasSubstr("at most 16 comparisons"));
  EXPECT_THAT(Refusal("sku = " + std::string(kFilterBytesMax, 'a')),
              testing::HasSubstr("at most 2048 bytes"));
}

TEST(OrderFilter, TakesAnyBytesWithoutHarm) {
  std::mt19937 random(5);
  const std::string pieces[] = {"status", "=",     "!=",  "\"",   "\\",   " ",
                                "AND",    "total", "<",   "held", "true", "1",
                                ":",      "\xff",  "sku", "(",    "\0",   "DRAFT"};
  int good = 0;
  for (int i = 0; i < 100'000; ++i) {
    std::string text;
    for (std::size_t n = random() % 12; n > 0; --n) text += pieces[random() % std::size(pieces)];
    good += Refusal(text).empty() ? 1 : 0;
  }
  EXPECT_GT(good, 0);
}

TEST(OrderSort, ReadsFieldAndDirection) {
  EXPECT_EQ(*ParseOrderSort(""), (OrderSort{SortField::kCreateTime, true}));
  EXPECT_EQ(*ParseOrderSort("  "), (OrderSort{SortField::kCreateTime, true}));
  EXPECT_EQ(*ParseOrderSort("total"), (OrderSort{SortField::kTotal, false}));
  EXPECT_EQ(*ParseOrderSort(" update_time  desc "), (OrderSort{SortField::kUpdateTime, true}));
  EXPECT_EQ(*ParseOrderSort("order_id asc"), (OrderSort{SortField::kOrderId, false}));
}

TEST(OrderSort, RefusesTheRest) {
  for (const char* const text : {"status", "total down", "total desc desc", "total,order_id",
                                 "total DESC", "desc", "1; DROP TABLE orders"}) {
    const absl::Status status = ParseOrderSort(text).status();
    ASSERT_TRUE(absl::IsInvalidArgument(status)) << text;
    EXPECT_EQ(domain::GetFieldViolations(status).front().field, "order_by");
  }
  EXPECT_FALSE(ParseOrderSort(std::string(1'000, 'a')).ok());
}

}  // namespace
}  // namespace orders::application
