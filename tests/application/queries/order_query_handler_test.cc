#include <atomic>
#include <functional>
#include <random>
#include <set>
#include <thread>

#include "absl/time/clock.h"
#include "gtest/gtest.h"

#include "application/commands/request_errors.h"
#include "application/queries/default_order_query_handler.h"
#include "application/queries/order_summary.h"
#include "domain/order/refusals.h"
#include "tests/support/memory_order_log.h"
#include "tests/support/order_histories.h"
#include "tests/support/read_side.h"

namespace orders::application {
namespace {

using testing_support::MemoryOrderLog;
using testing_support::OrderHistories;
using testing_support::ReadSide;

std::string ReasonOf(const absl::Status& status) {
  return GetRequestError(status).value_or(RequestError{}).reason;
}

class OrderQueries : public testing::Test {
 protected:
  OrderQueries() { log_.Append(histories_.Next(2'000)); }
  void Start() {
    side_.Start();
    ASSERT_TRUE(side_.WaitUntilCurrent());
  }
  OrderQueryHandler& queries() { return side_.queries(); }
  std::vector<OrderSummary> All() {
    std::vector<OrderSummary> all;
    for (const auto& [id, order] : histories_.orders()) {
      if (order.status == domain::OrderStatus::kNone) continue;
      all.push_back(Summarize(**queries().GetOrder({}, {id})));
    }
    return all;
  }
  // Walks all pages; no order may come twice.
  std::vector<std::string> Walk(
      ListOrdersRequest request, const std::function<void()>& between = [] {}) {
    std::vector<std::string> ids;
    std::set<std::string> seen;
    do {
      const auto page = queries().ListOrders({}, request);
      EXPECT_TRUE(page.ok()) << page.status();
      if (!page.ok()) break;
      for (const OrderSummary& order : page->orders) {
        EXPECT_TRUE(seen.insert(order.order_id.value).second) << "twice";
        ids.push_back(order.order_id.value);
      }
      request.page_token = page->next_page_token;
      between();
    } while (!request.page_token.empty());
    return ids;
  }

  MemoryOrderLog log_;
  OrderHistories histories_{5, 10, 6};
  ReadSide side_{log_, {}};
};

TEST_F(OrderQueries, PagesWalkEveryOrderOnceInOrderWhileNewOnesArrive) {
  Start();
  const std::vector<OrderSummary> before = All();
  std::uint64_t seed = 1'000;
  for (const char* const order_by : {"", "create_time", "update_time", "update_time desc", "total",
                                     "total desc", "order_id", "order_id desc"}) {
    const std::vector<std::string> ids = Walk({.page_size = 7, .order_by = order_by}, [&] {
      // Only new orders: one that changes may move past the page, in some of these orders.
      log_.Append(OrderHistories(++seed, 10, 6).Next(1).front());
    });
    const std::set<std::string> seen(ids.begin(), ids.end());
    for (const OrderSummary& order : before) {
      EXPECT_TRUE(seen.contains(order.order_id.value)) << order_by;
    }
    ASSERT_TRUE(side_.WaitUntilCurrent());
  }
}

TEST_F(OrderQueries, EachOrderIsTheOneAskedFor) {
  Start();
  std::vector<OrderSummary> all = All();
  const auto key = [](const OrderSummary& order, std::string_view by) -> std::int64_t {
    if (by.starts_with("create_time")) return absl::ToUnixMicros(order.create_time);
    if (by.starts_with("update_time")) return absl::ToUnixMicros(order.update_time);
    return by.starts_with("total") ? order.total.minor : 0;
  };
  for (const std::string by : {"create_time", "update_time", "total", "order_id"}) {
    for (const bool descending : {false, true}) {
      std::sort(all.begin(), all.end(), [&](const OrderSummary& a, const OrderSummary& b) {
        const auto left = std::make_pair(key(a, by), a.order_id.value);
        const auto right = std::make_pair(key(b, by), b.order_id.value);
        return descending ? right < left : left < right;
      });
      std::vector<std::string> expected;
      for (const OrderSummary& order : all) expected.push_back(order.order_id.value);
      EXPECT_EQ(Walk({.page_size = 13, .order_by = by + (descending ? " desc" : " asc")}), expected)
          << by;
    }
  }
}

TEST_F(OrderQueries, FiltersSelectWhatANaiveLookAtEachOrderSelects) {
  Start();
  const std::vector<OrderSummary> all = All();
  std::mt19937 random(9);
  const auto any = [&] { return all[random() % all.size()]; };
  for (int i = 0; i < 400; ++i) {
    std::string text;
    std::vector<std::function<bool(const OrderSummary&)>> conditions;
    const auto add = [&](const std::string& term, std::function<bool(const OrderSummary&)> holds) {
      text += (text.empty() ? "" : " AND ") + term;
      conditions.push_back(std::move(holds));
    };
    for (std::size_t terms = random() % 3 + 1; terms > 0; --terms) {
      const OrderSummary like = any();
      switch (random() % 9) {
        case 0:
          add("customer_id = " + like.customer_id.value,
              [=](const OrderSummary& o) { return o.customer_id == like.customer_id; });
          break;
        case 1:
          add("status != " + std::string(domain::OrderStatusName(like.status)),
              [=](const OrderSummary& o) { return o.status != like.status; });
          break;
        case 2:
          add("payment = " + std::string(domain::PaymentStatusName(like.payment)),
              [=](const OrderSummary& o) { return o.payment == like.payment; });
          break;
        case 3:
          add("fulfilment = " + std::string(domain::FulfilmentStatusName(like.fulfilment)),
              [=](const OrderSummary& o) { return o.fulfilment == like.fulfilment; });
          break;
        case 4:
          add(like.held ? "held = true" : "held = false",
              [=](const OrderSummary& o) { return o.held == like.held; });
          break;
        case 5:
          add("total >= " + std::to_string(like.total.minor),
              [=](const OrderSummary& o) { return o.total >= like.total; });
          break;
        case 6:
          add("create_time < \"" + absl::FormatTime(like.create_time, absl::UTCTimeZone()) + "\"",
              [=](const OrderSummary& o) { return o.create_time < like.create_time; });
          break;
        case 7:
          add("currency = " + std::string(like.currency.code()),
              [=](const OrderSummary& o) { return o.currency == like.currency; });
          break;
        default: {
          const std::string sku = "sku-" + std::to_string(random() % 6);
          add("sku : " + sku, [=, this](const OrderSummary& o) {
            for (const auto& line : histories_.orders().at(o.order_id.value).lines) {
              if (line.line.sku.value == sku) return true;
            }
            return false;
          });
        }
      }
    }
    const bool active_only = random() % 4 == 0;
    std::set<std::string> expected;
    for (const OrderSummary& order : all) {
      bool holds = !active_only || (order.status != domain::OrderStatus::kCompleted &&
                                    order.status != domain::OrderStatus::kCancelled);
      for (const auto& condition : conditions) holds = holds && condition(order);
      if (holds) expected.insert(order.order_id.value);
    }
    const std::vector<std::string> ids =
        Walk({.page_size = 20, .filter = text, .active_only = active_only});
    EXPECT_EQ(std::set<std::string>(ids.begin(), ids.end()), expected) << text;
  }
}

TEST_F(OrderQueries, PageSizesAreBounded) {
  Start();
  EXPECT_EQ(queries().ListOrders({}, {.page_size = 0})->orders.size(),
            static_cast<std::size_t>(kPageSizeDefault));
  EXPECT_LE(queries().ListOrders({}, {.page_size = 1'000'000'000})->orders.size(),
            static_cast<std::size_t>(kPageSizeMax));
  EXPECT_TRUE(absl::IsInvalidArgument(queries().ListOrders({}, {.page_size = -1}).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(
      queries().GetCustomer({}, {.customer_id = {"customer-1"}, .page_size = -1}).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(queries().GetOrderHistory({}, {"o"}, {}, -1, "").status()));
}

TEST_F(OrderQueries, APageTokenHoldsForItsOwnQueryOnly) {
  Start();
  const std::string token = queries().ListOrders({}, {.page_size = 1})->next_page_token;
  ASSERT_FALSE(token.empty());
  EXPECT_TRUE(queries().ListOrders({}, {.page_size = 5, .page_token = token}).ok());
  for (const ListOrdersRequest& other :
       {ListOrdersRequest{.page_token = token, .filter = "held = false"},
        ListOrdersRequest{.page_token = token, .order_by = "total"},
        ListOrdersRequest{.page_token = token, .active_only = true},
        ListOrdersRequest{.page_token = token + "A"}}) {
    EXPECT_EQ(ReasonOf(queries().ListOrders({}, other).status()), "BAD_PAGE_TOKEN");
  }
  EXPECT_EQ(
      ReasonOf(
          queries().GetCustomer({}, {.customer_id = {"customer-1"}, .page_token = token}).status()),
      "BAD_PAGE_TOKEN");
  EXPECT_EQ(ReasonOf(queries().GetOrderHistory({}, {"o"}, {}, 1, token).status()),
            "BAD_PAGE_TOKEN");
}

TEST_F(OrderQueries, ACustomersPagesHoldEachOrderOnceNewestFirst) {
  Start();
  GetCustomerRequest request{.customer_id = {"customer-3"}, .page_size = 3};
  std::vector<std::pair<absl::Time, std::string>> seen;
  std::int64_t orders = 0;
  do {
    const auto page = queries().GetCustomer({}, request);
    ASSERT_TRUE(page.ok()) << page.status();
    for (const CustomerOrder& order : page->orders) {
      seen.emplace_back(order.create_time, order.order_id.value);
    }
    orders = 0;
    for (const CustomerTotals& totals : page->totals) orders += totals.orders;
    EXPECT_LE(page->first_order_time, page->last_order_time);
    request.page_token = page->next_page_token;
  } while (!request.page_token.empty());
  EXPECT_EQ(static_cast<std::int64_t>(seen.size()), orders);
  EXPECT_TRUE(std::is_sorted(seen.rbegin(), seen.rend()));
  EXPECT_EQ(std::set(seen.begin(), seen.end()).size(), seen.size());
  EXPECT_EQ(ReasonOf(queries().GetCustomer({}, {.customer_id = {"nobody"}}).status()),
            "CUSTOMER_NOT_FOUND");
}

TEST_F(OrderQueries, AnOrderAsOfARevisionATimeOrAPositionIsThePrefixOfItsStream) {
  Start();
  const std::vector<RecordedOrderEvent> events = log_.Events();
  const domain::OrderId id = events.front().order_id;
  OrderView folded;
  for (const RecordedOrderEvent& event : events) {
    if (event.order_id != id) continue;
    ApplyRecorded(event, folded);
    EXPECT_EQ(**queries().GetOrderAsOf({}, id, {.revision = event.revision}), folded);
    EXPECT_EQ(**queries().GetOrderAsOf({}, id, {.time = event.created}), folded);
    EXPECT_EQ(**queries().GetOrderAsOf({}, id, {.position = event.position}), folded);
    const auto history = queries().GetOrderHistory({}, id, {.position = event.position}, 500, "");
    ASSERT_TRUE(history.ok()) << history.status();
    EXPECT_EQ(history->events.back().revision, event.revision);
    EXPECT_EQ(history->next_page_token, "");
    EXPECT_EQ(**queries().GetOrderAsOf({}, id, {.time = event.created + absl::Microseconds(1)}),
              folded);
  }
  EXPECT_EQ(**queries().GetOrder({}, id), folded);
  EXPECT_EQ(ReasonOf(queries().GetOrderAsOf({}, id, {.revision = folded.revision + 1}).status()),
            "REVISION_NOT_FOUND");
  EXPECT_EQ(ReasonOf(queries().GetOrderAsOf({}, id, {.time = absl::UnixEpoch()}).status()),
            "REVISION_NOT_FOUND");
  EXPECT_EQ(ReasonOf(queries().GetOrderAsOf({}, {"none"}, {.revision = 0}).status()),
            "ORDER_NOT_FOUND");
  EXPECT_EQ(ReasonOf(queries().GetOrderAsOf({}, id, {.position = LogPosition{}}).status()),
            "REVISION_NOT_FOUND");
  EXPECT_TRUE(absl::IsInvalidArgument(
      queries().GetOrderAsOf({}, id, {.revision = 1, .time = absl::UnixEpoch()}).status()));
}

TEST_F(OrderQueries, HistoryPagesTheWholeStream) {
  Start();
  const domain::OrderId id = log_.Events().front().order_id;
  std::uint64_t next = 0;
  std::string token;
  do {
    const auto page = queries().GetOrderHistory({}, id, {}, 2, token);
    ASSERT_TRUE(page.ok()) << page.status();
    EXPECT_LE(page->events.size(), 2U);
    for (const RecordedOrderEvent& event : page->events) EXPECT_EQ(event.revision, next++);
    token = page->next_page_token;
  } while (!token.empty());
  EXPECT_EQ(next, (*queries().GetOrder({}, id))->revision + 1);
  EXPECT_EQ(ReasonOf(queries().GetOrderHistory({}, {"none"}, {}, 2, "").status()),
            "ORDER_NOT_FOUND");
}

TEST_F(OrderQueries, AnOrderThatIsNotThereOrCannotBeIsRefused) {
  Start();
  EXPECT_EQ(ReasonOf(queries().GetOrder({}, {"none"}).status()), "ORDER_NOT_FOUND");
  EXPECT_TRUE(absl::IsInvalidArgument(queries().GetOrder({}, {"no such id!"}).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(queries().GetOrder({}, {""}).status()));
}

TEST_F(OrderQueries, AListEndsAtItsDeadline) {
  Start();
  const auto late =
      queries().ListOrders({.deadline = absl::Now() - absl::Seconds(1)}, {.filter = "total > 0"});
  // A list this small may be done before anybody looks at the clock.
  if (!late.ok()) {
    EXPECT_TRUE(absl::IsDeadlineExceeded(late.status()));
  }
  EXPECT_TRUE(queries().ListOrders({}, {}).ok());
}

TEST_F(OrderQueries, WhoeverWaitsForAPositionFindsItsState) {
  Start();
  for (int i = 0; i < 200; ++i) {
    const std::vector<RecordedOrderEvent> events = histories_.Next(1);
    LogPosition position;
    for (const RecordedOrderEvent& event : events) position = log_.Append(event);
    std::atomic<bool> ready = false;
    queries().WhenFresh(i % 2 == 0 ? View::kOrders : View::kCustomers,
                        {.min_position = EncodePositionToken(log_.identity(), position)},
                        [&](absl::StatusOr<Freshness> freshness) {
                          EXPECT_TRUE(freshness.ok()) << freshness.status();
                          if (freshness.ok()) {
                            EXPECT_GE(freshness->position, position);
                          }
                          ready = true;
                        });
    while (!ready) std::this_thread::yield();
    if (i % 2 == 0) {
      EXPECT_GE((*queries().GetOrder({}, events.back().order_id))->revision,
                events.back().revision);
    }
  }
}

// A small cache, so that entries come and go while the projection commits.
TEST(OrderQueriesRace, NoAnswerIsOlderThanThePositionAnnouncedOrThanAnAnswerBefore) {
  MemoryOrderLog log;
  OrderHistories histories(77, 5, 5);
  log.Append(histories.Next(300));
  ReadSide side(log, {.cache = {.bytes_max = 512 << 10}});
  side.Start();
  ASSERT_TRUE(side.WaitUntilCurrent());

  // Position of each order's events, as appended: what an announced position must show.
  const std::vector<RecordedOrderEvent> known = log.Events();
  std::set<std::string> id_set;
  for (const RecordedOrderEvent& event : known) id_set.insert(event.order_id.value);
  const std::vector<std::string> ids(id_set.begin(), id_set.end());
  std::vector<std::atomic<std::uint64_t>> last_position(ids.size());
  std::atomic<bool> done = false;
  std::atomic<std::uint64_t> reads = 0;

  std::vector<std::thread> readers;
  for (unsigned t = 0; t < 3; ++t) {
    readers.emplace_back([&, t] {
      std::mt19937 random(t);
      std::vector<std::uint64_t> seen(ids.size(), 0);
      while (!done) {
        const std::size_t i = random() % ids.size();
        const std::uint64_t appended = last_position[i];
        const LogPosition announced = side.orders_gate().Current().position;
        const auto view = side.queries().GetOrder({}, {ids[i]});
        ASSERT_TRUE(view.ok()) << view.status();
        if (appended <= announced.commit) {
          ASSERT_GE((*view)->position.commit, appended) << "older than announced";
        }
        ASSERT_GE((*view)->position.commit, seen[i]) << "older than seen before";
        seen[i] = (*view)->position.commit;
        ++reads;
      }
    });
  }
  std::map<std::string, std::size_t> index;
  for (std::size_t i = 0; i < ids.size(); ++i) index[ids[i]] = i;
  for (int i = 0; i < 300; ++i) {
    for (const RecordedOrderEvent& event : histories.Next(20)) {
      const LogPosition position = log.Append(event);
      if (const auto found = index.find(event.order_id.value); found != index.end()) {
        last_position[found->second] = position.commit;
      }
    }
    if (i % 10 == 0) {
      ASSERT_TRUE(side.WaitUntilCurrent());
    }
  }
  done = true;
  for (std::thread& reader : readers) reader.join();
  EXPECT_GT(reads, 0U);
}

}  // namespace
}  // namespace orders::application
