// The service on a server whose category stream fills its read models: on our node as it is, whose
// links are there with their events, and on one without projections, where the test writes the
// links, as late as it likes.

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "grpcpp/grpcpp.h"
#include "gtest/gtest.h"

#include "eventstoredb/client_event_store.h"
#include "eventstoredb/connection_string.h"
#include "eventstoredb/node/embedded_event_store.h"
#include "eventstoredb/node/node_server.h"
#include "orders/v1/admin.grpc.pb.h"
#include "tests/integration/service_test.h"
#include "tests/support/category_links.h"

namespace orders::testing_support {
namespace {

using eventstoredb::testing_support::CategoryLinks;
using ::testing::HasSubstr;

class ByCategory : public ::testing::Test {
 protected:
  void SetUp() override {
    eventstoredb::EmbeddedEventStoreOptions options;
    options.in_memory = true;
    auto log = eventstoredb::EmbeddedEventStore::Open(std::move(options));
    ASSERT_TRUE(log.ok()) << log.status();
    log_ = *std::move(log);
    auto node = eventstoredb::NodeServer::Start({.address = "127.0.0.1:0"}, *log_);
    ASSERT_TRUE(node.ok()) << node.status();
    node_ = *std::move(node);
    auto parsed = eventstoredb::ParseConnectionString(Store());
    ASSERT_TRUE(parsed.ok()) << parsed.status();
    auto client = eventstoredb::Client::Create(parsed->options);
    ASSERT_TRUE(client.ok()) << client.status();
    store_client_ = *std::move(client);
    store_ = std::make_unique<eventstoredb::ClientEventStore>(*store_client_);
    links_ = std::make_unique<CategoryLinks>(*store_);
  }
  void TearDown() override { StopLinking(); }

  std::string Store() const {
    return absl::StrCat("esdb://127.0.0.1:", node_->port(), "?tls=false");
  }
  std::unique_ptr<OrderdProcess> StartService(const std::string& feed) {
    auto started = OrderdProcess::Start(
        {.data = scratch_.Path("data"), .arguments = {"--store", Store(), "--feed", feed}});
    EXPECT_TRUE(started.ok()) << started.status();
    return started.ok() ? *std::move(started) : nullptr;
  }
  /// From now on links come soon after their events.
  void StartLinking() {
    linking_ = true;
    linker_ = std::thread([this] {
      while (linking_) {
        const absl::Status written = links_->WriteAll();
        EXPECT_TRUE(written.ok()) << written;
        absl::SleepFor(absl::Milliseconds(5));
      }
    });
  }
  void StopLinking() {
    linking_ = false;
    if (linker_.joinable()) linker_.join();
  }
  /// Makes so many orders and gives the token of each.
  std::vector<std::string> MakeOrders(OrdersClient& client, const std::string& prefix, int count) {
    std::vector<std::string> tokens;
    for (int i = 0; i < count; ++i) {
      const CommandAnswer created = client.Send(CreateRequest(absl::StrCat(prefix, i)));
      EXPECT_TRUE(created.ok()) << Describe(created.status);
      tokens.push_back(created.response.position_token());
    }
    return tokens;
  }
  static v1::GetHealthResponse Health(OrdersClient& client) {
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(10)));
    v1::GetHealthResponse health;
    const grpc::Status status =
        v1::OrderAdmin::NewStub(client.channel())->GetHealth(&context, {}, &health);
    EXPECT_TRUE(status.ok()) << Describe(status);
    return health;
  }
  static void AwaitServing(OrdersClient& client) {
    v1::GetHealthResponse health;
    for (int i = 0; i < 600 && health.state() != v1::HEALTH_STATE_SERVING; ++i) {
      if (i > 0) absl::SleepFor(absl::Milliseconds(100));
      health = Health(client);
    }
    EXPECT_EQ(health.state(), v1::HEALTH_STATE_SERVING) << health.DebugString();
  }

  ScratchFolder scratch_;
  std::unique_ptr<eventstoredb::EmbeddedEventStore> log_;
  std::unique_ptr<eventstoredb::NodeServer> node_;
  std::unique_ptr<eventstoredb::Client> store_client_;
  std::unique_ptr<eventstoredb::ClientEventStore> store_;
  std::unique_ptr<CategoryLinks> links_;
  std::atomic<bool> linking_ = false;
  std::thread linker_;
};

TEST_F(ByCategory, OrdersAreReadByTheirTokensOverRestartsWithEitherFeed) {
  StartLinking();
  std::vector<std::string> tokens;
  int orders = 0;
  for (const std::string feed : {"category", "category", "all", "category"}) {
    const auto service = StartService(feed);
    ASSERT_NE(service, nullptr);
    OrdersClient client(service->address());
    const std::string prefix = absl::StrCat("o", orders, "-");
    const std::vector<std::string> made = MakeOrders(client, prefix, 10);
    orders += 10;
    for (int i = 0; i < 10; ++i) {
      const auto read = client.GetOrder(absl::StrCat(prefix, i), made[i]);
      EXPECT_TRUE(read.ok()) << Describe(read.status);
    }
    const auto listed = client.ListAll("", made.back());
    ASSERT_TRUE(listed.ok()) << Describe(listed.status);
    EXPECT_EQ(listed.response.size(), static_cast<std::size_t>(orders)) << feed;
    AwaitServing(client);
    EXPECT_EQ(service->Stop().exit_code, 0);
  }
}

TEST(ByCategoryOfOurNode, OrdersAreReadByTheirTokens) {
  ScratchFolder scratch;
  const auto node = OrderdProcess::Start({.store_alone = true, .data = scratch.Path("node")});
  ASSERT_TRUE(node.ok()) << node.status();
  const auto service = OrderdProcess::Start(
      {.data = scratch.Path("data"),
       .arguments = {"--store", absl::StrCat("esdb://", (*node)->address(), "?tls=false"), "--feed",
                     "category"}});
  ASSERT_TRUE(service.ok()) << service.status();
  OrdersClient client((*service)->address());
  for (const std::string order : {"a", "b", "c"}) {
    const CommandAnswer created = client.Send(CreateRequest(order));
    ASSERT_TRUE(created.ok()) << Describe(created.status);
    const auto read = client.GetOrder(order, created.response.position_token());
    EXPECT_TRUE(read.ok()) << Describe(read.status);
  }
}

TEST_F(ByCategory, AnEmptyStoreIsServedAtOnceAndLateLinksAreWaitedFor) {
  const auto service = StartService("category");
  ASSERT_NE(service, nullptr);
  OrdersClient client(service->address());
  AwaitServing(client);
  // Nothing makes links: commands go on, and what they did is said not to be visible yet.
  const std::string token = MakeOrders(client, "late-", 1).front();
  v1::GetOrderRequest request;
  request.set_order_id("late-0");
  request.mutable_options()->set_min_position(token);
  const auto early = client.Send(request, [](grpc::ClientContext& context) {
    context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Milliseconds(300)));
  });
  EXPECT_EQ(early.code(), grpc::StatusCode::DEADLINE_EXCEEDED) << Describe(early.status);
  // A service that starts now says that it lacks something.
  EXPECT_EQ(service->Stop().exit_code, 0);
  const auto again = StartService("category");
  ASSERT_NE(again, nullptr);
  OrdersClient late(again->address());
  v1::GetHealthResponse health = Health(late);
  // Its read models begin beside the first calls.
  for (int i = 0; i < 100 && absl::StrContains(health.DebugString(), "is starting"); ++i) {
    absl::SleepFor(absl::Milliseconds(100));
    health = Health(late);
  }
  EXPECT_EQ(health.state(), v1::HEALTH_STATE_DEGRADED);
  EXPECT_THAT(health.DebugString(), HasSubstr("is catching up with the log"));
  StartLinking();
  const auto read = late.GetOrder("late-0", token);
  EXPECT_TRUE(read.ok()) << Describe(read.status);
  AwaitServing(late);
  EXPECT_EQ(again->Stop().exit_code, 0);
}

TEST(ByCategoryAlone, IsRefusedOnTheEmbeddedStore) {
  const ProcessEnd end =
      RunOrderd({"serve", "--in-memory", "--grpc-listen", "127.0.0.1:0", "--feed", "category"});
  EXPECT_EQ(end.exit_code, 78) << end.err;
  EXPECT_THAT(end.err, HasSubstr("Leave --feed out, or name a server with --store"));
}

}  // namespace
}  // namespace orders::testing_support
