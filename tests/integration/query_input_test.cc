// Questions that cannot be answered: what is wrong is named, and no wait is for ever.
#include <chrono>
#include <limits>
#include <memory>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/integration/service_test.h"

namespace orders::testing_support {
namespace {

using Code = grpc::StatusCode;

class QueryInput : public ServiceTest {
 protected:
  /// The first of several pages of a list.
  v1::ListOrdersResponse FirstPage(const std::string& order_by = "") {
    for (int i = 0; i < 3; ++i) MakeOrder();
    const v1::Order last = MakeOrder();
    v1::ListOrdersRequest request;
    request.set_page_size(2);
    request.set_order_by(order_by);
    const auto page = client().Send(request);
    EXPECT_TRUE(page.ok()) << Describe(page.status);
    EXPECT_FALSE(page.response.next_page_token().empty());
    return page.response;
  }
};

TEST_F(QueryInput, APageSizeBelowZeroIsRefused) {
  const v1::Order order = MakeOrder();
  for (const std::int32_t size : {-1, std::numeric_limits<std::int32_t>::min()}) {
    SCOPED_TRACE(size);
    v1::ListOrdersRequest list;
    list.set_page_size(size);
    ExpectInvalid(client().Send(list).status, "page_size");
    v1::ListActiveOrdersRequest active;
    active.set_page_size(size);
    ExpectInvalid(client().Send(active).status, "page_size");
    v1::GetCustomerRequest customer;
    customer.set_customer_id(order.customer_id());
    customer.set_page_size(size);
    ExpectInvalid(client().Send(customer).status, "page_size");
    v1::GetOrderHistoryRequest history;
    history.set_order_id(order.order_id());
    history.set_page_size(size);
    ExpectInvalid(client().Send(history).status, "page_size");
  }
}

TEST_F(QueryInput, APageOfABillionIsAPageOfFiveHundredAtMost) {
  v1::CommandResponse last;
  for (int i = 0; i < 501; ++i) {
    const CommandAnswer created = client().Send(CreateRequest(NewOrderId()));
    ASSERT_TRUE(created.ok()) << Describe(created.status);
    last = created.response;
  }
  v1::ListOrdersRequest list;
  list.set_page_size(1'000'000'000);
  list.mutable_options()->set_min_position(last.position_token());
  const auto page = client().Send(list);
  ASSERT_TRUE(page.ok()) << Describe(page.status);
  EXPECT_EQ(page.response.orders_size(), 500);
  EXPECT_FALSE(page.response.next_page_token().empty());
}

TEST_F(QueryInput, APageTokenThatNobodyGaveIsRefused) {
  const v1::ListOrdersResponse first = FirstPage();
  std::string changed = first.next_page_token();
  changed[changed.size() / 2] = changed[changed.size() / 2] == 'A' ? 'B' : 'A';
  const v1::Order order = MakeOrder();
  for (const std::string& token :
       {std::string("x"), std::string("AAAA"), changed, first.next_page_token() + "A",
        first.next_page_token().substr(1), std::string(10'000, 'A'), std::string("\n"),
        first.freshness().position_token()}) {
    SCOPED_TRACE(token.substr(0, 100));
    v1::ListOrdersRequest list;
    list.set_page_size(2);
    list.set_page_token(token);
    ExpectError(client().Send(list).status, Code::INVALID_ARGUMENT, "BAD_PAGE_TOKEN");
    v1::GetOrderHistoryRequest history;
    history.set_order_id(order.order_id());
    history.set_page_token(token);
    ExpectError(client().Send(history).status, Code::INVALID_ARGUMENT, "BAD_PAGE_TOKEN");
  }
}

TEST_F(QueryInput, APageTokenOfAnotherQueryIsRefused) {
  const std::string token = FirstPage().next_page_token();
  v1::ListOrdersRequest filtered;
  filtered.set_filter("status = DRAFT");
  filtered.set_page_token(token);
  ExpectError(client().Send(filtered).status, Code::INVALID_ARGUMENT, "BAD_PAGE_TOKEN");
  v1::ListOrdersRequest sorted;
  sorted.set_order_by("total");
  sorted.set_page_token(token);
  ExpectError(client().Send(sorted).status, Code::INVALID_ARGUMENT, "BAD_PAGE_TOKEN");
  v1::ListActiveOrdersRequest active;
  active.set_page_token(token);
  ExpectError(client().Send(active).status, Code::INVALID_ARGUMENT, "BAD_PAGE_TOKEN");
  v1::GetCustomerRequest customer;
  customer.set_customer_id("customer-1");
  customer.set_page_token(token);
  ExpectError(client().Send(customer).status, Code::INVALID_ARGUMENT, "BAD_PAGE_TOKEN");
}

TEST_F(QueryInput, APageTokenOfAnotherServiceIsRefused) {
  auto other = OrderdProcess::Start({});
  ASSERT_TRUE(other.ok()) << other.status();
  OrdersClient their((*other)->address());
  CommandAnswer created;
  for (int i = 0; i < 3; ++i) created = their.Send(CreateRequest(absl::StrCat("their-", i)));
  ASSERT_TRUE(created.ok());
  v1::ListOrdersRequest request;
  request.set_page_size(2);
  request.mutable_options()->set_min_position(created.response.position_token());
  const auto page = their.Send(request);
  ASSERT_TRUE(page.ok()) << Describe(page.status);
  request.mutable_options()->clear_min_position();
  request.set_page_token(page.response.next_page_token());
  ExpectError(client().Send(request).status, Code::INVALID_ARGUMENT, "BAD_PAGE_TOKEN");
}

TEST_F(QueryInput, AFilterThatCannotBeReadIsRefused) {
  for (const std::string filter : {"garbage",
                                   "status",
                                   "status =",
                                   "= DRAFT",
                                   "status = NO_SUCH",
                                   "no_such_field = 1",
                                   "status = DRAFT OR status = CONFIRMED",
                                   "NOT held = true",
                                   "(status = DRAFT)",
                                   "total > abc",
                                   "total > 99999999999999999999",
                                   "total : 1",
                                   "held = maybe",
                                   "create_time > yesterday",
                                   "create_time > \"2026-13-01T00:00:00Z\"",
                                   "customer_id = \"open",
                                   "status = DRAFT AND",
                                   "AND",
                                   "status = DRAFT; DROP TABLE orders",
                                   "sku < a",
                                   "\x01"}) {
    SCOPED_TRACE(filter);
    v1::ListOrdersRequest list;
    list.set_filter(filter);
    ExpectInvalid(client().Send(list).status, "filter");
  }
  v1::ListOrdersRequest list;
  list.set_filter("customer_id = " + std::string(3'000, 'a'));
  ExpectInvalid(client().Send(list).status, "filter");
  std::string many = "held = true";
  for (int i = 0; i < 100; ++i) many += " AND held = true";
  list.set_filter(many);
  ExpectInvalid(client().Send(list).status, "filter");
}

TEST_F(QueryInput, AFilterValueIsNeverRunAsSql) {
  MakeOrder();
  v1::ListOrdersRequest list;
  list.set_filter("customer_id = \"' OR '1'='1\"");
  const auto answer = client().Send(list);
  // Refused or answered with nothing, but never with everything.
  EXPECT_TRUE(answer.code() == Code::INVALID_ARGUMENT || answer.code() == Code::OK)
      << Describe(answer.status);
  EXPECT_EQ(answer.response.orders_size(), 0);
}

TEST_F(QueryInput, AnOrderThatListsDoNotHaveIsRefused) {
  for (const std::string order_by : {"no_such", "create_time down", "create_time, total",
                                     "total; DROP TABLE orders", "desc", "CREATE_TIME"}) {
    SCOPED_TRACE(order_by);
    v1::ListOrdersRequest list;
    list.set_order_by(order_by);
    ExpectInvalid(client().Send(list).status, "order_by");
    v1::ListActiveOrdersRequest active;
    active.set_order_by(order_by);
    ExpectInvalid(client().Send(active).status, "order_by");
  }
}

v1::GetSalesReportRequest SalesRequest() {
  v1::GetSalesReportRequest request;
  request.set_first_day("2026-01-01");
  request.set_last_day("2026-12-31");
  return request;
}

TEST_F(QueryInput, ASalesReportWithoutAUsableRangeOfDaysIsRefused) {
  ASSERT_TRUE(client().Send(SalesRequest()).ok());
  ExpectInvalid(client().Send(v1::GetSalesReportRequest()).status, "first_day");
  ExpectInvalid(client().Send(v1::GetSalesReportRequest()).status, "last_day");
  for (const std::string day : {"2026-13-01", "01.01.2026", "2026-1-1", "now", "-1", "\x01"}) {
    SCOPED_TRACE(day);
    v1::GetSalesReportRequest request = SalesRequest();
    request.set_first_day(day);
    ExpectInvalid(client().Send(request).status, "first_day");
    request = SalesRequest();
    request.set_last_day(day);
    ExpectInvalid(client().Send(request).status, "last_day");
  }
  v1::GetSalesReportRequest request = SalesRequest();
  request.set_last_day("2025-12-31");
  ExpectInvalid(client().Send(request).status, "last_day");
  request.set_last_day("2027-01-02");
  ExpectInvalid(client().Send(request).status, "last_day");
  request.set_last_day("2027-01-01");
  EXPECT_TRUE(client().Send(request).ok());
}

TEST_F(QueryInput, ASalesReportOfWhatCannotBeIsRefused) {
  v1::GetSalesReportRequest request = SalesRequest();
  request.set_currency_code("euro");
  ExpectInvalid(client().Send(request).status, "currency_code");
  request = SalesRequest();
  request.set_sku("no blanks");
  ExpectInvalid(client().Send(request).status, "sku");
  request.set_sku(std::string(1'000, 'a'));
  ExpectInvalid(client().Send(request).status, "sku");
  request = SalesRequest();
  request.set_group_by(static_cast<v1::SalesGrouping>(99));
  ExpectInvalid(client().Send(request).status, "group_by");
  request = SalesRequest();
  request.set_page_size(-1);
  ExpectInvalid(client().Send(request).status, "page_size");
  request = SalesRequest();
  request.set_page_token("x");
  ExpectError(client().Send(request).status, Code::INVALID_ARGUMENT, "BAD_PAGE_TOKEN");
  request = SalesRequest();
  request.mutable_options()->set_min_position("garbage");
  ExpectError(client().Send(request).status, Code::INVALID_ARGUMENT, "BAD_POSITION_TOKEN");
  request = SalesRequest();
  request.set_sku("' OR '1'='1");
  ExpectInvalid(client().Send(request).status, "sku");
  request.set_sku("'OR'1'='1");
  const auto nothing = client().Send(request);
  ASSERT_TRUE(nothing.ok()) << Describe(nothing.status);
  EXPECT_EQ(nothing.response.rows_size(), 0);
}

TEST_F(QueryInput, ASearchThatCannotBeReadIsRefused) {
  for (const std::string query : {"", " ", "\"", "\"open", "a\"b", "*", "a*", "te*xt", "--",
                                  "a b c d e f g h i", "tea\nAND", "\x01"}) {
    SCOPED_TRACE(query);
    v1::SearchOrdersRequest request;
    request.set_query(query);
    ExpectInvalid(client().Send(request).status, "query");
  }
  v1::SearchOrdersRequest request;
  request.set_query(std::string(10'000, 'a'));
  ExpectInvalid(client().Send(request).status, "query");
  request.set_query("tea");
  request.set_page_size(-1);
  ExpectInvalid(client().Send(request).status, "page_size");
  request.set_page_size(0);
  request.set_page_token("x");
  ExpectError(client().Send(request).status, Code::INVALID_ARGUMENT, "BAD_PAGE_TOKEN");
  request.clear_page_token();
  request.mutable_options()->set_min_position("garbage");
  ExpectError(client().Send(request).status, Code::INVALID_ARGUMENT, "BAD_POSITION_TOKEN");
}

TEST_F(QueryInput, ASearchIsNeverRunAsSqlOrAsSyntaxOfTheIndex) {
  // Given an order that each search would find if its text were more than words.
  const CommandAnswer noted = client().Send(NoteRequest(MakeOrder().order_id(), "fragile"));
  ASSERT_TRUE(noted.ok()) << Describe(noted.status);
  for (const std::string query : {"x' OR '1'='1", "x OR customer", "sku:x OR (a)", "NOT zzz",
                                  "{order_id} : zzz", "^zzz", "zzz NEAR(zzz,5)", "zzz + zzz"}) {
    SCOPED_TRACE(query);
    v1::SearchOrdersRequest request;
    request.set_query(query);
    request.mutable_options()->set_min_position(noted.response.position_token());
    const auto answer = client().Send(request);
    EXPECT_TRUE(answer.ok() || answer.code() == Code::INVALID_ARGUMENT) << Describe(answer.status);
    EXPECT_EQ(answer.response.orders_size(), 0);
  }
}

TEST_F(QueryInput, AWorkListThatIsNotIsRefused) {
  for (const std::string filter : {"work = TO_DO", "work != HELD", "work : HELD", "work"}) {
    SCOPED_TRACE(filter);
    v1::ListOrdersRequest list;
    list.set_filter(filter);
    ExpectInvalid(client().Send(list).status, "filter");
  }
}

TEST_F(QueryInput, APositionThatNobodyGaveIsRefused) {
  const CommandAnswer created = client().Send(CreateRequest(NewOrderId()));
  ASSERT_TRUE(created.ok());
  const std::string& id = created.response.order().order_id();
  const std::string& good = created.response.position_token();
  std::string changed = good;
  changed[changed.size() - 1] = changed.back() == 'A' ? 'B' : 'A';
  for (const std::string& token : {std::string("garbage"), std::string("0"), std::string("-1"),
                                   good + "A", good.substr(0, good.size() / 2), changed,
                                   std::string(10'000, 'A'), std::string("\x01\x02")}) {
    SCOPED_TRACE(token.substr(0, 100));
    const auto get = client().GetOrder(id, token);
    ExpectError(get.status, Code::INVALID_ARGUMENT, "BAD_POSITION_TOKEN");
    v1::ListOrdersRequest list;
    list.mutable_options()->set_min_position(token);
    ExpectError(client().Send(list).status, Code::INVALID_ARGUMENT, "BAD_POSITION_TOKEN");
    ChangeWatch watch(client(), "", token);
    EXPECT_FALSE(watch.Next().has_value());
    ExpectError(watch.status(), Code::INVALID_ARGUMENT, "BAD_POSITION_TOKEN");
  }
}

TEST_F(QueryInput, APositionOfAnotherStoreIsRefused) {
  auto other = OrderdProcess::Start({});
  ASSERT_TRUE(other.ok()) << other.status();
  OrdersClient their((*other)->address());
  const CommandAnswer theirs = their.Send(CreateRequest("their"));
  ASSERT_TRUE(theirs.ok()) << Describe(theirs.status);
  const std::string& token = theirs.response.position_token();
  ExpectError(client().GetOrder("marker", token).status, Code::FAILED_PRECONDITION,
              "STORE_CHANGED");
  v1::GetOrderRequest stale;
  stale.set_order_id("marker");
  stale.mutable_options()->set_min_position(token);
  stale.mutable_options()->set_allow_stale(true);
  ExpectError(client().Send(stale).status, Code::FAILED_PRECONDITION, "STORE_CHANGED");
  ChangeWatch watch(client(), "", token);
  EXPECT_FALSE(watch.Next().has_value());
  ExpectError(watch.status(), Code::FAILED_PRECONDITION, "STORE_CHANGED");
}

TEST_F(QueryInput, ARevisionOrTimeThatIsNotIsNotFound) {
  const v1::Order order = MakeOrder();
  v1::GetOrderRequest request;
  request.set_order_id(order.order_id());
  for (const std::uint64_t revision :
       {std::uint64_t{1}, std::uint64_t{1'000'000}, std::numeric_limits<std::uint64_t>::max()}) {
    SCOPED_TRACE(revision);
    request.set_as_of_revision(revision);
    ExpectError(client().Send(request).status, Code::NOT_FOUND, "REVISION_NOT_FOUND");
  }
  request.mutable_as_of_time()->set_seconds(1'000'000'000);  // Before it was created.
  ExpectError(client().Send(request).status, Code::NOT_FOUND, "REVISION_NOT_FOUND");
  request.mutable_as_of_time()->set_nanos(-1);
  ExpectInvalid(client().Send(request).status, "as_of_time");
  request.mutable_as_of_time()->set_seconds(std::numeric_limits<std::int64_t>::max());
  request.mutable_as_of_time()->set_nanos(0);
  ExpectInvalid(client().Send(request).status, "as_of_time");
  request.set_order_id("never-made");
  request.set_as_of_revision(0);
  ExpectError(client().Send(request).status, Code::NOT_FOUND, "ORDER_NOT_FOUND");
}

TEST_F(QueryInput, ATimeInTheFutureIsNow) {
  const v1::Order order = MakeOrder();
  v1::GetOrderRequest request;
  request.set_order_id(order.order_id());
  request.mutable_as_of_time()->set_seconds(absl::ToUnixSeconds(absl::Now()) + 100'000);
  const auto answer = client().Send(request);
  ASSERT_TRUE(answer.ok()) << Describe(answer.status);
  EXPECT_EQ(answer.response.order().SerializeAsString(), order.SerializeAsString());
}

TEST_F(QueryInput, AnUnknownCustomerIsNotFoundAndABadOneRefused) {
  v1::GetCustomerRequest request;
  request.set_customer_id("nobody-knows");
  ExpectError(client().Send(request).status, Code::NOT_FOUND, "CUSTOMER_NOT_FOUND");
  for (const std::string id : {"", "a b", "a/b", "' OR 1=1"}) {
    SCOPED_TRACE(id);
    request.set_customer_id(id);
    ExpectInvalid(client().Send(request).status, "customer_id");
  }
}

// A token of the same store for a position that is not reached: made by a store that was ahead, put
// back to an earlier copy under the same identity.
class FarFuture : public ::testing::Test {
 protected:
  void SetUp() override {
    const std::string data = scratch_.Path("data");
    const std::string copy = scratch_.Path("copy");
    ASSERT_NO_FATAL_FAILURE(Start(data));
    {
      OrdersClient client(process_->address());
      ASSERT_TRUE(client.Send(CreateRequest("early")).ok());
    }
    ASSERT_EQ(process_->Stop().exit_code, 0);
    ASSERT_EQ(RunToEnd({"cp", "-a", data, copy}, absl::Seconds(30)).exit_code, 0);
    ASSERT_NO_FATAL_FAILURE(Start(data));
    {
      OrdersClient client(process_->address());
      CommandAnswer later;
      for (int i = 0; i < 100; ++i) later = client.Send(CreateRequest(absl::StrCat("later-", i)));
      ASSERT_TRUE(later.ok()) << Describe(later.status);
      future_ = later.response.position_token();
    }
    ASSERT_EQ(process_->Stop().exit_code, 0);
    ASSERT_NO_FATAL_FAILURE(Start(copy));
  }
  void Start(const std::string& data) {
    auto started = OrderdProcess::Start(
        {.data = data, .arguments = {"--deadline-default", "300ms", "--deadline-max", "1s"}});
    ASSERT_TRUE(started.ok()) << started.status();
    process_ = *std::move(started);
  }

  const ScratchFolder scratch_;
  std::unique_ptr<OrderdProcess> process_;
  std::string future_;
};

TEST_F(FarFuture, APositionNotReachedEndsAtTheCallersDeadline) {
  OrdersClient client(process_->address(), absl::Milliseconds(200));
  const auto answer = client.GetOrder("early", future_);
  EXPECT_EQ(answer.code(), Code::DEADLINE_EXCEEDED) << Describe(answer.status);
}

TEST_F(FarFuture, APositionNotReachedEndsAtTheServicesDefaultWithoutADeadline) {
  OrdersClient client(process_->address());
  v1::GetOrderRequest request;
  request.set_order_id("early");
  request.mutable_options()->set_min_position(future_);
  const auto answer = client.Send(request, [](grpc::ClientContext& context) {
    context.set_deadline(std::chrono::system_clock::time_point::max());
  });
  ExpectError(answer.status, Code::DEADLINE_EXCEEDED, "NOT_YET_VISIBLE");
  EXPECT_TRUE(answer.details().retry_after.has_value());
}

TEST_F(FarFuture, APositionNotReachedEndsAtTheServicesCapWithALaterDeadline) {
  OrdersClient client(process_->address(), absl::Hours(10));
  const auto answer = client.GetOrder("early", future_);
  ExpectError(answer.status, Code::DEADLINE_EXCEEDED, "NOT_YET_VISIBLE");
}

TEST_F(FarFuture, APositionNotReachedIsAnsweredAsStaleWhereThatIsAllowed) {
  OrdersClient client(process_->address());
  v1::GetOrderRequest request;
  request.set_order_id("early");
  request.mutable_options()->set_min_position(future_);
  request.mutable_options()->set_allow_stale(true);
  const auto answer = client.Send(request);
  ASSERT_TRUE(answer.ok()) << Describe(answer.status);
  EXPECT_TRUE(answer.response.freshness().stale());
  EXPECT_EQ(answer.response.order().order_id(), "early");
}

TEST_F(FarFuture, ManyThatWaitCostNoThreadAndNoProcessorTime) {
  OrdersClient client(process_->address());
  const auto ticks = [&] {
    // Fields 14 and 15 of /proc/PID/stat, after the name in brackets.
    const std::string stat = ReadWholeFile(absl::StrCat("/proc/", process_->pid(), "/stat"));
    std::istringstream rest(stat.substr(stat.rfind(')') + 2));
    std::string word;
    long used = 0;
    for (int field = 3; rest >> word; ++field) {
      if (field == 14 || field == 15) used += std::stol(word);
    }
    return used;
  };
  const long before = ticks();
  std::vector<std::thread> waiting;
  for (int i = 0; i < 32; ++i) {
    waiting.emplace_back([&] {
      const auto answer = client.GetOrder("early", future_);
      EXPECT_EQ(answer.code(), Code::DEADLINE_EXCEEDED) << Describe(answer.status);
    });
  }
  for (std::thread& thread : waiting) thread.join();
  // They wait a second; a busy wait of one thread alone would use about 100 ticks.
  EXPECT_LT(ticks() - before, 50);
}

}  // namespace
}  // namespace orders::testing_support
