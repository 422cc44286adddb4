#include "infrastructure/webhooks/webhook_service.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "application/commands/request_errors.h"
#include "eventstoredb/client.h"
#include "eventstoredb/node/node_server.h"
#include "infrastructure/journal/event_codec.h"
#include "tests/support/append_and_wait.h"
#include "tests/support/command_side.h"
#include "tests/support/temp_directory.h"
#include "tests/support/webhook_receiver.h"

namespace orders::infrastructure {
namespace {

using application::WebhookId;
using application::WebhookState;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using testing_support::IsSignedBy;
using testing_support::ReceivedMessage;
using testing_support::WebhookAnswer;
using testing_support::WebhookReceiver;
using Json = nlohmann::json;

constexpr int kTriesMax = 3'000;
const WebhookId kShop{"shop"};

std::string Text(const ReceivedMessage& message) {
  const Json data = Json::parse(message.body)["data"];
  return absl::StrCat(std::string(data["order_id"]), "@", data["revision"].get<int>());
}
/// "o@3", in the order in which they came.
std::vector<std::string> Texts(const std::vector<ReceivedMessage>& messages) {
  std::vector<std::string> texts;
  for (const ReceivedMessage& message : messages) texts.push_back(Text(message));
  return texts;
}

/// The service over a real store in memory, and the store's own client.
class Delivery : public ::testing::Test {
 protected:
  void SetUp() override {
    auto node = eventstoredb::NodeServer::Start({.address = ""}, *side_.log);
    ASSERT_TRUE(node.ok()) << node.status();
    node_ = *std::move(node);
    auto client = eventstoredb::Client::Create(
        {.make_channel = [this] { return node_->InProcessChannel(); }, .tls = false});
    ASSERT_TRUE(client.ok()) << client.status();
    client_ = *std::move(client);
    Start();
  }
  void Start(const std::string& host = "http://127.0.0.1:*") {
    service_.reset();
    WebhookServiceOptions options{.path = folder_.path() + "/webhooks.db",
                                  .store = side_.journal.identity()};
    options.delivery.hosts = {*WebhookHost::Parse(host)};
    options.delivery.pauses = {.first = absl::Milliseconds(2), .attempts_max = 3};
    auto started = WebhookService::Start(
        {*client_, side_.journal, side_.ids, side_.random, side_.telemetry, EncodeBody}, options);
    ASSERT_TRUE(started.ok()) << started.status();
    service_ = *std::move(started);
  }
  /// Its secret.
  std::string Make(const WebhookReceiver& receiver, std::vector<std::string> types = {},
                   application::WebhookStart start = application::WebhookStart::kFromNow) {
    const auto made = service_->Create(
        {}, {.id = kShop, .url = receiver.url(), .event_types = std::move(types), .start = start});
    EXPECT_TRUE(made.ok()) << made.status();
    return made.ok() ? made->secret : "";
  }
  void Append(const std::string& order, const domain::OrderEvent& event = domain::NoteSet{"n"}) {
    std::uint64_t& next = next_[order];
    application::CallContext call;
    call.deadline = absl::Now() + absl::Seconds(30);
    const auto appended = testing_support::Append(
        side_.journal, call, {order},
        next == 0 ? std::nullopt : std::optional<std::uint64_t>(next - 1), {event},
        {.correlation_id = "c",
         .command = "SetNote",
         .request_id = absl::StrCat(order, "-", next),
         .request_hash = "00",
         .time = absl::Now()});
    ASSERT_TRUE(appended.ok()) << appended.status();
    ++next;
  }
  template <typename Condition>
  application::Webhook WaitFor(Condition is_so) {
    absl::StatusOr<application::Webhook> webhook;
    for (int i = 0; i < kTriesMax; ++i) {
      webhook = service_->Get({}, kShop);
      if (webhook.ok() && is_so(*webhook)) return *webhook;
      absl::SleepFor(absl::Milliseconds(10));
    }
    ADD_FAILURE() << "it never came to it";
    return webhook.ok() ? *webhook : application::Webhook();
  }
  void WaitForDelivered(std::uint64_t count) {
    WaitFor([count](const auto& webhook) { return webhook.deliveries.delivered == count; });
  }

  testing_support::CommandSide side_;
  std::unique_ptr<eventstoredb::NodeServer> node_;
  std::unique_ptr<eventstoredb::Client> client_;
  const eventstoredb::testing_support::TempDirectory folder_;
  std::map<std::string, std::uint64_t> next_;
  std::unique_ptr<WebhookService> service_;
};

TEST_F(Delivery, IsInTheOrderOfEachOrderAndSigned) {
  const WebhookReceiver receiver;
  Append("before");
  const std::string secret = Make(receiver);
  for (int i = 0; i < 5; ++i) {
    Append("o");
    Append("p");
  }
  const auto messages = receiver.WaitFor(10);
  std::map<std::string, std::vector<std::string>> by_order;
  for (const ReceivedMessage& message : messages) {
    EXPECT_TRUE(IsSignedBy(message, secret));
    by_order[Text(message).substr(0, 1)].push_back(Text(message));
  }
  EXPECT_THAT(by_order["o"], ElementsAre("o@0", "o@1", "o@2", "o@3", "o@4"));
  EXPECT_THAT(by_order["p"], ElementsAre("p@0", "p@1", "p@2", "p@3", "p@4"));
  WaitForDelivered(10);
  const Json body = Json::parse(messages[0].body);
  EXPECT_EQ(body["type"], "NoteSet");
  EXPECT_EQ(body["data"]["event"]["note"], "n");
  EXPECT_EQ(body["data"]["event_id"], messages[0].Field("webhook-id"));
}

TEST_F(Delivery, OfAFailureIsRepeatedUnderItsIdWhileOtherOrdersGoOn) {
  std::atomic<bool> is_broken = true;
  const WebhookReceiver receiver([&](const ReceivedMessage& message) {
    return is_broken && Text(message).starts_with("bad") ? 500 : 200;
  });
  Start();
  Make(receiver);
  Append("bad");
  Append("good");
  Append("bad");
  Append("good");
  WaitForDelivered(2);
  is_broken = false;
  WaitFor([](const auto& webhook) { return webhook.deliveries.pending_orders == 0; });
  std::vector<std::string> taken;
  std::map<std::string, std::string> ids;
  for (const ReceivedMessage& message : receiver.messages()) {
    const std::string text = Text(message);
    const auto id = ids.emplace(text, message.Field("webhook-id"));
    EXPECT_EQ(id.first->second, message.Field("webhook-id"));
    if (text.starts_with("bad") && (taken.empty() || taken.back() != text)) taken.push_back(text);
  }
  EXPECT_THAT(taken, ElementsAre("bad@0", "bad@1"));
}

TEST_F(Delivery, GivesUpAfterSoManyAttemptsAndReplaysMarkedAsAReplay) {
  std::atomic<bool> is_broken = true;
  const WebhookReceiver receiver([&](const ReceivedMessage& message) {
    return is_broken && Text(message) == "o@0" ? 500 : 200;
  });
  Make(receiver);
  Append("o");
  Append("o");
  WaitForDelivered(1);
  EXPECT_THAT(Texts(receiver.messages()), ElementsAre("o@0", "o@0", "o@0", "o@1"));
  const auto letters = service_->ListDeadLetters({}, kShop, 0, 10);
  ASSERT_TRUE(letters.ok()) << letters.status();
  ASSERT_THAT(*letters, SizeIs(1));
  EXPECT_EQ(letters->front().attempts, 3U);
  EXPECT_EQ(letters->front().last_failure.http_status, 500);
  EXPECT_EQ(letters->front().type, "NoteSet");

  is_broken = false;
  const auto replayed =
      service_->ReplayDeadLetters({}, kShop, {.selection = letters->front().event_id});
  ASSERT_TRUE(replayed.ok()) << replayed.status();
  WaitForDelivered(2);
  const ReceivedMessage last = receiver.messages().back();
  EXPECT_EQ(last.Field("webhook-id"), letters->front().event_id);
  EXPECT_EQ(Json::parse(last.body)["replay"], true);
  EXPECT_FALSE(Json::parse(receiver.messages().front().body).contains("replay"));
  EXPECT_EQ(service_->Get({}, kShop)->deliveries.dead_letters, 0U);
}

TEST_F(Delivery, EndsWithAReceiverThatIsGone) {
  const WebhookReceiver receiver([](const ReceivedMessage&) { return 410; });
  Make(receiver);
  Append("o");
  const auto webhook =
      WaitFor([](const auto& shop) { return shop.state == WebhookState::kDisabled; });
  EXPECT_THAT(webhook.state_reason, HasSubstr("410"));
  Append("p");
  WaitFor([](const auto& shop) { return shop.deliveries.pending_orders == 2; });
  EXPECT_THAT(receiver.messages(), SizeIs(1));
}

TEST_F(Delivery, WaitsForWhatTheReceiverAsks) {
  std::atomic<bool> is_first = true;
  const WebhookReceiver receiver(WebhookReceiver::Answer([&](const ReceivedMessage&) {
    return is_first.exchange(false)
               ? WebhookAnswer{.status = 429, .fields = {{"Retry-After", "3600"}}}
               : WebhookAnswer();
  }));
  Make(receiver);
  Append("o");
  WaitFor([](const auto& shop) { return shop.deliveries.retrying_orders == 1; });
  EXPECT_THAT(receiver.messages(), SizeIs(1));
  ASSERT_TRUE(service_->Resume({}, kShop).ok());  // Not that long.
  WaitForDelivered(1);
}

TEST_F(Delivery, OfWhatIsPausedWaits) {
  std::atomic<bool> hangs = true;
  const WebhookReceiver receiver(WebhookReceiver::Answer(
      [&](const ReceivedMessage&) { return WebhookAnswer{.hangs = hangs}; }));
  Make(receiver);
  Append("o");
  ASSERT_THAT(receiver.WaitFor(1), SizeIs(1));
  ASSERT_TRUE(service_->Pause({}, kShop, "").ok());
  Append("o");
  hangs = false;
  WaitFor([](const auto& shop) { return shop.deliveries.pending_orders == 1; });
  EXPECT_THAT(receiver.messages(), SizeIs(1));
  ASSERT_TRUE(service_->Resume({}, kShop).ok());
  WaitForDelivered(2);
  EXPECT_THAT(Texts(receiver.messages()), ElementsAre("o@0", "o@0", "o@1"));
  // One if it was resumed before the pause had cut the attempt that hangs.
  EXPECT_LE(service_->Get({}, kShop)->deliveries.failed_attempts, 1U);
}

TEST_F(Delivery, GoesOnAfterARestartWhereItWasWithoutRepeats) {
  const WebhookReceiver receiver;
  Make(receiver);
  for (int i = 0; i < 20; ++i) Append("o");
  WaitForDelivered(20);
  service_.reset();
  Append("o");
  Append("p");
  Start();
  WaitForDelivered(22);
  std::vector<std::string> texts = Texts(receiver.messages());
  std::sort(texts.begin(), texts.end());
  EXPECT_EQ(std::unique(texts.begin(), texts.end()), texts.end());
}

TEST_F(Delivery, GoesOnFromItsBookAlsoIfTheStoreHandsAllOutAgain) {
  const WebhookReceiver receiver;
  Make(receiver, {}, application::WebhookStart::kFromBeginning);
  for (int i = 0; i < 20; ++i) Append("o");
  WaitForDelivered(20);
  // The store forgets what was acknowledged since its last checkpoint.
  const auto groups = client_->ListGroups();
  ASSERT_TRUE(groups.ok() && groups->size() == 1) << groups.status();
  ASSERT_TRUE(client_->DeleteGroup(groups->front().id).ok());
  Append("o");
  WaitForDelivered(21);
  EXPECT_EQ(receiver.messages().size(), 21U);
}

TEST_F(Delivery, StopsWhileReceiversHang) {
  const WebhookReceiver receiver(
      WebhookReceiver::Answer([](const ReceivedMessage&) { return WebhookAnswer{.hangs = true}; }));
  Make(receiver);
  for (int i = 0; i < 20; ++i) Append(absl::StrCat("o", i));
  EXPECT_THAT(receiver.WaitFor(8), SizeIs(8));
  service_.reset();
  EXPECT_THAT(receiver.messages(), SizeIs(8)) << "so many at one time";
}

TEST_F(Delivery, IsOfTheEventsThatAreWanted) {
  const WebhookReceiver receiver;
  Append("o");
  Append("o", domain::OrderCancelled{});
  Append("o");
  Make(receiver, {"OrderCancelled"}, application::WebhookStart::kFromBeginning);
  Append("p");
  Append("p", domain::OrderCancelled{});
  WaitForDelivered(2);
  EXPECT_THAT(Texts(receiver.messages()), ::testing::UnorderedElementsAre("o@1", "p@1"));
  EXPECT_EQ(service_->Get({}, kShop)->deliveries.pending_orders, 0U);
}

TEST_F(Delivery, GoesToTheNewAddress) {
  const WebhookReceiver before([](const ReceivedMessage&) { return 500; });
  const WebhookReceiver after;
  Make(before);
  Append("o");
  ASSERT_THAT(before.WaitFor(1), Not(IsEmpty()));
  ASSERT_TRUE(service_->Update({}, kShop, {.url = after.url()}).ok());
  Append("p");
  WaitFor([](const auto& shop) {
    return shop.deliveries.delivered >= 1 && shop.deliveries.pending_orders == 0;
  });
  EXPECT_THAT(Texts(after.messages()), ::testing::Contains("p@0"));
  EXPECT_THAT(Texts(before.messages()), ::testing::Not(::testing::Contains("p@0")));
}

TEST_F(Delivery, EndsWithItsWebhookAndLeavesNothingInTheStore) {
  const WebhookReceiver receiver([](const ReceivedMessage&) { return 500; });
  Make(receiver);
  Append("o");
  ASSERT_THAT(receiver.WaitFor(1), Not(IsEmpty()));
  const auto deleted = service_->Delete({}, kShop);
  ASSERT_TRUE(deleted.ok()) << deleted.status();
  EXPECT_EQ(deleted->pending_orders + deleted->dead_letters, 1U);
  EXPECT_TRUE(absl::IsNotFound(service_->Get({}, kShop).status()));
  for (int i = 0; i < kTriesMax && !client_->ListGroups()->empty(); ++i) {
    absl::SleepFor(absl::Milliseconds(10));
  }
  EXPECT_THAT(*client_->ListGroups(), IsEmpty());
  Make(receiver);  // The id is free again.
}

TEST_F(Delivery, IsSignedWithBothSecretsWhileOneIsRotated) {
  const WebhookReceiver receiver;
  const std::string first = Make(receiver);
  const auto second = service_->RotateSecret({}, kShop, absl::Hours(1));
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_TRUE(second->webhook.old_secret_end.has_value());
  Append("o");
  const ReceivedMessage both = receiver.WaitFor(1).back();
  EXPECT_TRUE(IsSignedBy(both, first) && IsSignedBy(both, second->secret));
  const auto third = service_->RotateSecret({}, kShop, absl::ZeroDuration());
  ASSERT_TRUE(third.ok()) << third.status();
  Append("o");
  const ReceivedMessage one = receiver.WaitFor(2).back();
  EXPECT_TRUE(IsSignedBy(one, third->secret));
  EXPECT_FALSE(IsSignedBy(one, first) || IsSignedBy(one, second->secret));
}

TEST_F(Delivery, GoesToNoAddressThatTheSettingsAllowNoMore) {
  const WebhookReceiver receiver;
  Make(receiver);
  Start("https://hooks.example");
  Append("o");
  const auto webhook =
      WaitFor([](const auto& shop) { return shop.state == WebhookState::kDisabled; });
  EXPECT_THAT(webhook.state_reason, HasSubstr("--webhook-hosts"));
  const absl::Status resumed = service_->Resume({}, kShop).status();
  EXPECT_EQ(application::GetRequestError(resumed)->reason, "ADDRESS_NOT_ALLOWED");
  EXPECT_FALSE(service_->Ping({}, kShop)->is_delivered);
  EXPECT_THAT(receiver.messages(), IsEmpty());
  Start();
  ASSERT_TRUE(service_->Resume({}, kShop).ok());
  WaitForDelivered(1);
}

TEST_F(Delivery, OfAPingIsToldAndNotRepeated) {
  std::atomic<int> status = 200;
  const WebhookReceiver receiver([&](const ReceivedMessage&) { return status.load(); });
  const std::string secret = Make(receiver);
  application::CallContext call;
  call.deadline = absl::Now() + absl::Seconds(30);
  const auto taken = service_->Ping(call, kShop);
  ASSERT_TRUE(taken.ok()) << taken.status();
  EXPECT_TRUE(taken->is_delivered);
  EXPECT_EQ(taken->http_status, 200);
  status = 500;
  const auto refused = service_->Ping(call, kShop);
  ASSERT_TRUE(refused.ok()) << refused.status();
  EXPECT_FALSE(refused->is_delivered);
  EXPECT_THAT(refused->error, HasSubstr("500"));
  const auto messages = receiver.messages();
  ASSERT_THAT(messages, SizeIs(2));
  EXPECT_EQ(messages[0].Field("webhook-id"), taken->message_id);
  EXPECT_TRUE(IsSignedBy(messages[0], secret));
  EXPECT_EQ(Json::parse(messages[0].body)["type"], "webhook.ping");
}

}  // namespace
}  // namespace orders::infrastructure
