// Lists, work lists, sales and searches, as orderctl asks for them.

#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "tests/integration/orderctl_test.h"

namespace orders {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;
using testing_support::CountLines;
using testing_support::Json;
using testing_support::kAddress;
using testing_support::Lines;
using testing_support::OrderctlResult;
using testing_support::OrderctlTest;
using testing_support::Words;

TEST_F(OrderctlTest, ListsByEveryChoice) {
  const std::string held = Create("c-lists");
  const Json hold = Do({"hold", held, "--kind", "manual"});
  const std::string token = hold["position_token"];
  const auto ids = [&](Words words) {
    words.insert(words.end(), {"--min-position", token});
    std::set<std::string> found;
    const Json answer = Do(words);
    for (const Json& order : answer["orders"]) found.insert(order["order_id"]);
    return found;
  };
  const std::set<std::string> only = {held};
  EXPECT_EQ(ids({"list", "--customer", "c-lists"}), only);
  EXPECT_EQ(ids({"list", "--customer", "c-lists", "--held"}), only);
  EXPECT_EQ(ids({"list", "--customer", "c-lists", "--status", "draft", "--payment", "unpaid",
                 "--fulfilment", "none", "--sku", "TEA-1"}),
            only);
  EXPECT_EQ(ids({"list", "--filter", "customer_id = \"c-lists\" AND total >= 5230"}), only);
  EXPECT_THAT(ids({"list", "--customer", "c-lists", "--status", "confirmed"}), IsEmpty());
  EXPECT_THAT(ids({"list", "--customer", "c-lists", "--sku", "NO-SUCH"}), IsEmpty());
  EXPECT_THAT(ids({"list", "--customer", "c-lists\" OR held = true"}), IsEmpty());
  EXPECT_THAT(ids({"list-active", "--page-size", "500"}), ::testing::Contains(held));
}

TEST_F(OrderctlTest, GoesOverAllPages) {
  std::string token;
  for (int i = 0; i < 5; ++i) {
    token = Do({"set-note", Create("c-pages"), "--note", "n"})["position_token"];
  }
  const Words list = {"list", "--customer", "c-pages", "--page-size", "2", "--min-position", token};
  const auto with = [&](const Words& more) {
    Words words = list;
    words.insert(words.end(), more.begin(), more.end());
    return words;
  };
  const OrderctlResult page = Run(with({"-o", "ndjson"}));
  EXPECT_EQ(Lines(page.out).size(), 2U);
  EXPECT_THAT(page.err, StartsWith("more: --page-token "));

  const std::string next = page.err.substr(19, page.err.size() - 20);
  EXPECT_EQ(Lines(Run(with({"-o", "ndjson", "--page-token", next})).out).size(), 2U);

  EXPECT_EQ(Lines(Run(with({"-o", "ndjson", "--all"})).out).size(), 5U);
  EXPECT_EQ(Json::parse(Run(with({"-o", "json", "--all"})).out)["orders"].size(), 5U);
  EXPECT_EQ(CountLines(Run(with({"--all"})).out), 6U) << "a line of titles, five orders";
}

TEST_F(OrderctlTest, ShowsWhatWaitsForSomebody) {
  const auto is_on = [](const std::string& order, const char* list) {
    const OrderctlResult shown = Run({"work", list, "--all", "-o", "ndjson"});
    EXPECT_EQ(shown.exit_code, 0) << shown.err;
    const std::vector<Json> rows = Lines(shown.out);
    return std::any_of(rows.begin(), rows.end(),
                       [&](const Json& row) { return row["order_id"] == order; });
  };
  const std::string draft = Create();
  const std::string failed = Confirmed();
  Do({"record-payment-failure", failed, "--payment", "p-0", "--reason", "declined"});
  const std::string paid = Paid();
  const std::string held = Paid();
  Do({"hold", held, "--kind", "fraud"});
  const std::string cancelled = Paid();
  const Json last = Do({"cancel", cancelled, "--reason", "too late"});
  Do({"list", "--min-position", last["position_token"]});

  EXPECT_TRUE(is_on(draft, "to-confirm"));
  EXPECT_TRUE(is_on(failed, "payment-failed"));
  EXPECT_TRUE(is_on(paid, "to-ship"));
  EXPECT_TRUE(is_on(held, "held"));
  EXPECT_TRUE(is_on(cancelled, "refund-due"));
  EXPECT_FALSE(is_on(held, "to-ship"));
  EXPECT_FALSE(is_on(paid, "to-confirm"));

  // Done, they are gone.
  Do({"confirm", draft});
  Do({"capture-payment", failed, "--payment", "p-1", "--amount", "5230"});
  Do({"ship", paid, "--shipment", "s-1", "--all"});
  Do({"release-hold", held, "--kind", "fraud"});
  const Json refunded =
      Do({"refund", cancelled, "--refund", "r-1", "--payment", "p-1", "--amount", "5230"});
  Do({"list", "--min-position", refunded["position_token"]});
  EXPECT_FALSE(is_on(draft, "to-confirm"));
  EXPECT_FALSE(is_on(failed, "payment-failed"));
  EXPECT_FALSE(is_on(paid, "to-ship"));
  EXPECT_FALSE(is_on(held, "held"));
  EXPECT_TRUE(is_on(held, "to-ship"));
  EXPECT_FALSE(is_on(cancelled, "refund-due"));
  EXPECT_EQ(Run({"work", "sleep"}).exit_code, 64);
  EXPECT_EQ(Run({"work"}).exit_code, 64);
}

TEST_F(OrderctlTest, ReportsSales) {
  const std::string order = NewOrderId();
  Do({"create", "--order", order, "--customer", "c-sales", "--currency", "KWD", "--item",
      "SALE-A:2:1500:A", "--item", "SALE-B:1:500:B", "--ship-to", kAddress});
  Do({"apply-discount", order, "--code", "TEN", "--rate", "10%"});
  const Json confirmed = Do({"confirm", order});
  const std::string token = confirmed["position_token"];

  const Json report = Do({"sales", "--currency", "KWD", "--min-position", token});
  ASSERT_EQ(report["rows"].size(), 1U) << report;
  const Json& row = report["rows"][0];
  EXPECT_EQ(row["orders"], "1");
  EXPECT_EQ(row["units"], "3");
  EXPECT_EQ(row["gross"]["minor_units"], "3500");
  EXPECT_EQ(row["discount"]["minor_units"], "350");
  EXPECT_EQ(row["net"]["minor_units"], "3150");
  EXPECT_EQ(row["day"].get<std::string>().size(), 10U);
  EXPECT_TRUE(report["freshness"].contains("position_token"));

  const Json by_sku = Do({"sales", "--by", "sku", "--currency", "KWD"});
  ASSERT_EQ(by_sku["rows"].size(), 2U) << by_sku;
  EXPECT_EQ(by_sku["rows"][0]["sku"], "SALE-A");
  EXPECT_EQ(by_sku["rows"][0]["units"], "2");
  EXPECT_FALSE(by_sku["rows"][0].contains("refunds"));

  const OrderctlResult table = Run({"sales", "--by", "currency", "--sku", "SALE-B"});
  EXPECT_THAT(table.out, HasSubstr("0.500 KWD"));
  EXPECT_EQ(Lines(Run({"sales", "--by", "sku", "--all", "--page-size", "1", "--currency", "KWD",
                       "-o", "ndjson"})
                      .out)
                .size(),
            2U);

  EXPECT_EQ(Run({"sales", "--by", "month"}).exit_code, 64);
  const OrderctlResult no_day = Run({"sales", "--from", "2026-02-30"});
  EXPECT_EQ(no_day.exit_code, 65);
  EXPECT_THAT(no_day.err, HasSubstr("first_day"));
}

TEST_F(OrderctlTest, SearchesOrders) {
  const std::string order = NewOrderId();
  const Json created =
      Do({"create", "--order", order, "--customer", "c-search", "--currency", "EUR", "--item",
          "FIND-ME-1:1:100:Zebra lamp", "--note", "for the aardvark"});
  const std::string token = created["position_token"];
  const Json found = Do({"search", "zebra aard*", "--min-position", token});
  ASSERT_EQ(found["orders"].size(), 1U) << found;
  EXPECT_EQ(found["orders"][0]["order_id"], order);
  EXPECT_EQ(found["orders"][0]["matched_fields"], Json({"title", "note"}));
  EXPECT_THAT(Run({"search", "\"zebra lamp\""}).out, HasSubstr(order));
  EXPECT_THAT(Lines(Run({"search", "zebra unicorn", "-o", "ndjson"}).out), IsEmpty());
  const OrderctlResult bad = Run({"search", "\"zebra"});
  EXPECT_EQ(bad.exit_code, 65);
  EXPECT_THAT(bad.err, HasSubstr("a closing"));
  EXPECT_EQ(Run({"search"}).exit_code, 64);
}

TEST_F(OrderctlTest, ListsCustomersAndSalesAsTheyWere) {
  const std::string customer = absl::StrCat("past-", NewOrderId());
  const std::string first = Create(customer);
  const std::string then = Do({"confirm", first})["position_token"];
  const std::string second = Create(customer);
  const std::string now = Do({"confirm", second})["position_token"];
  const Json list = Do({"list", "--customer", customer, "--as-of-position", then});
  ASSERT_EQ(list["orders"].size(), 1U);
  EXPECT_EQ(list["orders"][0]["order_id"], first);
  EXPECT_EQ(list["freshness"]["position_token"], then)
      << "the confirmation is the last event in it";
  EXPECT_EQ(Do({"list", "--customer", customer, "--as-of-position", now})["orders"].size(), 2U);

  const Json was = Do({"customer", customer, "--as-of-position", then});
  EXPECT_EQ(was["totals"][0]["orders"], "1");
  const Words sales = {"sales", "--by", "currency", "--currency", "EUR"};
  Words then_sales = sales;
  then_sales.insert(then_sales.end(), {"--as-of-position", then});
  Words now_sales = sales;
  now_sales.insert(now_sales.end(), {"--as-of-position", now});
  const auto orders = [](const Json& report) {
    return std::stoi(report["rows"][0]["orders"].get<std::string>());
  };
  EXPECT_EQ(orders(Do(now_sales)), orders(Do(then_sales)) + 1);

  EXPECT_EQ(Run({"list", "--as-of-time", "2100-01-01T00:00:00Z"}).exit_code, 65);
  EXPECT_EQ(Run({"list", "--as-of-position", "no token"}).exit_code, 65);
  EXPECT_EQ(
      Run({"list", "--as-of-position", then, "--as-of-time", "2026-01-01T00:00:00Z"}).exit_code,
      64);
}

}  // namespace
}  // namespace orders
