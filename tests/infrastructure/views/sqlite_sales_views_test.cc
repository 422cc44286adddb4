#include "infrastructure/views/sqlite_sales_views.h"

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "application/commands/request_errors.h"
#include "tests/support/memory_order_log.h"
#include "tests/support/order_histories.h"
#include "tests/support/read_side.h"
#include "tests/support/temp_directory.h"

namespace orders::infrastructure {
namespace {

using application::SalesGrouping;
using application::SalesReportAnswer;
using application::SalesReportRequest;
using application::SalesRow;
using eventstoredb::testing_support::TempDirectory;
using testing_support::MemoryOrderLog;
using testing_support::NaiveSales;
using testing_support::OrderHistories;
using testing_support::ReadSide;

// Lives of orders over some weeks.
class SqliteSalesViewsTest : public testing::Test {
 protected:
  void Append(std::size_t events) {
    for (application::RecordedOrderEvent& event : histories_.Next(events)) {
      event.metadata.time += absl::Hours(9 * static_cast<int>(event.revision));
      log_.Append(std::move(event));
    }
  }
  static SalesReportRequest Year(SalesGrouping grouping) {
    return {.first_day = "2023-11-01", .last_day = "2024-10-31", .grouping = grouping};
  }
  // All pages; no row may come twice or out of order.
  static std::vector<SalesRow> Walk(ReadSide& side, SalesReportRequest request) {
    std::vector<SalesRow> rows;
    do {
      const auto page = side.queries().GetSalesReport({}, request);
      EXPECT_TRUE(page.ok()) << page.status();
      if (!page.ok()) break;
      for (const SalesRow& row : page->rows) {
        EXPECT_TRUE(rows.empty() || Key(rows.back()) < Key(row));
        rows.push_back(row);
      }
      request.page_token = page->next_page_token;
    } while (!request.page_token.empty());
    return rows;
  }
  static std::tuple<absl::CivilDay, std::string, std::string> Key(const SalesRow& row) {
    return {row.day.value_or(absl::CivilDay()), row.sku, std::string(row.currency.code())};
  }

  MemoryOrderLog log_;
  OrderHistories histories_{41, 9, 6};
};

TEST_F(SqliteSalesViewsTest, BuiltAndLiveTheySayWhatASecondAccountSays) {
  const TempDirectory directory;
  Append(1'500);
  ReadSide::Options options{.directory = directory.path()};
  options.host.build_events_max = 100;
  {
    ReadSide side(log_, options);
    side.Start();
    ASSERT_TRUE(side.WaitUntilCurrent());
    EXPECT_EQ(side.Difference(log_.Events()), "");
    for (int round = 0; round < 20; ++round) Append(30);
    ASSERT_TRUE(side.WaitUntilCurrent());
    EXPECT_EQ(side.Difference(log_.Events()), "");
  }
  // And opened again, from its rows.
  Append(300);
  ReadSide side(log_, options);
  side.Start();
  ASSERT_TRUE(side.WaitUntilCurrent());
  EXPECT_LT(side.StatusOf("sales").events_applied, 400U);
  EXPECT_EQ(side.Difference(log_.Events()), "");
}

TEST_F(SqliteSalesViewsTest, EveryGroupingAddsUpToTheSame) {
  Append(2'000);
  ReadSide side(log_, {});
  side.Start();
  ASSERT_TRUE(side.WaitUntilCurrent());
  std::map<std::string, std::int64_t> by_day;
  std::map<std::string, std::int64_t> by_sku;
  std::map<std::string, std::int64_t> by_currency;
  for (const auto& [grouping, sums] :
       {std::pair(SalesGrouping::kDay, &by_day), std::pair(SalesGrouping::kSku, &by_sku),
        std::pair(SalesGrouping::kCurrency, &by_currency)}) {
    const auto page = side.queries().GetSalesReport({}, Year(grouping));
    ASSERT_TRUE(page.ok()) << page.status();
    EXPECT_EQ(page->has_refunds, grouping != SalesGrouping::kSku);
    for (const SalesRow& row : Walk(side, Year(grouping))) {
      (*sums)[std::string(row.currency.code())] += row.figures.gross.minor;
      EXPECT_EQ(row.day.has_value(), grouping == SalesGrouping::kDay);
      EXPECT_EQ(row.sku.empty(), grouping != SalesGrouping::kSku);
    }
  }
  EXPECT_EQ(by_day.size(), 3U);
  EXPECT_EQ(by_sku, by_day);
  EXPECT_EQ(by_currency, by_day);
}

TEST_F(SqliteSalesViewsTest, PagesOfAnySizeAreTheSameRows) {
  Append(2'000);
  ReadSide side(log_, {});
  side.Start();
  ASSERT_TRUE(side.WaitUntilCurrent());
  for (const SalesGrouping grouping :
       {SalesGrouping::kDay, SalesGrouping::kSku, SalesGrouping::kCurrency}) {
    SalesReportRequest request = Year(grouping);
    request.page_size = 500;
    const std::vector<SalesRow> all = Walk(side, request);
    ASSERT_GE(all.size(), 3U);
    for (const int page_size : {1, 2, 7}) {
      request.page_size = page_size;
      const std::vector<SalesRow> rows = Walk(side, request);
      ASSERT_EQ(rows.size(), all.size());
      for (std::size_t i = 0; i < all.size(); ++i) {
        EXPECT_EQ(Key(rows[i]), Key(all[i]));
        EXPECT_EQ(rows[i].figures, all[i].figures);
      }
    }
  }
}

TEST_F(SqliteSalesViewsTest, ASkuACurrencyAndARangeOfDaysPickTheirRows) {
  Append(2'000);
  ReadSide side(log_, {});
  side.Start();
  ASSERT_TRUE(side.WaitUntilCurrent());
  SalesReportRequest request = Year(SalesGrouping::kDay);
  request.page_size = 500;
  const std::vector<SalesRow> all = Walk(side, request);
  const absl::CivilDay middle = *all[all.size() / 2].day;

  request.first_day = request.last_day = absl::FormatCivilTime(middle);
  for (const SalesRow& row : Walk(side, request)) EXPECT_EQ(row.day, middle);
  request = Year(SalesGrouping::kDay);
  request.currency = "JPY";
  for (const SalesRow& row : Walk(side, request)) EXPECT_EQ(row.currency.code(), "JPY");
  request.sku = "sku-1";
  const std::vector<SalesRow> of_sku = Walk(side, request);
  ASSERT_FALSE(of_sku.empty());
  NaiveSales sum;
  for (const SalesRow& row : of_sku) {
    EXPECT_EQ(row.sku, "sku-1");
    sum.units += row.figures.units;
  }
  SalesReportRequest by_sku = Year(SalesGrouping::kSku);
  by_sku.sku = "sku-1";
  by_sku.currency = "JPY";
  const std::vector<SalesRow> in_all = Walk(side, by_sku);
  ASSERT_EQ(in_all.size(), 1U);
  EXPECT_EQ(in_all[0].figures.units, sum.units);
  request.sku = "no-such";
  EXPECT_TRUE(Walk(side, request).empty());
}

TEST_F(SqliteSalesViewsTest, APageTokenHoldsForItsReportAlone) {
  Append(2'000);
  ReadSide side(log_, {});
  side.Start();
  ASSERT_TRUE(side.WaitUntilCurrent());
  SalesReportRequest request = Year(SalesGrouping::kDay);
  request.page_size = 1;
  request.page_token = side.queries().GetSalesReport({}, request)->next_page_token;
  ASSERT_NE(request.page_token, "");
  const auto refused = [&](const SalesReportRequest& other) {
    const auto status = side.queries().GetSalesReport({}, other).status();
    return application::GetRequestError(status).value_or(application::RequestError{}).reason;
  };
  SalesReportRequest other = request;
  other.grouping = SalesGrouping::kCurrency;
  EXPECT_EQ(refused(other), "BAD_PAGE_TOKEN");
  other = request;
  other.last_day = "2024-10-30";
  EXPECT_EQ(refused(other), "BAD_PAGE_TOKEN");
  other = request;
  other.currency = "EUR";
  EXPECT_EQ(refused(other), "BAD_PAGE_TOKEN");
}

}  // namespace
}  // namespace orders::infrastructure
