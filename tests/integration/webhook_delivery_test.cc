// The delivery of webhooks by the real service: over its death, its stop, and on a store elsewhere.
#include <algorithm>
#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "orders/v1/webhooks.grpc.pb.h"
#include "tests/support/orderd_process.h"
#include "tests/support/orders_client.h"
#include "tests/support/webhook_receiver.h"

namespace orders::testing_support {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

/// "o-1@0", in the order in which they came.
std::vector<std::string> Texts(const std::vector<ReceivedMessage>& messages) {
  std::vector<std::string> texts;
  for (const ReceivedMessage& message : messages) {
    const nlohmann::json data = nlohmann::json::parse(message.body)["data"];
    texts.push_back(absl::StrCat(std::string(data["order_id"]), "@", data["revision"].get<int>()));
  }
  return texts;
}

class WebhookDelivery : public ::testing::Test {
 protected:
  void Start(std::vector<std::string> more = {}) {
    std::vector<std::string> arguments{"--webhook-hosts", "http://127.0.0.1:*",
                                       "--webhook-first-pause", "5ms"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    auto started = OrderdProcess::Start({.data = scratch_.Path("data"), .arguments = arguments});
    ASSERT_TRUE(started.ok()) << started.status();
    orderd_ = *std::move(started);
  }
  std::unique_ptr<v1::Webhooks::Stub> Webhooks() const {
    return v1::Webhooks::NewStub(
        grpc::CreateChannel(orderd_->address(), grpc::InsecureChannelCredentials()));
  }
  grpc::Status Create(const std::string& url) const {
    grpc::ClientContext context;
    v1::CreateWebhookRequest request;
    request.set_webhook_id("shop");
    request.set_url(url);
    v1::CreateWebhookResponse response;
    return Webhooks()->CreateWebhook(&context, request, &response);
  }
  void MakeOrder(const std::string& order) const {
    OrdersClient client(orderd_->address());
    const CommandAnswer created = client.Send(CreateRequest(order));
    ASSERT_TRUE(created.ok()) << Describe(created.status);
  }
  void Change(const std::string& order, const std::string& note) const {
    OrdersClient client(orderd_->address());
    const CommandAnswer changed = client.Send(NoteRequest(order, note));
    ASSERT_TRUE(changed.ok()) << Describe(changed.status);
  }

  const ScratchFolder scratch_;
  std::unique_ptr<OrderdProcess> orderd_;
};

TEST_F(WebhookDelivery, GoesOnAfterAKill) {
  std::atomic<bool> hangs = true;
  const WebhookReceiver receiver(WebhookReceiver::Answer(
      [&](const ReceivedMessage&) { return WebhookAnswer{.hangs = hangs}; }));
  ASSERT_NO_FATAL_FAILURE(Start());
  const grpc::Status created = Create(receiver.url());
  ASSERT_TRUE(created.ok()) << Describe(created);
  MakeOrder("o-1");
  Change("o-1", "first");
  ASSERT_THAT(receiver.WaitFor(1), SizeIs(1));
  orderd_->KillNow();
  hangs = false;
  ASSERT_NO_FATAL_FAILURE(Start());
  Change("o-1", "second");
  EXPECT_THAT(Texts(receiver.WaitFor(4)), ElementsAre("o-1@0", "o-1@0", "o-1@1", "o-1@2"));
  EXPECT_EQ(receiver.messages()[0].Field("webhook-id"), receiver.messages()[1].Field("webhook-id"));
}

TEST_F(WebhookDelivery, HoldsUpNoStop) {
  const WebhookReceiver receiver(
      WebhookReceiver::Answer([](const ReceivedMessage&) { return WebhookAnswer{.hangs = true}; }));
  ASSERT_NO_FATAL_FAILURE(Start());
  ASSERT_TRUE(Create(receiver.url()).ok());
  for (int i = 0; i < 10; ++i) MakeOrder(absl::StrCat("o-", i));
  ASSERT_THAT(receiver.WaitFor(8), SizeIs(8));
  const ProcessEnd end = orderd_->Stop();
  EXPECT_TRUE(end.ended);
  EXPECT_EQ(end.exit_code, 0) << end.err;
}

TEST_F(WebhookDelivery, HoldsUpNoStopByAPing) {
  const WebhookReceiver receiver(
      WebhookReceiver::Answer([](const ReceivedMessage&) { return WebhookAnswer{.hangs = true}; }));
  ASSERT_NO_FATAL_FAILURE(Start());
  ASSERT_TRUE(Create(receiver.url()).ok());
  grpc::Status pinged;
  std::jthread caller([&] {
    grpc::ClientContext context;
    v1::PingWebhookRequest request;
    request.set_webhook_id("shop");
    v1::PingWebhookResponse response;
    pinged = Webhooks()->PingWebhook(&context, request, &response);
  });
  ASSERT_THAT(receiver.WaitFor(1), SizeIs(1));
  const ProcessEnd end = orderd_->Stop();
  EXPECT_EQ(end.exit_code, 0) << end.err;
  caller.join();
  EXPECT_EQ(pinged.error_code(), grpc::StatusCode::UNAVAILABLE) << Describe(pinged);
}

TEST_F(WebhookDelivery, IsTheSameOfAStoreElsewhere) {
  auto store = OrderdProcess::Start({.store_alone = true, .data = scratch_.Path("store")});
  ASSERT_TRUE(store.ok()) << store.status();
  const std::string where = absl::StrCat("esdb://", (*store)->address(), "?tls=false");
  const WebhookReceiver receiver;
  ASSERT_NO_FATAL_FAILURE(Start({"--store", where}));
  const grpc::Status created = Create(receiver.url());
  ASSERT_TRUE(created.ok()) << Describe(created);
  MakeOrder("o-1");
  ASSERT_THAT(receiver.WaitFor(1), SizeIs(1));
  orderd_->KillNow();
  ASSERT_NO_FATAL_FAILURE(Start({"--store", where}));
  Change("o-1", "first");
  // What orderd had not written down when it was killed comes again.
  std::vector<std::string> texts = Texts(receiver.WaitFor(2));
  if (texts == std::vector<std::string>{"o-1@0", "o-1@0"}) texts = Texts(receiver.WaitFor(3));
  texts.erase(std::unique(texts.begin(), texts.end()), texts.end());
  EXPECT_THAT(texts, ElementsAre("o-1@0", "o-1@1"));
}

TEST_F(WebhookDelivery, GoesToNoPrivateAddressThatAWildcardAllows) {
  const WebhookReceiver receiver;
  auto started = OrderdProcess::Start(
      {.data = scratch_.Path("data"), .arguments = {"--webhook-hosts", "http://*:*"}});
  ASSERT_TRUE(started.ok()) << started.status();
  orderd_ = *std::move(started);
  ASSERT_TRUE(Create(receiver.url()).ok());
  grpc::ClientContext context;
  v1::PingWebhookRequest request;
  request.set_webhook_id("shop");
  v1::PingWebhookResponse response;
  const grpc::Status pinged = Webhooks()->PingWebhook(&context, request, &response);
  ASSERT_TRUE(pinged.ok()) << Describe(pinged);
  EXPECT_FALSE(response.delivered());
  EXPECT_THAT(response.error(), HasSubstr("which is private"));
  EXPECT_THAT(receiver.messages(), SizeIs(0));
}

TEST(WebhookSettings, EndTheStartWhereTheyCannotBeMet) {
  const ScratchFolder scratch;
  std::vector<std::string> arguments = ServeArguments(scratch.Path("data"));
  arguments.insert(arguments.end(),
                   {"--webhook-hosts", "hooks.example", "--webhook-ca", scratch.Path("none.pem")});
  const ProcessEnd end = RunOrderd(arguments);
  EXPECT_EQ(end.exit_code, 78);
  EXPECT_THAT(end.err, HasSubstr("webhook-ca"));
  EXPECT_THAT(end.err, HasSubstr("none.pem"));
}

}  // namespace
}  // namespace orders::testing_support
