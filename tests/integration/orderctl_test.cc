// The real orderctl against the real orderd, as people and scripts run them.

#include "tests/integration/orderctl_test.h"

#include <algorithm>
#include <csignal>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace orders {
namespace {

using ::testing::AnyOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;
using testing_support::CountLines;
using testing_support::Json;
using testing_support::kAddress;
using testing_support::Lines;
using testing_support::OrderctlProcess;
using testing_support::OrderctlResult;
using testing_support::OrderctlTest;
using testing_support::Words;

TEST_F(OrderctlTest, TakesAnOrderFromCreationToDelivery) {
  const std::string order = NewOrderId();
  const Json created =
      Do({"create", "--order", order, "--customer", "c-life", "--currency", "EUR", "--item",
          "TEA-1:2:890:Assam: 250 g", "--ship-to", kAddress, "--bill-to", kAddress, "--note",
          "ring twice", "--request-id", order + "-r1", "--actor", "till 4"});
  EXPECT_EQ(created["order"]["status"], "DRAFT");
  EXPECT_EQ(created["order"]["lines"][0]["title"], "Assam: 250 g");
  EXPECT_EQ(created["request_id"], order + "-r1");

  EXPECT_EQ(Do({"confirm", order})["order"]["status"], "CONFIRMED");
  EXPECT_EQ(Do({"authorize-payment", order, "--payment", "p-1", "--amount",
                "1780"})["order"]["payment_status"],
            "AUTHORIZED");
  EXPECT_EQ(Do({"capture-payment", order, "--payment", "p-1", "--amount",
                "1780"})["order"]["payment_status"],
            "PAID");
  EXPECT_EQ(Do({"ship", order, "--shipment", "s-1", "--all", "--carrier", "Post", "--tracking",
                "T1"})["order"]["fulfilment_status"],
            "SHIPPED");
  const Json delivered = Do({"record-delivery", order, "--shipment", "s-1"});
  EXPECT_EQ(delivered["order"]["status"], "COMPLETED");

  const std::string token = delivered["position_token"];
  EXPECT_EQ(Do({"get", order, "--min-position", token})["order"], delivered["order"]);

  const Json history = Do({"history", order});
  std::vector<std::string> types;
  for (const Json& entry : history["entries"]) types.push_back(entry["type"]);
  EXPECT_THAT(types,
              ElementsAre("OrderCreated", "OrderConfirmed", "PaymentAuthorized", "PaymentCaptured",
                          "ItemsShipped", "ShipmentDelivered", "OrderCompleted"));
  EXPECT_EQ(history["entries"][0]["actor"], "till 4");

  const Json list = Do({"list", "--customer", "c-life", "--min-position", token});
  ASSERT_EQ(list["orders"].size(), 1U);
  EXPECT_EQ(list["orders"][0]["order_id"], order);

  const OrderctlResult watch =
      Run({"watch", order, "--resume", created["position_token"], "--count", "6", "-o", "ndjson"});
  EXPECT_EQ(watch.exit_code, 0) << watch.err;
  const std::vector<Json> changes = Lines(watch.out);
  ASSERT_EQ(changes.size(), 6U);
  EXPECT_EQ(changes.front()["type"], "OrderConfirmed");
  EXPECT_EQ(changes.back()["type"], "OrderCompleted");

  const Json customer = Do({"customer", "c-life", "--min-position", token});
  EXPECT_EQ(customer["totals"][0]["captured"]["minor_units"], "1780");
}

TEST_F(OrderctlTest, EditsAndPricesADraft) {
  const std::string order = Create();
  EXPECT_EQ(Do({"add-item", order, "--item", "MUG:3:100"})["order"]["lines"].size(), 3U);
  EXPECT_EQ(Do({"change-quantity", order, "--line", "3", "--quantity",
                "5"})["order"]["lines"][2]["quantity"],
            "5");
  EXPECT_EQ(Do({"remove-item", order, "--line", "3"})["order"]["lines"].size(), 2U);
  EXPECT_EQ(Do({"set-shipping-address", order, "--address",
                "Bo|1 Main St|Flat 2|Boston|MA|02108|US"})["order"]["shipping_address"]["region"],
            "MA");
  EXPECT_EQ(
      Do({"set-billing-address", order, "--address", kAddress})["order"]["billing_address"]["city"],
      "Berlin");
  EXPECT_EQ(Do({"set-note", order, "--note", "ünï ✓"})["order"]["note"], "ünï ✓");
  EXPECT_EQ(Do({"set-note", order, "--note="})["order"]["note"], "");
  EXPECT_EQ(Do({"apply-discount", order, "--code", "TEN", "--rate",
                "10%"})["order"]["discounts"][0]["rate_ppm"],
            100'000);
  EXPECT_EQ(
      Do({"apply-discount", order, "--code", "VOUCHER", "--amount", "200"})["order"]["discounts"]
          .size(),
      2U);
  EXPECT_EQ(Do({"remove-discount", order, "--code", "VOUCHER"})["order"]["discounts"].size(), 1U);
  EXPECT_EQ(
      Do({"set-shipping-fee", order, "--amount", "490"})["order"]["shipping_fee"]["minor_units"],
      "490");
  const Json taxed = Do({"set-tax", order, "--rate", "19%"});
  // (5230 - 523 + 490) * 1.19
  EXPECT_EQ(taxed["order"]["totals"]["total"]["minor_units"], "6184");
}

TEST_F(OrderctlTest, RecordsFailuresHoldsAndRefunds) {
  const std::string order = Confirmed();
  EXPECT_EQ(Do({"record-payment-failure", order, "--payment", "p-0", "--reason",
                "declined"})["order"]["payment_status"],
            "FAILED");
  Do({"capture-payment", order, "--payment", "p-1", "--amount", "5230", "--occur-time",
      "2026-01-01T00:00:00Z"});
  EXPECT_EQ(
      Do({"hold", order, "--kind", "fraud", "--reason", "check"})["order"]["holds"][0]["kind"],
      "FRAUD");
  EXPECT_THAT(Do({"release-hold", order, "--kind", "FRAUD"})["order"]["holds"], IsEmpty());
  const Json less = Do({"cancel-items", order, "--item", "1:1", "--reason", "out of stock"});
  EXPECT_EQ(less["order"]["ledger"]["refund_due"]["minor_units"], "890");
  EXPECT_EQ(Do({"refund", order, "--refund", "r-1", "--payment", "p-1", "--amount",
                "890"})["order"]["payment_status"],
            "PARTIALLY_REFUNDED");
  EXPECT_EQ(Do({"ship", order, "--shipment", "s-1", "--item", "2:1"})["order"]["fulfilment_status"],
            "PARTIALLY_SHIPPED");
}

TEST_F(OrderctlTest, TakesGoodsBack) {
  const std::string order = Delivered();
  Do({"request-return", order, "--return", "x-1", "--item", "1:2", "--item", "2:1", "--reason",
      "no use"});
  const Json received = Do({"receive-return", order, "--return", "x-1", "--item", "1:1"});
  EXPECT_EQ(received["order"]["lines"][0]["returned"], "1");
  EXPECT_EQ(received["order"]["ledger"]["refund_due"]["minor_units"], "890");
}

TEST_F(OrderctlTest, CancelsAnOrder) {
  const std::string order = Confirmed();
  const Json cancelled = Do({"cancel", order, "--reason", "ordered twice"});
  EXPECT_EQ(cancelled["order"]["status"], "CANCELLED");
  EXPECT_EQ(cancelled["order"]["cancel_reason"], "ordered twice");
}

TEST_F(OrderctlTest, AnswersARepeatedRequestAsBefore) {
  const std::string order = Create();
  const Words confirm = {"confirm", order, "--request-id", order + "-c"};
  const Json first = Do(confirm);
  Do({"set-note", order, "--note", "later"});
  const Json again = Do(confirm);
  EXPECT_EQ(first["replayed"], false);
  EXPECT_EQ(again["replayed"], true);
  EXPECT_EQ(again["order"], first["order"]);

  const OrderctlResult other =
      Run({"set-note", order, "--note", "x", "--request-id", order + "-c"});
  EXPECT_EQ(other.exit_code, 1);
  EXPECT_THAT(other.err, HasSubstr("REQUEST_ID_REUSED"));
}

TEST_F(OrderctlTest, StoresNothingInADryRun) {
  const std::string order = Create();
  EXPECT_EQ(Do({"confirm", order, "--dry-run"})["order"]["status"], "CONFIRMED");
  EXPECT_EQ(Do({"confirm", order, "--validate-only"})["order"]["status"], "CONFIRMED");
  EXPECT_EQ(Do({"history", order})["entries"].size(), 1U);
}

TEST_F(OrderctlTest, ShowsAnOrderAsItWas) {
  const std::string order = Confirmed();
  const Json history = Do({"history", order});
  EXPECT_EQ(Do({"get", order, "--as-of-revision", "0"})["order"]["status"], "DRAFT");
  EXPECT_EQ(
      Do({"get", order, "--as-of-time", history["entries"][1]["record_time"]})["order"]["status"],
      "CONFIRMED");
  EXPECT_EQ(Run({"get", order, "--as-of-revision", "99"}).exit_code, 66);
}

TEST_F(OrderctlTest, HasThreeFormsOfOutput) {
  const std::string order = Create();
  const OrderctlResult table = Run({"get", order});
  EXPECT_THAT(table.out, HasSubstr("34.50 EUR"));
  EXPECT_THAT(table.out, HasSubstr("DRAFT"));
  EXPECT_EQ(Json::parse(Run({"get", order, "-o", "json"}).out)["order"]["order_id"], order);
  const OrderctlResult line = Run({"get", order, "-o", "ndjson"});
  EXPECT_EQ(CountLines(line.out), 1U);
  EXPECT_EQ(Json::parse(line.out)["order_id"], order);
  EXPECT_EQ(Lines(Run({"set-note", order, "--note", "n", "-o", "ndjson"}).out)[0]["note"], "n");
  EXPECT_EQ(Lines(Run({"history", order, "-o", "ndjson"}).out).size(), 2U);
  EXPECT_THAT(Run({"history", order}).out, HasSubstr("OrderCreated"));
  EXPECT_THAT(Run({"customer", "c-1"}).out, HasSubstr("CAPTURED"));
}

TEST_F(OrderctlTest, SaysHowFreshAnAnswerIsOnlyWhenAsked) {
  const std::string order = Create();
  EXPECT_THAT(Run({"get", order}).err, IsEmpty());
  EXPECT_THAT(Run({"get", order, "--freshness"}).err, StartsWith("fresh as of "));
  const OrderctlResult line = Run({"get", order, "--freshness", "-o", "ndjson"});
  EXPECT_FALSE(Json::parse(line.err)["position_token"].get<std::string>().empty());
  EXPECT_EQ(CountLines(line.err), 1U);
}

TEST_F(OrderctlTest, TellsScriptsWhatWentWrong) {
  const std::string draft = Create();
  const struct {
    Words words;
    int exit_code;
    const char* said;
  } rows[] = {
      {{"get", "no-such-order"}, 66, "NOT_FOUND"},
      {{"confirm", "no-such-order"}, 66, "ORDER_NOT_FOUND"},
      {{"customer", "no-such-customer"}, 66, "NOT_FOUND"},
      {{"ship", draft, "--shipment", "s", "--all"}, 1, "allowed now:"},
      {{"create", "--order", draft, "--customer", "c", "--currency", "EUR"}, 1, "ALREADY_EXISTS"},
      {{"create", "--customer", "c", "--currency", "EURO"}, 65, "currency_code"},
      {{"add-item", draft, "--item", "A:9999999:1"}, 65, "line.quantity"},
      {{"get", "bad id!"}, 65, "INVALID_ARGUMENT"},
      {{"list", "--filter", "nonsense"}, 65, "filter"},
      {{"list", "--page-token", "nonsense"}, 65, "INVALID_ARGUMENT"},
      {{"get", draft, "--min-position", "nonsense"}, 65, "BAD_POSITION_TOKEN"},
      {{"confirm", draft, "--etag", "\"77\""}, 75, "STALE_REVISION"},
      {{"get", draft, "--server", "127.0.0.1:1"}, 69, "UNAVAILABLE"},
      {{"confirm", draft, "--server", "127.0.0.1:1", "--request-id", "r"}, 69, "--request-id r"},
      {{"demo", "--server", "127.0.0.1:1"}, 69, "UNAVAILABLE"},
      {{"load", "--seconds", "1", "--warmup", "0", "--server", "127.0.0.1:1"}, 69, "UNAVAILABLE"},
  };
  for (const auto& row : rows) {
    const OrderctlResult result = Run(row.words);
    EXPECT_EQ(result.exit_code, row.exit_code) << row.words[0] << ": " << result.err;
    EXPECT_THAT(result.err, HasSubstr(row.said)) << row.words[0];
    EXPECT_THAT(result.out, IsEmpty()) << row.words[0];
    EXPECT_LE(CountLines(result.err), 3U) << result.err;
  }
}

TEST_F(OrderctlTest, RefusesAWrongCommandLineInOneLine) {
  const std::vector<Words> rows = {
      {},
      {"no-such-command"},
      {"--no-such-flag"},
      {"get"},
      {"get", "a", "b"},
      {"get", "a", "--no-such-flag"},
      {"get", "a", "--as-of-revision"},
      {"get", "a", "--as-of-revision", "-1"},
      {"get", "a", "--as-of-revision", "0x10"},
      {"get", "a", "--as-of-revision", "18446744073709551616"},
      {"get", "a", "--as-of-revision", "1", "--as-of-revision", "2"},
      {"get", "a", "--as-of-revision", "1", "--as-of-time", "2026-01-01T00:00:00Z"},
      {"get", "a", "--as-of-time", "yesterday"},
      {"get", "a", "-o", "xml"},
      {"get", "a", "-o", "json", "-o", "json"},
      {"get", "a", "--freshness", "--freshness"},
      {"get", "a", "--timeout", "5"},
      {"get", "a", "--timeout", "-1s"},
      {"get", "a", "--actor", "line\nbreak"},
      {"get", "a", "--server", "host:abc"},
      {"get", "a", "--server", "host:0"},
      {"get", "a", "--server", "host:65536"},
      {"get", "a", "--server", "host:-1"},
      {"get", "\xFF"},
      {"create", "--customer", "c"},
      {"create", "--customer", "c", "--currency", "EUR", "--item", "A:1"},
      {"create", "--customer", "c", "--currency", "EUR", "--item", "A:99999999999999999999:1"},
      {"create", "--customer", "c", "--currency", "EUR", "--ship-to", "only a name"},
      {"confirm", "a", "--dry-run", "--validate-only"},
      {"capture-payment", "a", "--payment", "p", "--amount", "12.30"},
      {"ship", "a", "--shipment", "s"},
      {"ship", "a", "--shipment", "s", "--all", "--item", "1:1"},
      {"ship", "a", "--shipment", "s", "--item", "1"},
      {"set-tax", "a"},
      {"set-tax", "a", "--rate", "19"},
      {"hold", "a", "--kind", "bad"},
      {"list", "--status", "bad"},
      {"list", "--page-size", "0"},
      {"cancel", "a"},
      {"demo", "--orders", "0"},
      {"load", "--concurrency", "abc"},
      {"load", "--mix", "delete"},
  };
  for (const Words& words : rows) {
    const OrderctlResult result = Run(words);
    const std::string shown = words.empty() ? "(nothing)" : words.front() + " " + words.back();
    EXPECT_EQ(result.exit_code, 64) << shown << ": " << result.err;
    EXPECT_EQ(CountLines(result.err), 1U) << shown << ": " << result.err;
    EXPECT_THAT(result.err, HasSubstr("--help")) << shown;
    EXPECT_THAT(result.out, IsEmpty()) << shown;
  }
}

TEST_F(OrderctlTest, ChecksTheServerOfTheEnvironmentToo) {
  const auto with = [](const std::string& server) {
    return testing_support::RunOrderctl({"get", "a"}, {{"ORDERS_SERVER", server}});
  };
  EXPECT_EQ(with("nonsense").exit_code, 64);
  EXPECT_EQ(with("127.0.0.1:1").exit_code, 69);
}

TEST_F(OrderctlTest, HelpsOnEverySubcommand) {
  const OrderctlResult help = Run({"--help"});
  EXPECT_EQ(help.exit_code, 0);
  EXPECT_THAT(help.out, HasSubstr("Exit codes:"));
  for (const char* command : {"create",
                              "add-item",
                              "change-quantity",
                              "remove-item",
                              "set-shipping-address",
                              "set-billing-address",
                              "set-note",
                              "apply-discount",
                              "remove-discount",
                              "set-shipping-fee",
                              "set-tax",
                              "confirm",
                              "authorize-payment",
                              "capture-payment",
                              "record-payment-failure",
                              "refund",
                              "hold",
                              "release-hold",
                              "ship",
                              "record-delivery",
                              "cancel",
                              "cancel-items",
                              "request-return",
                              "receive-return",
                              "get",
                              "list",
                              "list-active",
                              "customer",
                              "history",
                              "watch",
                              "demo",
                              "load"}) {
    EXPECT_THAT(help.out, HasSubstr(absl::StrCat("  ", command, " ")));
    const OrderctlResult own = Run({command, "--help"});
    EXPECT_EQ(own.exit_code, 0) << command;
    EXPECT_THAT(own.out, HasSubstr(absl::StrCat("orderctl ", command))) << command;
  }
  EXPECT_THAT(Run({"--version"}).out, StartsWith("orderctl "));
}

TEST_F(OrderctlTest, WatchesWhatHappens) {
  const std::string order = Create();
  const std::string token = Do({"set-note", order, "--note", "first"})["position_token"];
  OrderctlProcess watch({"watch", order, "--resume", token, "-o", "ndjson", "--server", server()});
  Do({"set-note", order, "--note", "second"});
  EXPECT_TRUE(watch.WaitForOutput("NoteSet"));
  Do({"confirm", order});
  EXPECT_TRUE(watch.WaitForOutput("OrderConfirmed"));
  watch.Signal(SIGINT);
  const OrderctlResult result = watch.Wait();
  EXPECT_EQ(result.exit_code, 130);
  EXPECT_EQ(Lines(result.out).size(), 2U);
  EXPECT_THAT(result.err, HasSubstr("--resume "));
}

TEST_F(OrderctlTest, WatchEndsWhenItHasCaughtUp) {
  const std::string order = Create();
  const std::string token = Do({"set-note", order, "--note", "first"})["position_token"];
  Do({"set-note", order, "--note", "second"});
  const OrderctlResult result =
      Run({"watch", "--resume", token, "--until-caught-up", "-o", "json"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  const std::vector<Json> messages = Lines(result.out);
  ASSERT_FALSE(messages.empty());
  EXPECT_EQ(messages.front()["change"]["summary"].is_string(), true);
  EXPECT_EQ(messages.back()["progress"]["caught_up"], true);
}

TEST_F(OrderctlTest, EndsQuietlyWhenTheReaderLeaves) {
  const std::string order = Create();
  const std::string token = Do({"set-note", order, "--note", "first"})["position_token"];
  OrderctlProcess watch({"watch", order, "--resume", token, "--server", server()});
  Do({"set-note", order, "--note", "second"});
  EXPECT_TRUE(watch.WaitForOutput("NoteSet"));
  watch.CloseOutput();
  Do({"set-note", order, "--note", "third"});
  const OrderctlResult result = watch.Wait();
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_THAT(result.err, IsEmpty());
}

TEST_F(OrderctlTest, TellsTheSameDayForTheSameSeed) {
  const Words words = {"demo", "--orders", "120", "--seed", "7"};
  const Json first = Do(words);
  const Json again = Do(words);
  EXPECT_EQ(again["day"], first["day"]);
  EXPECT_EQ(first["run"]["replayed"], 0);
  EXPECT_GT(again["run"]["replayed"], 0);
  EXPECT_EQ(again["run"]["commands"], first["run"]["commands"]);
  EXPECT_EQ(first["run"]["cross_check"], "ok");

  int orders = 0;
  for (const auto& [status, count] : first["day"]["by_status"].items()) orders += count.get<int>();
  EXPECT_EQ(orders, 120);
  EXPECT_GT(first["day"]["refused_as_expected"].size(), 0U);

  const Json other = Do({"demo", "--orders", "120", "--seed", "8"});
  EXPECT_NE(other["day"]["money"], first["day"]["money"]);
  EXPECT_EQ(other["run"]["replayed"], 0);
}

TEST_F(OrderctlTest, TellsTheSameDayInAnyOrder) {
  const Json one = Do({"demo", "--orders", "40", "--seed", "9", "--concurrency", "1"});
  const Json many = Do({"demo", "--orders", "40", "--seed", "9", "--concurrency", "40"});
  EXPECT_EQ(many["day"], one["day"]);
  EXPECT_GT(many["run"]["replayed"], 0);
}

TEST_F(OrderctlTest, GoesOnWithADayThatWasInterrupted) {
  const Words words = {"demo", "--orders", "1000", "--seed", "10", "-o", "json"};
  Words with_server = words;
  with_server.insert(with_server.end(), {"--server", server()});
  OrderctlProcess interrupted(with_server);
  // Its first order is there: it is under way.
  for (int i = 0; i < 200 && Run({"history", "demo-10-1000-000000"}).exit_code != 0; ++i) {
  }
  interrupted.Signal(SIGINT);
  const OrderctlResult first = interrupted.Wait();
  EXPECT_THAT(first.exit_code, AnyOf(130, 0)) << first.err;
  const OrderctlResult second = Run(words);
  EXPECT_EQ(second.exit_code, 0) << second.err;
  EXPECT_GT(Json::parse(second.out)["run"]["replayed"], 0);
}

TEST_F(OrderctlTest, PutsLoadOnTheService) {
  for (const char* mix : {"create", "get", "mixed"}) {
    const Json load = Do({"load", "--seconds", "1", "--warmup", "0", "--concurrency", "8",
                          "--channels", "2", "--mix", mix});
    EXPECT_GT(load["calls"], 0) << mix;
    EXPECT_GT(load["latency_ms"]["p50"], 0.0) << mix;
    EXPECT_LE(load["latency_ms"]["p50"], load["latency_ms"]["max"]) << mix;
    EXPECT_THAT(load["errors"], IsEmpty()) << mix;
  }
  EXPECT_THAT(Run({"load", "--seconds", "1", "--warmup", "0"}).out, HasSubstr("calls/s"));
}

TEST_F(OrderctlTest, HealthTellsOfTheStoreAndEachReadModel) {
  // A service that has just started may still be catching up.
  const OrderctlResult shown = Run({"health", "--allow-degraded"});
  EXPECT_EQ(shown.exit_code, 0) << shown.err;
  EXPECT_THAT(shown.out, HasSubstr("store embedded"));
  const Json health = Do({"health", "--allow-degraded"});
  EXPECT_EQ(health["store"]["reachable"], true);
  std::vector<std::string> names;
  for (const Json& read_model : health["read_models"]) names.push_back(read_model["name"]);
  EXPECT_THAT(names, ElementsAre("orders", "customers", "sales", "search"));
}

TEST_F(OrderctlTest, HealthOfNobodySaysThatNobodyAnswers) {
  const OrderctlResult nobody =
      testing_support::RunOrderctl({"--server", "127.0.0.1:1", "--timeout", "2s", "health"}, {});
  EXPECT_EQ(nobody.exit_code, 69) << nobody.err;
}

}  // namespace
}  // namespace orders
