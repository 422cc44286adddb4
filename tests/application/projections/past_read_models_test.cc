#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "application/commands/request_errors.h"
#include "application/queries/order_query_handler.h"
#include "tests/application/projections/read_model_files.h"
#include "tests/support/read_side.h"

namespace orders::application {
namespace {

using testing::ElementsAreArray;
using testing_support::MemoryOrderLog;
using testing_support::ReadSide;

std::string ReasonOf(const absl::Status& status) {
  const auto error = GetRequestError(status);
  return error.has_value() ? error->reason : "";
}

class PastReadModelsTest : public testing_support::ReadModelFiles {
 protected:
  static absl::StatusOr<std::shared_ptr<const PastView>> Await(ReadSide& side, View view,
                                                               const PastPoint& point) {
    const absl::Time until = absl::Now() + absl::Seconds(60);
    while (true) {
      auto past = side.past().Find(view, point);
      if (ReasonOf(past.status()) != "PAST_BEING_BUILT" || absl::Now() > until) return past;
      absl::SleepFor(absl::Milliseconds(1));
    }
  }
  /// Everything that the read models say, a line each.
  static std::vector<std::string> Answers(ReadSide& side, const PastPoint* point) {
    std::vector<std::string> lines;
    const auto past = [&](View view) -> std::shared_ptr<const PastView> {
      if (point == nullptr) return nullptr;
      auto found = Await(side, view, *point);
      EXPECT_TRUE(found.ok()) << found.status();
      return found.ok() ? *std::move(found) : nullptr;
    };
    std::set<std::string> customers;
    const auto list =
        side.queries().ListOrders({}, {.page_size = 500, .past = past(View::kOrders)});
    EXPECT_TRUE(list.ok()) << list.status();
    for (const OrderSummary& order : list->orders) {
      customers.insert(order.customer_id.value);
      lines.push_back(absl::StrCat(order.order_id.value, " ", order.revision, " ",
                                   order.total.minor, " ", static_cast<int>(order.status)));
    }
    for (const std::string& customer : customers) {
      const auto answer = side.queries().GetCustomer(
          {}, {.customer_id = {customer}, .page_size = 500, .past = past(View::kCustomers)});
      EXPECT_TRUE(answer.ok()) << answer.status();
      for (const CustomerTotals& totals : answer->totals) {
        lines.push_back(absl::StrCat(customer, " ", totals.orders, " ", totals.ordered.minor, " ",
                                     totals.captured.minor, " ", totals.refunded.minor));
      }
    }
    const auto report = side.queries().GetSalesReport({}, {.first_day = "2023-06-01",
                                                           .last_day = "2024-05-30",
                                                           .grouping = SalesGrouping::kSku,
                                                           .page_size = 500,
                                                           .past = past(View::kSales)});
    EXPECT_TRUE(report.ok()) << report.status();
    for (const SalesRow& row : report->rows) {
      lines.push_back(absl::StrCat(row.sku, " ", row.figures.orders, " ", row.figures.units, " ",
                                   row.figures.gross.minor));
    }
    return lines;
  }
  /// What a service says whose log ends after so many events.
  static std::vector<std::string> AnswersOfFirst(std::vector<RecordedOrderEvent> events,
                                                 std::size_t count) {
    MemoryOrderLog log;
    events.resize(count);
    for (RecordedOrderEvent& event : events) log.AppendItem(std::move(event));
    ReadSide side(log, {});
    side.Start();
    EXPECT_TRUE(side.WaitUntilCurrent());
    return Answers(side, nullptr);
  }
  std::vector<std::string> PastFiles() const {
    std::vector<std::string> files;
    std::error_code error;
    for (const auto& entry :
         std::filesystem::directory_iterator(directory_.path() + "/past", error)) {
      if (entry.path().extension() == ".db") files.push_back(entry.path().filename().string());
    }
    return files;
  }
};

TEST_F(PastReadModelsTest, SayWhatAServiceWouldWhoseLogEndsThere) {
  ReadSide side(log_, Options());
  side.Start();
  const std::vector<RecordedOrderEvent> events = log_.Events();
  for (const std::size_t count : {1U, 400U, 799U}) {
    const PastPoint at_position{.position = events[count - 1].position};
    EXPECT_THAT(Answers(side, &at_position), ElementsAreArray(AnswersOfFirst(events, count)));
    // A time holds all that the log has from then or before.
    const PastPoint at_time{.time = events[count - 1].created};
    std::size_t until = count;
    while (until < events.size() && events[until].created <= *at_time.time) ++until;
    EXPECT_THAT(Answers(side, &at_time), ElementsAreArray(AnswersOfFirst(events, until)));
  }
  ASSERT_TRUE(side.WaitUntilCurrent());
  EXPECT_EQ(side.Difference(events), "") << "the live ones are none the wiser";
}

TEST_F(PastReadModelsTest, IsBuiltOnceWhileItIsToldToAskAgain) {
  ReadSide side(log_, Options());
  const PastPoint point{.position = log_.Events()[300].position};
  const auto first = side.past().Find(View::kOrders, point);
  EXPECT_TRUE(absl::IsUnavailable(first.status())) << first.status();
  EXPECT_EQ(ReasonOf(first.status()), "PAST_BEING_BUILT");
  EXPECT_TRUE(GetRequestError(first.status())->retry_after.has_value());
  const auto made = Await(side, View::kOrders, point);
  ASSERT_TRUE(made.ok()) << made.status();
  EXPECT_EQ((*made)->position, point.position);
  EXPECT_EQ(*side.past().Find(View::kOrders, point), *made) << "the same again";
  EXPECT_EQ(PastFiles().size(), 1U);
  EXPECT_TRUE(absl::IsUnimplemented(Await(side, View::kSearch, point).status()));
}

TEST_F(PastReadModelsTest, TheLeastRecentlyUsedGoesAndWhoReadsItGoesOn) {
  ReadSide::Options options = Options();
  options.past.files_max = 2;
  ReadSide side(log_, options);
  const auto point = [&](std::size_t event) {
    return PastPoint{.position = log_.Events()[event].position};
  };
  const auto oldest = Await(side, View::kOrders, point(100));
  ASSERT_TRUE(oldest.ok()) << oldest.status();
  ASSERT_TRUE(Await(side, View::kOrders, point(200)).ok());
  ASSERT_TRUE(Await(side, View::kOrders, point(100)).ok());
  ASSERT_TRUE(Await(side, View::kOrders, point(300)).ok());
  EXPECT_TRUE(side.past().Find(View::kOrders, point(100)).ok());
  EXPECT_TRUE(absl::IsUnavailable(side.past().Find(View::kOrders, point(200)).status()));
  ASSERT_TRUE(Await(side, View::kOrders, point(200)).ok());
  ASSERT_TRUE(Await(side, View::kOrders, point(300)).ok());
  EXPECT_EQ(PastFiles().size(), 3U) << "two, and the one that is read";
  EXPECT_FALSE((*oldest)->model->orders()->List({.rows_max = 10}, absl::InfiniteFuture())->empty());
}

TEST_F(PastReadModelsTest, APageTokenGoesOnInAFileThatHadToBeMadeAgain) {
  ReadSide::Options options = Options();
  options.past.files_max = 1;
  ReadSide side(log_, options);
  const PastPoint point{.position = log_.Events()[600].position};
  const PastPoint other{.position = log_.Events()[500].position};
  const auto all =
      side.queries().ListOrders({}, {.page_size = 500, .past = *Await(side, View::kOrders, point)});
  ASSERT_GE(all->orders.size(), 4U);
  std::vector<std::string> seen;
  std::string token;
  do {
    const auto page = side.queries().ListOrders(
        {}, {.page_size = 2, .page_token = token, .past = *Await(side, View::kOrders, point)});
    ASSERT_TRUE(page.ok()) << page.status();
    for (const OrderSummary& order : page->orders) seen.push_back(order.order_id.value);
    token = page->next_page_token;
    ASSERT_TRUE(Await(side, View::kOrders, other).ok()) << "drives it out";
    if (token.empty()) break;
    const auto elsewhere = side.queries().ListOrders(
        {}, {.page_size = 2, .page_token = token, .past = *Await(side, View::kOrders, other)});
    EXPECT_EQ(ReasonOf(elsewhere.status()), "BAD_PAGE_TOKEN");
  } while (true);
  std::vector<std::string> expected;
  for (const OrderSummary& order : all->orders) expected.push_back(order.order_id.value);
  EXPECT_EQ(seen, expected);
}

TEST_F(PastReadModelsTest, RefusesTheFutureAndWhatIsTooLarge) {
  ReadSide::Options options = Options();
  options.past.bytes_max = 1;
  ReadSide side(log_, options);
  LogPosition ahead = log_.last_position();
  ++ahead.commit;
  for (const PastPoint& point :
       {PastPoint{.position = ahead}, PastPoint{.time = absl::Now() + absl::Hours(1)}}) {
    const auto refused = side.past().Find(View::kOrders, point);
    EXPECT_TRUE(absl::IsInvalidArgument(refused.status()));
    EXPECT_EQ(ReasonOf(refused.status()), "BAD_PAST_POINT");
  }
  const auto large = Await(side, View::kOrders, {.position = log_.last_position()});
  EXPECT_TRUE(absl::IsResourceExhausted(large.status())) << large.status();
  EXPECT_EQ(ReasonOf(large.status()), "PAST_TOO_LARGE");
  EXPECT_EQ(PastFiles().size(), 0U);
}

TEST_F(PastReadModelsTest, AFileOfBeforeIsGoneAfterAStart) {
  {
    ReadSide side(log_, Options());
    ASSERT_TRUE(Await(side, View::kSales, {.position = log_.last_position()}).ok());
    // As a crash leaves it.
    std::filesystem::copy(directory_.path() + "/past", directory_.path() + "/kept");
  }
  std::filesystem::remove_all(directory_.path() + "/past");
  std::filesystem::rename(directory_.path() + "/kept", directory_.path() + "/past");
  ASSERT_EQ(PastFiles().size(), 1U);
  ReadSide side(log_, Options());
  EXPECT_EQ(PastFiles().size(), 0U);
}

TEST_F(PastReadModelsTest, AStopEndsWhatIsBeingBuilt) {
  ReadSide::Options options = Options();
  options.host.feed.between_chunks = [] { absl::SleepFor(absl::Milliseconds(20)); };
  ReadSide side(log_, options);
  for (const View view : {View::kOrders, View::kCustomers}) {
    EXPECT_TRUE(
        absl::IsUnavailable(side.past().Find(view, {.position = log_.last_position()}).status()))
        << "one at a time";
  }
}

}  // namespace
}  // namespace orders::application
