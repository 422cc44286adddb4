#include "infrastructure/views/list_sql.h"

#include "absl/strings/ascii.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "infrastructure/sqlite/database.h"
#include "infrastructure/sqlite/statement.h"
#include "infrastructure/views/orders_tables.h"

namespace orders::infrastructure {
namespace {

using application::OrderListQuery;

// How SQLite would run it, on the real schema.
std::string Plan(const OrderListQuery& query) {
  auto database = *sqlite::Database::Open({.path = ":memory:"});
  const ViewSchema schema = OrdersSchema();
  EXPECT_TRUE(database->Execute(schema.tables).ok());
  for (const std::string& index : schema.indexes) EXPECT_TRUE(database->Execute(index).ok());
  auto explained = database->Prepare("EXPLAIN QUERY PLAN " + BuildListSql(query).text);
  EXPECT_TRUE(explained.ok()) << explained.status();
  std::string plan;
  while (*explained->Step()) plan += std::string(explained->ColumnText(3)) + "\n";
  return plan;
}

OrderListQuery Query(const std::string& filter, const std::string& order_by, bool next_page) {
  OrderListQuery query{.filter = *application::ParseOrderFilter(filter),
                       .sort = *application::ParseOrderSort(order_by),
                       .rows_max = 51};
  if (next_page) query.after = application::OrderListCursor{.sort_value = 5, .order_id = {"o"}};
  return query;
}

TEST(ListSql, EveryOrderAndItsNextPagesComeFromAnIndexWithoutSorting) {
  for (const bool next_page : {false, true}) {
    for (const char* const order_by : {"", "create_time", "update_time", "update_time desc",
                                       "total", "total desc", "order_id", "order_id desc"}) {
      const std::string plan = Plan(Query("", order_by, next_page));
      EXPECT_THAT(plan, testing::HasSubstr("USING INDEX")) << order_by;
      EXPECT_THAT(plan, testing::Not(testing::HasSubstr("TEMP B-TREE"))) << order_by << plan;
      if (next_page) {
        EXPECT_THAT(plan, testing::HasSubstr("SEARCH")) << order_by;
      }
    }
  }
}

TEST(ListSql, ACustomersOrdersAndActiveOrdersHaveIndexesOfTheirOwn) {
  EXPECT_THAT(Plan(Query("customer_id = c", "", true)), testing::HasSubstr("orders_by_customer"));
  OrderListQuery active = Query("", "", true);
  active.active_only = true;
  EXPECT_THAT(Plan(active), testing::HasSubstr("orders_active"));
}

TEST(ListSql, EachWorkListHasAnIndexOfItsOwnInTheOrderOfAge) {
  for (const application::WorkList list : application::kWorkLists) {
    const std::string name(application::WorkListName(list));
    for (const char* const order_by : {"create_time", ""}) {
      for (const bool next_page : {false, true}) {
        const std::string plan = Plan(Query("work = " + name, order_by, next_page));
        EXPECT_THAT(plan, testing::HasSubstr("orders_" + absl::AsciiStrToLower(name))) << plan;
        EXPECT_THAT(plan, testing::Not(testing::HasSubstr("TEMP B-TREE"))) << plan;
      }
    }
  }
}

TEST(ListSql, ASkuIsLookedUp) {
  EXPECT_THAT(Plan(Query("sku : a", "", false)), testing::HasSubstr("SEARCH order_skus"));
}

TEST(ListSql, ValuesNeverBecomeText) {
  const ListSql sql = BuildListSql(Query("customer_id = \"x' OR 1=1 --\"", "", false));
  EXPECT_THAT(sql.text, testing::Not(testing::HasSubstr("1=1")));
  EXPECT_EQ(std::get<std::string>(sql.values.front()), "x' OR 1=1 --");
}

TEST(ListSql, ATimeBetweenTwoMicrosecondsIsComparedAsSuch) {
  const auto bound = [](const std::string& op) {
    const ListSql sql =
        BuildListSql(Query("create_time " + op + " \"1970-01-01T00:00:00.0000015Z\"", "", false));
    return std::get<std::int64_t>(sql.values.front());
  };
  EXPECT_EQ(bound("<"), 2);
  EXPECT_EQ(bound("<="), 1);
  EXPECT_EQ(bound(">="), 2);
  EXPECT_EQ(bound(">"), 1);
}

}  // namespace
}  // namespace orders::infrastructure
