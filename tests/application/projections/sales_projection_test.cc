#include "application/projections/sales_projection.h"

#include <map>
#include <random>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "tests/support/naive_fold.h"
#include "tests/support/order_histories.h"

namespace orders::application {
namespace {

using domain::LineId;
using testing_support::FoldNaively;
using testing_support::NaiveSales;
using testing_support::OrderHistories;

const domain::Currency kEur = *domain::Currency::Parse("EUR");
constexpr absl::CivilDay kDay(2026, 1, 31);

// On the day of that number after kDay, by the event's own time; the store recorded it a month
// later.
RecordedOrderEvent Recorded(std::uint64_t revision, domain::OrderEvent event, int day = 0) {
  const absl::Time time = absl::FromCivil(kDay + day, absl::UTCTimeZone()) + absl::Hours(23);
  return {.order_id = {"o1"},
          .revision = revision,
          .created = time + absl::Hours(24 * 30),
          .event = std::move(event),
          .metadata = {.time = time}};
}

domain::Line Line(int id, const char* sku, std::int64_t quantity) {
  return {.id = {id}, .sku = {sku}, .quantity = quantity};
}

domain::Totals Totals(std::int64_t goods, std::int64_t discount, std::int64_t tax,
                      std::int64_t shipping) {
  return {.goods = {goods},
          .discount = {discount},
          .tax = {tax},
          .shipping = {shipping},
          .total = {goods - discount + tax + shipping}};
}

// Two lines of one sku and one of another.
SalesOrderState Draft() {
  SalesOrderState state;
  EXPECT_THAT(ProjectSalesOrder(
                  Recorded(0, domain::OrderCreated{.customer_id = {"c"},
                                                   .currency = kEur,
                                                   .lines = {Line(1, "tea", 2), Line(2, "pot", 1),
                                                             Line(3, "tea", 4)}}),
                  state),
              testing::IsEmpty());
  return state;
}

domain::OrderConfirmed Confirmation() {
  return {.totals = Totals(1'000, 100, 171, 40),
          .lines = {{LineId{1}, Totals(200, 20, 34, 8)},
                    {LineId{2}, Totals(400, 40, 69, 16)},
                    {LineId{3}, Totals(400, 40, 68, 16)}}};
}

SalesOrderState Confirmed() {
  SalesOrderState state = Draft();
  ProjectSalesOrder(Recorded(1, Confirmation()), state);
  return state;
}

TEST(ProjectSalesOrder, AConfirmationAddsTheOrderAndEachSku) {
  SalesOrderState state = Draft();
  const auto deltas = ProjectSalesOrder(Recorded(1, Confirmation()), state);
  ASSERT_EQ(deltas.size(), 3U);
  for (const SalesDelta& delta : deltas) {
    EXPECT_EQ(delta.day, kDay);
    EXPECT_EQ(delta.currency, kEur);
  }
  EXPECT_EQ(deltas[0].sku, std::nullopt);
  EXPECT_EQ(deltas[0].change, (SalesFigures{.orders = 1,
                                            .units = 7,
                                            .gross = {1'000},
                                            .discount = {100},
                                            .tax = {171},
                                            .shipping = {40}}));
  EXPECT_EQ(deltas[1].sku, "pot");
  EXPECT_EQ(deltas[1].change, (SalesFigures{.orders = 1,
                                            .units = 1,
                                            .gross = {400},
                                            .discount = {40},
                                            .tax = {69},
                                            .shipping = {16}}));
  EXPECT_EQ(deltas[2].sku, "tea");
  EXPECT_EQ(deltas[2].change.orders, 1);
  EXPECT_EQ(deltas[2].change.units, 6);
  EXPECT_EQ(deltas[2].change.gross.minor, 600);
}

TEST(ProjectSalesOrder, TheLinesOfADraftAreThoseItIsConfirmedWith) {
  SalesOrderState state = Draft();
  ProjectSalesOrder(Recorded(1, domain::ItemRemoved{{2}}), state);
  ProjectSalesOrder(Recorded(2, domain::ItemAdded{Line(1, "tea", 3), 5}), state);
  ProjectSalesOrder(Recorded(3, domain::ItemQuantityChanged{{3}, 1}), state);
  ProjectSalesOrder(Recorded(4, domain::ItemAdded{Line(4, "cup", 9), 9}), state);
  const auto deltas = ProjectSalesOrder(
      Recorded(
          5, domain::OrderConfirmed{.lines = {{LineId{1}, {}}, {LineId{3}, {}}, {LineId{4}, {}}}}),
      state);
  ASSERT_EQ(deltas.size(), 3U);
  EXPECT_EQ(deltas[0].change.units, 15);
  EXPECT_EQ(deltas[1].sku, "cup");
  EXPECT_EQ(deltas[2].sku, "tea");
  EXPECT_EQ(deltas[2].change.units, 6);
}

TEST(ProjectSalesOrder, WhatIsCancelledOrComesBackCountsOnTheDayItDoes) {
  SalesOrderState state = Confirmed();
  auto deltas = ProjectSalesOrder(
      Recorded(2, domain::ItemsCancelled{.items = {{LineId{1}, 1, {111}}, {LineId{3}, 2, {222}}}},
               1),
      state);
  ASSERT_EQ(deltas.size(), 2U);
  EXPECT_EQ(deltas[0].day, kDay + 1);
  EXPECT_EQ(deltas[0].change, (SalesFigures{.cancelled_units = 3, .cancelled = {333}}));
  EXPECT_EQ(deltas[1].sku, "tea");
  EXPECT_EQ(deltas[1].change, deltas[0].change);

  deltas = ProjectSalesOrder(
      Recorded(3, domain::ReturnReceived{.items = {{LineId{2}, 1, {445}}}}, 40), state);
  ASSERT_EQ(deltas.size(), 2U);
  EXPECT_EQ(deltas[0].day, kDay + 40);
  EXPECT_EQ(deltas[0].change, (SalesFigures{.returned_units = 1, .returned = {445}}));
  EXPECT_EQ(deltas[1].sku, "pot");
}

TEST(ProjectSalesOrder, ARefundIsOfTheWholeOrder) {
  SalesOrderState state = Confirmed();
  const auto deltas =
      ProjectSalesOrder(Recorded(2, domain::PaymentRefunded{.amount = {99}}, 3), state);
  ASSERT_EQ(deltas.size(), 1U);
  EXPECT_EQ(deltas[0].sku, std::nullopt);
  EXPECT_EQ(deltas[0].day, kDay + 3);
  EXPECT_EQ(deltas[0].change, (SalesFigures{.refunds = {99}}));
}

TEST(ProjectSalesOrder, ACancelledDraftWasNeverSold) {
  SalesOrderState state = Draft();
  EXPECT_THAT(ProjectSalesOrder(Recorded(1, domain::OrderCancelled{}), state), testing::IsEmpty());
}

TEST(ProjectSalesOrder, WhatTheDeciderNeverRecordsTwiceCountsOnce) {
  SalesOrderState state = Confirmed();
  EXPECT_THAT(ProjectSalesOrder(Recorded(2, Confirmation()), state), testing::IsEmpty());
  const domain::OrderCancelled cancelled{.items = {{LineId{1}, 2, {222}}}};
  EXPECT_EQ(ProjectSalesOrder(Recorded(3, cancelled), state).size(), 2U);
  EXPECT_THAT(ProjectSalesOrder(Recorded(4, cancelled), state), testing::IsEmpty());
}

TEST(ProjectSalesOrder, WhatWasNeverCreatedCountsNothing) {
  SalesOrderState state;
  EXPECT_THAT(ProjectSalesOrder(Recorded(0, Confirmation()), state), testing::IsEmpty());
  EXPECT_EQ(state.revision, 0U);
}

TEST(ProjectSalesOrder, ADamagedAmountIsNoMoreThanAnOrderMayComeTo) {
  SalesOrderState state = Draft();
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  const auto deltas = ProjectSalesOrder(
      Recorded(
          1,
          domain::OrderConfirmed{.totals = {.goods = {kMost}, .discount = {-5}, .total = {kMost}},
                                 .lines = {{LineId{99}, Totals(1, 0, 0, 0)}}}),
      state);
  ASSERT_EQ(deltas.size(), 1U);
  EXPECT_EQ(deltas[0].change.gross, domain::kAmountMax);
  EXPECT_EQ(deltas[0].change.discount.minor, 0);
  EXPECT_EQ(deltas[0].change.units, 0);
}

// Sums as a table would hold them.
class Sums {
 public:
  void Take(const RecordedOrderEvent& event) {
    for (const SalesDelta& delta : ProjectSalesOrder(event, states_[event.order_id.value])) {
      NaiveSales& sum = sums_[{absl::FormatCivilTime(delta.day), delta.sku.value_or(""),
                               std::string(delta.currency.code())}];
      const NaiveSales more = testing_support::Account(delta.change);
      sum = {.orders = sum.orders + more.orders,
             .units = sum.units + more.units,
             .gross = sum.gross + more.gross,
             .discount = sum.discount + more.discount,
             .tax = sum.tax + more.tax,
             .shipping = sum.shipping + more.shipping,
             .cancelled_units = sum.cancelled_units + more.cancelled_units,
             .cancelled = sum.cancelled + more.cancelled,
             .returned_units = sum.returned_units + more.returned_units,
             .returned = sum.returned + more.returned,
             .refunds = sum.refunds + more.refunds};
    }
  }
  const auto& sums() const { return sums_; }

 private:
  std::map<std::string, SalesOrderState> states_;
  std::map<std::tuple<std::string, std::string, std::string>, NaiveSales> sums_;
};

// Real lives of orders, a few hours from event to event.
std::vector<RecordedOrderEvent> Lives(std::uint64_t seed) {
  OrderHistories histories(seed, 7, 5);
  std::vector<RecordedOrderEvent> events = histories.Next(3'000);
  std::mt19937_64 random(seed);
  for (RecordedOrderEvent& event : events) {
    event.metadata.time += absl::Hours(7 * static_cast<int>(event.revision)) +
                           absl::Minutes(static_cast<int>(random() % 3'000));
  }
  return events;
}

TEST(ProjectSalesOrder, ASecondAccountOfTheSameEventsAgrees) {
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    const std::vector<RecordedOrderEvent> events = Lives(seed);
    Sums sums;
    for (const RecordedOrderEvent& event : events) sums.Take(event);
    EXPECT_EQ(sums.sums(), FoldNaively(events).sales);
    EXPECT_GT(sums.sums().size(), 50U);
  }
}

TEST(ProjectSalesOrder, AnyInterleavingOfOrdersGivesTheSameSums) {
  const std::vector<RecordedOrderEvent> events = Lives(11);
  Sums as_recorded;
  std::map<std::string, std::vector<RecordedOrderEvent>> by_order;
  for (const RecordedOrderEvent& event : events) {
    as_recorded.Take(event);
    by_order[event.order_id.value].push_back(event);
  }
  for (const std::uint64_t seed : {1U, 2U, 3U, 4U, 5U}) {
    std::mt19937_64 random(seed);
    std::vector<std::string> turns;  // An order's events keep their order among themselves.
    for (const auto& [id, own] : by_order) turns.insert(turns.end(), own.size(), id);
    std::shuffle(turns.begin(), turns.end(), random);
    std::map<std::string, std::size_t> next;
    Sums shuffled;
    for (const std::string& id : turns) shuffled.Take(by_order[id][next[id]++]);
    EXPECT_EQ(shuffled.sums(), as_recorded.sums());
  }
}

TEST(ProjectSalesOrder, TheSkusOfADayComeToItsOrders) {
  Sums sums;
  for (const RecordedOrderEvent& event : Lives(23)) sums.Take(event);
  std::map<std::string, std::array<std::int64_t, 8>> left;
  for (const auto& [key, figures] : sums.sums()) {
    const auto& [day, sku, currency] = key;
    const int sign = sku.empty() ? 1 : -1;
    auto& sum = left[day + currency];
    sum[0] += sign * figures.units;
    sum[1] += sign * figures.gross;
    sum[2] += sign * figures.discount;
    sum[3] += sign * figures.tax;
    sum[4] += sign * figures.shipping;
    sum[5] += sign * figures.cancelled;
    sum[6] += sign * figures.returned;
    sum[7] += sign * (figures.cancelled_units + figures.returned_units);
  }
  for (const auto& [day, sum] : left) EXPECT_THAT(sum, testing::Each(0)) << day;
}

}  // namespace
}  // namespace orders::application
