#include "application/queries/sales_report.h"

#include <set>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "domain/order/validation.h"

namespace orders::application {
namespace {

std::set<std::string> WrongFields(const SalesReportRequest& request) {
  const absl::StatusOr<SalesQuery> query = ParseSalesQuery(request);
  std::set<std::string> fields;
  for (const auto& violation : domain::GetFieldViolations(query.status())) {
    EXPECT_NE(violation.description, "");
    fields.insert(violation.field);
  }
  EXPECT_EQ(query.ok(), fields.empty());
  return fields;
}

TEST(ParseSalesQuery, TakesARangeOfDaysAndWhatToPickFromThem) {
  const auto query = ParseSalesQuery({.first_day = "2024-01-01",
                                      .last_day = "2024-12-31",
                                      .sku = "TEA-1",
                                      .currency = "EUR",
                                      .grouping = SalesGrouping::kSku});
  ASSERT_TRUE(query.ok()) << query.status();
  EXPECT_EQ(query->first_day, absl::CivilDay(2024, 1, 1));
  EXPECT_EQ(query->last_day, absl::CivilDay(2024, 12, 31));
  EXPECT_EQ(query->sku, "TEA-1");
  EXPECT_EQ(query->currency, "EUR");
  EXPECT_EQ(query->grouping, SalesGrouping::kSku);
}

TEST(ParseSalesQuery, ADayIsARangeAndALeapYearTheLongest) {
  EXPECT_THAT(WrongFields({.first_day = "2026-02-28", .last_day = "2026-02-28"}),
              testing::IsEmpty());
  EXPECT_THAT(WrongFields({.first_day = "2024-01-01", .last_day = "2024-12-31"}),
              testing::IsEmpty());
  EXPECT_THAT(WrongFields({.first_day = "2024-01-01", .last_day = "2025-01-01"}),
              testing::ElementsAre("last_day"));
}

TEST(ParseSalesQuery, WhatIsNoDayIsNamed) {
  for (const char* const day : {"", "today", "2026-1-5", "2026-02-30", "2026-02-28T00", "20260228",
                                " 2026-02-28", "2026-02-28 ", "99999-01-01", "-999-01-01"}) {
    EXPECT_THAT(WrongFields({.first_day = day, .last_day = "2026-03-01"}),
                testing::ElementsAre("first_day"))
        << day;
    EXPECT_THAT(WrongFields({.first_day = "2026-02-01", .last_day = day}),
                testing::ElementsAre("last_day"))
        << day;
  }
  EXPECT_THAT(WrongFields({.first_day = "2026-03-01", .last_day = "2026-02-28"}),
              testing::ElementsAre("last_day"));
}

TEST(ParseSalesQuery, EveryWrongFieldIsNamedAtOnce) {
  EXPECT_THAT(WrongFields({.first_day = "x", .last_day = "y", .sku = "a b", .currency = "eur"}),
              testing::ElementsAre("currency_code", "first_day", "last_day", "sku"));
  EXPECT_THAT(WrongFields({.first_day = "2026-01-01",
                           .last_day = "2026-01-01",
                           .sku = std::string(65, 'a'),
                           .currency = "XYZ"}),
              testing::ElementsAre("currency_code", "sku"));
}

}  // namespace
}  // namespace orders::application
