// A caller that is bound to a customer: other customers' orders are not there.

#include <set>
#include <string>

#include "gtest/gtest.h"

#include "application/commands/request_errors.h"
#include "application/queries/default_order_query_handler.h"
#include "tests/support/memory_order_log.h"
#include "tests/support/order_histories.h"
#include "tests/support/read_side.h"

namespace orders::application {
namespace {

using testing_support::MemoryOrderLog;
using testing_support::OrderHistories;
using testing_support::ReadSide;

class BoundCaller : public testing::Test {
 protected:
  void SetUp() override {
    log_.Append(histories_.Next(2'000));
    side_.Start();
    ASSERT_TRUE(side_.WaitUntilCurrent());
    for (const auto& [id, order] : histories_.orders()) {
      if (order.status == domain::OrderStatus::kNone) continue;
      if (customer_.empty()) customer_ = order.customer_id.value;
      (order.customer_id.value == customer_ ? own_ : foreign_).insert(id);
    }
    ASSERT_FALSE(own_.empty());
    ASSERT_FALSE(foreign_.empty());
    bound_.customer = customer_;
  }
  OrderQueryHandler& queries() { return side_.queries(); }
  domain::OrderId a_foreign_order() const { return {*foreign_.begin()}; }

  static void ExpectNoSuchOrder(const absl::Status& status, const domain::OrderId& order) {
    EXPECT_TRUE(absl::IsNotFound(status)) << status;
    EXPECT_EQ(GetRequestError(status).value_or(RequestError{}).reason, "ORDER_NOT_FOUND");
    EXPECT_EQ(status.message(), "no order " + order.value);
  }

  OrderHistories histories_{7, 5, 5};
  MemoryOrderLog log_;
  ReadSide side_{log_, {}};
  std::string customer_;
  std::set<std::string> own_;
  std::set<std::string> foreign_;
  CallContext bound_;
};

TEST_F(BoundCaller, FindsItsOwnOrdersAndNoOther) {
  for (const std::string& id : own_) EXPECT_TRUE(queries().GetOrder(bound_, {id}).ok()) << id;
  // Twice: from the file, and from memory once somebody else has asked.
  for (const std::string& id : foreign_) {
    ExpectNoSuchOrder(queries().GetOrder(bound_, {id}).status(), {id});
    ASSERT_TRUE(queries().GetOrder({}, {id}).ok());
    ExpectNoSuchOrder(queries().GetOrder(bound_, {id}).status(), {id});
  }
}

TEST_F(BoundCaller, IsToldTheSameOfAForeignOrderAsOfNone) {
  ExpectNoSuchOrder(queries().GetOrder(bound_, {"never"}).status(), {"never"});
  const domain::OrderId foreign = a_foreign_order();
  for (const domain::OrderId& order : {foreign, domain::OrderId{"never"}}) {
    // As of before it was made, too: "no state as of then" would say that there is one.
    for (const AsOf& as_of : {AsOf{}, AsOf{.revision = 0}, AsOf{.revision = 9'999},
                              AsOf{.time = absl::FromUnixSeconds(1)}}) {
      ExpectNoSuchOrder(queries().GetOrderAsOf(bound_, order, as_of).status(), order);
      ExpectNoSuchOrder(queries().GetOrderHistory(bound_, order, as_of, 10, "").status(), order);
    }
  }
}

TEST_F(BoundCaller, ReadsItsOwnPast) {
  const domain::OrderId own{*own_.begin()};
  EXPECT_TRUE(queries().GetOrderAsOf(bound_, own, {.revision = 0}).ok());
  const auto before = queries().GetOrderAsOf(bound_, own, {.time = absl::FromUnixSeconds(1)});
  EXPECT_EQ(GetRequestError(before.status()).value_or(RequestError{}).reason, "REVISION_NOT_FOUND");
  const auto history = queries().GetOrderHistory(bound_, own, {}, 500, "");
  ASSERT_TRUE(history.ok()) << history.status();
  EXPECT_FALSE(history->events.empty());
}

TEST_F(BoundCaller, CannotGoOnWithSomebodyElsesPageOfAForeignHistory) {
  for (const std::string& id : foreign_) {
    const auto page = queries().GetOrderHistory({}, {id}, {}, 1, "");
    ASSERT_TRUE(page.ok());
    if (page->next_page_token.empty()) continue;
    ExpectNoSuchOrder(
        queries().GetOrderHistory(bound_, {id}, {}, 1, page->next_page_token).status(), {id});
    return;
  }
  FAIL() << "no foreign order has two events";
}

TEST_F(BoundCaller, ListsItsOwnOrdersAlone) {
  std::set<std::string> listed;
  ListOrdersRequest request{.page_size = 7};
  do {
    const auto page = queries().ListOrders(bound_, request);
    ASSERT_TRUE(page.ok()) << page.status();
    for (const OrderSummary& row : page->orders) listed.insert(row.order_id.value);
    request.page_token = page->next_page_token;
  } while (!request.page_token.empty());
  EXPECT_EQ(listed, own_);
}

TEST_F(BoundCaller, FindsNothingByAskingForAnotherCustomersOrders) {
  const std::string other = (*queries().GetOrder({}, a_foreign_order()))->order.customer_id.value;
  const auto page = queries().ListOrders(bound_, {.filter = "customer_id = " + other});
  ASSERT_TRUE(page.ok()) << page.status();
  EXPECT_TRUE(page->orders.empty());
  const auto customer = queries().GetCustomer(bound_, {.customer_id = {other}});
  const auto nobody = queries().GetCustomer({}, {.customer_id = {"nobody"}});
  EXPECT_EQ(customer.status().code(), nobody.status().code());
  EXPECT_EQ(GetRequestError(customer.status())->reason, GetRequestError(nobody.status())->reason);
}

TEST_F(BoundCaller, CannotUseAPageTokenOfAnotherCaller) {
  const auto everyones = queries().ListOrders({}, {.page_size = 1});
  ASSERT_TRUE(everyones.ok());
  ASSERT_FALSE(everyones->next_page_token.empty());
  const auto page =
      queries().ListOrders(bound_, {.page_size = 1, .page_token = everyones->next_page_token});
  EXPECT_EQ(GetRequestError(page.status()).value_or(RequestError{}).reason, "BAD_PAGE_TOKEN");
}

TEST_F(BoundCaller, SearchesItsOwnOrdersAlone) {
  // A word that stands in orders of both: a customer's id is one.
  const std::string other = (*queries().GetOrder({}, a_foreign_order()))->order.customer_id.value;
  const auto everyones = queries().SearchOrders({}, {.query = "\"" + other + "\""});
  ASSERT_TRUE(everyones.ok()) << everyones.status();
  ASSERT_FALSE(everyones->hits.empty());
  const auto own = queries().SearchOrders(bound_, {.query = "\"" + other + "\""});
  ASSERT_TRUE(own.ok()) << own.status();
  for (const SearchHit& hit : own->hits) EXPECT_EQ(hit.customer_id.value, customer_);
  const auto found = queries().SearchOrders(bound_, {.query = "\"" + customer_ + "\""});
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_FALSE(found->hits.empty());
  for (const SearchHit& hit : found->hits) EXPECT_EQ(hit.customer_id.value, customer_);
}

}  // namespace
}  // namespace orders::application
