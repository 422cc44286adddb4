// A shop's day of orders leaves the same read models whatever store the service runs on: in memory,
// on disk, on our node over the wire, and on the server that EVENTSTOREDB_URL names, if it names
// one.

#include <cstdlib>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "google/protobuf/util/json_util.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

#include "tests/integration/orderctl_process.h"
#include "tests/integration/sales_fold.h"
#include "tests/support/orderd_process.h"
#include "tests/support/orders_client.h"

namespace orders::testing_support {
namespace {

using Json = nlohmann::json;

constexpr int kOrders = 30;

/// What depends on when, where and in which store something was done, and not on what was done.
bool SaysWhenOrWhere(const std::string& key) {
  static const std::set<std::string> kOfTheMoment = {"freshness", "position_token", "event_id",
                                                     "correlation_id", "next_page_token"};
  return kOfTheMoment.contains(key) || absl::EndsWith(key, "_time");
}

Json WithoutWhenAndWhere(const Json& value) {
  Json left = value;
  if (value.is_object()) {
    left = Json::object();
    for (const auto& [key, member] : value.items()) {
      if (!SaysWhenOrWhere(key)) left[key] = WithoutWhenAndWhere(member);
    }
  } else if (value.is_array()) {
    for (Json& element : left) element = WithoutWhenAndWhere(element);
  }
  return left;
}

/// Of an answer, what every store must give. `null` if it was refused.
template <typename Response>
Json Comparable(const Answer<Response>& answer) {
  EXPECT_TRUE(answer.ok()) << Describe(answer.status);
  if (!answer.ok()) return nullptr;
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  std::string text;
  EXPECT_TRUE(google::protobuf::util::MessageToJsonString(answer.response, &text, options).ok());
  return WithoutWhenAndWhere(Json::parse(text));
}

/// What each question is answered, without when and where.
using ReadModels = std::map<std::string, Json>;

class AShopsDay : public ::testing::Test {
 protected:
  /// Plays the day on that service, and asks for every order, its history, and every customer.
  static ReadModels Play(OrderdProcess& service, const std::string& seed) {
    OrdersClient client(service.address());
    const SalesByKey sold_before = AskForSales(client, EndOf(client));
    // One story after the other: orders of a customer are listed by when they were made.
    const OrderctlResult day = RunOrderctl({"demo", "--orders", absl::StrCat(kOrders), "--seed",
                                            seed, "--concurrency", "1", "-o", "json"},
                                           {{"ORDERS_SERVER", service.address()}});
    EXPECT_EQ(day.exit_code, 0) << day.err;
    ReadModels answers;
    std::set<std::string> customers;
    SalesByKey sold;
    for (int i = 0; i < kOrders; ++i) {
      const std::string order = absl::StrFormat("demo-%s-%d-%06d", seed, kOrders, i);
      v1::GetOrderRequest get;
      get.set_order_id(order);
      const auto got = client.Send(get);
      customers.insert(got.response.order().customer_id());
      answers["order " + order] = Comparable(got);
      v1::GetOrderHistoryRequest history;
      history.set_order_id(order);
      answers["history of " + order] = Comparable(client.Send(history));
      AddSalesOf(client.ReadHistory(order).response, sold);
    }
    // What the day's own histories come to, whatever was sold there before.
    EXPECT_EQ(Added(sold_before, AskForSales(client, EndOf(client))), Added({}, sold));
    EXPECT_GT(sold.size(), 4U);
    for (const std::string& customer : customers) {
      v1::GetCustomerRequest get;
      get.set_customer_id(customer);
      answers["customer " + customer] = Comparable(client.Send(get));
      v1::ListOrdersRequest list;
      list.set_filter(absl::StrCat("customer_id = \"", customer, "\""));
      list.set_order_by("order_id");
      list.set_page_size(500);
      answers["list of " + customer] = Comparable(client.Send(list));
    }
    return answers;
  }

  /// Where the log ends that the orders' read model holds, once it holds all of it.
  static std::string EndOf(OrdersClient& client) {
    const absl::Time deadline = absl::Now() + absl::Seconds(60);
    v1::ListOrdersRequest list;
    list.set_page_size(1);
    while (absl::Now() < deadline) {
      const auto answer = client.Send(list);
      EXPECT_TRUE(answer.ok()) << Describe(answer.status);
      const v1::Freshness& freshness = answer.response.freshness();
      if (freshness.state() == v1::Freshness::LIVE) return freshness.position_token();
      absl::SleepFor(absl::Milliseconds(20));
    }
    ADD_FAILURE() << "the read model is still being filled";
    return "";
  }

  static std::unique_ptr<OrderdProcess> Start(const OrderdOptions& options) {
    auto started = OrderdProcess::Start(options);
    EXPECT_TRUE(started.ok()) << started.status();
    return started.ok() ? *std::move(started) : nullptr;
  }

  static void ExpectTheSame(const ReadModels& expected, const ReadModels& got,
                            const std::string& store) {
    EXPECT_EQ(expected.size(), got.size()) << store;
    for (const auto& [question, answer] : expected) {
      const auto found = got.find(question);
      if (found == got.end()) {
        ADD_FAILURE() << store << " did not answer: " << question;
      } else {
        EXPECT_EQ(Json::diff(answer, found->second), Json::array())
            << store << " answers otherwise: " << question;
      }
    }
  }

  ScratchFolder scratch_;
};

TEST_F(AShopsDay, LeavesTheSameReadModelsOnEveryStore) {
  // Given the service on each store; a server may have had a day of its own before
  const char* const url = std::getenv("EVENTSTOREDB_URL");
  const std::string seed = url == nullptr ? "7" : absl::StrCat(absl::ToUnixSeconds(absl::Now()));
  const auto in_memory = Start({});
  const auto on_disk = Start({.data = scratch_.Path("disk")});
  const auto node = Start({.store_alone = true, .data = scratch_.Path("node")});
  ASSERT_TRUE(in_memory && on_disk && node);
  const auto on_node =
      Start({.data = scratch_.Path("on-node"),
             .arguments = {"--store", absl::StrCat("esdb://", node->address(), "?tls=false")}});
  ASSERT_TRUE(on_node);

  // When the same day is played on each
  const ReadModels expected = Play(*in_memory, seed);

  // Then every order, history, customer and list is the same
  ASSERT_GT(expected.size(), 2U * kOrders);
  ExpectTheSame(expected, Play(*on_disk, seed), "the store on disk");
  ExpectTheSame(expected, Play(*on_node, seed), "our node");
  if (url != nullptr) {
    const auto on_server =
        Start({.data = scratch_.Path("on-server"), .arguments = {"--store", url}});
    ASSERT_TRUE(on_server);
    ExpectTheSame(expected, Play(*on_server, seed), "the server of EVENTSTOREDB_URL");
  }
}

}  // namespace
}  // namespace orders::testing_support
