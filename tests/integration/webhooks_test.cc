// Webhooks as those who run the service have them: by orderctl and over HTTP, with a real service
// and a receiver on loopback.

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "tests/integration/orderctl_process.h"
#include "tests/integration/orderctl_test.h"
#include "tests/support/http_client.h"
#include "tests/support/orderd_process.h"
#include "tests/support/webhook_receiver.h"

namespace orders::testing_support {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr int kTriesMax = 3'000;

/// A service that may post to loopback, and whose pauses between attempts are short.
class Webhooks : public ::testing::Test {
 protected:
  void SetUp() override {
    auto started = OrderdProcess::Start(
        {.data = data_.Path("data"),
         .arguments = {"--http-listen", "127.0.0.1:0", "--webhook-hosts", "http://127.0.0.1:*",
                       "--webhook-first-pause", "1ms", "--webhook-attempts-max", "5"}});
    ASSERT_TRUE(started.ok()) << started.status();
    orderd_ = *std::move(started);
  }

  OrderctlResult Run(const Words& words) {
    return RunOrderctl(words, {{"ORDERS_SERVER", orderd_->address()}});
  }
  /// Runs a command that must succeed; its answer.
  Json Do(Words words) {
    words.insert(words.end(), {"-o", "json"});
    const OrderctlResult result = Run(words);
    EXPECT_EQ(result.exit_code, 0) << words[0] << ' ' << words[1] << ": " << result.err;
    return Json::parse(result.out, nullptr, false);
  }
  HttpAnswer Post(const std::string& target, const Json& body) {
    return HttpClient(orderd_->ReadyWord("http")).Post(target, body.dump());
  }
  HttpAnswer Get(const std::string& target) {
    return HttpClient(orderd_->ReadyWord("http")).Get(target);
  }

  /// The secret of the webhook "shop", which is made.
  std::string MakeShop(const WebhookReceiver& receiver, const Words& more = {}) {
    Words words{"webhooks", "create", receiver.url(), "--id", "shop"};
    words.insert(words.end(), more.begin(), more.end());
    return Do(words)["secret"];
  }
  /// A confirmed order: two changes.
  void Confirm(const std::string& order) {
    Do({"create", "--order", order, "--customer", "ada", "--currency", "EUR", "--item",
        "TEA-1:2:890:Assam", "--ship-to", kAddress});
    Do({"confirm", order});
  }
  /// What the webhook "shop" is when `is_so` says yes; what it was last if that never happens.
  template <typename Condition>
  Json WaitForShop(Condition is_so) {
    Json webhook;
    for (int i = 0; i < kTriesMax; ++i) {
      webhook = Json::parse(Get("/v1/webhooks/shop").body, nullptr, false);
      if (is_so(webhook)) return webhook;
      absl::SleepFor(absl::Milliseconds(20));
    }
    ADD_FAILURE() << "it never came to it: " << webhook.dump();
    return webhook;
  }
  Json WaitForDeadLetters(const std::string& count) {
    return WaitForShop(
        [&](const Json& shop) { return shop["deliveries"]["dead_letters"] == count; });
  }

  ScratchFolder data_;
  std::unique_ptr<OrderdProcess> orderd_;
};

std::vector<std::string> TypesOf(const std::vector<ReceivedMessage>& messages) {
  std::vector<std::string> types;
  for (const ReceivedMessage& message : messages) {
    types.push_back(Json::parse(message.body)["type"]);
  }
  return types;
}

TEST_F(Webhooks, ChangesArePostedInOrderAndSignedByTheSecretThatWasShownOnce) {
  WebhookReceiver receiver;
  const OrderctlResult made =
      Run({"webhooks", "create", receiver.url(), "--id", "shop", "--description", "the shop"});
  ASSERT_EQ(made.exit_code, 0) << made.err;
  const std::size_t place = made.out.find("whsec_");
  ASSERT_NE(place, std::string::npos) << made.out;
  const std::string secret = made.out.substr(place, made.out.find('\n', place) - place);
  EXPECT_THAT(made.err, HasSubstr("not shown again"));

  Confirm("o-1");
  const std::vector<ReceivedMessage> messages = receiver.WaitFor(2);
  ASSERT_THAT(TypesOf(messages), ElementsAre("OrderCreated", "OrderConfirmed"));
  const Json history = Do({"history", "o-1"});
  for (std::size_t i = 0; i < messages.size(); ++i) {
    const ReceivedMessage& message = messages[i];
    const Json& entry = history["entries"][i];
    EXPECT_EQ(message.target, "/orders");
    EXPECT_TRUE(IsSignedBy(message, secret)) << message.body;
    EXPECT_EQ(message.Field("webhook-id"), entry["event_id"]);
    const Json data = Json::parse(message.body)["data"];
    EXPECT_EQ(data["order_id"], "o-1");
    EXPECT_EQ(data["event_id"], entry["event_id"]);
    EXPECT_EQ(data["event"], Json::parse(std::string(entry["data_json"])));
  }
  ReceivedMessage forged = messages[0];
  forged.body += " ";
  EXPECT_FALSE(IsSignedBy(forged, secret));

  const Json shop =
      WaitForShop([](const Json& webhook) { return webhook["deliveries"]["delivered"] == "2"; });
  EXPECT_EQ(shop["deliveries"]["pending_orders"], "0");
  for (const Words& words :
       {Words{"webhooks", "list"}, Words{"webhooks", "list", "-o", "json"},
        Words{"webhooks", "list", "-o", "ndjson"}, Words{"webhooks", "show", "shop"},
        Words{"webhooks", "show", "shop", "-o", "json"}}) {
    const OrderctlResult shown = Run(words);
    EXPECT_EQ(shown.exit_code, 0) << shown.err;
    EXPECT_THAT(shown.out, AllOf(HasSubstr("shop"), Not(HasSubstr("whsec_"))));
  }
  EXPECT_THAT(Get("/v1/webhooks").body, Not(HasSubstr("whsec_")));
  EXPECT_THAT(orderd_->err(), Not(HasSubstr("whsec_")));
}

TEST_F(Webhooks, OnlyTheEventsThatAreWantedArePosted) {
  WebhookReceiver receiver;
  MakeShop(receiver, {"--event-type", "OrderConfirmed", "--event-type", "OrderCancelled"});
  Confirm("o-1");
  Do({"cancel", "o-1", "--reason", "changed their mind"});
  EXPECT_THAT(TypesOf(receiver.WaitFor(2)), ElementsAre("OrderConfirmed", "OrderCancelled"));

  const Json updated = Do({"webhooks", "update", "shop", "--event-type", "NoteSet"});
  EXPECT_EQ(updated["event_types"], Json::array({"NoteSet"}));
  Do({"set-note", "o-1", "--note", "late"});
  EXPECT_THAT(TypesOf(receiver.WaitFor(3)),
              ElementsAre("OrderConfirmed", "OrderCancelled", "NoteSet"));
  EXPECT_EQ(Do({"webhooks", "update", "shop", "--all-events"})["event_types"], Json::array());
}

TEST_F(Webhooks, FromTheBeginningAllThatEverHappenedIsPosted) {
  Confirm("o-1");
  WebhookReceiver receiver;
  MakeShop(receiver, {"--from-beginning"});
  EXPECT_THAT(TypesOf(receiver.WaitFor(2)), ElementsAre("OrderCreated", "OrderConfirmed"));
}

TEST_F(Webhooks, WhileASecretIsRotatedBothSign) {
  WebhookReceiver receiver;
  const std::string first = MakeShop(receiver);
  const std::string second = Do({"webhooks", "rotate-secret", "shop"})["secret"];
  EXPECT_NE(first, second);
  Do({"webhooks", "ping", "shop"});
  const ReceivedMessage both = receiver.WaitFor(1).back();
  EXPECT_TRUE(IsSignedBy(both, first) && IsSignedBy(both, second));

  const Json third = Do({"webhooks", "rotate-secret", "shop", "--old-secret-lifetime", "0"});
  EXPECT_FALSE(third["webhook"].contains("old_secret_end_time")) << third.dump();
  Do({"webhooks", "ping", "shop"});
  const ReceivedMessage one = receiver.WaitFor(2).back();
  EXPECT_TRUE(IsSignedBy(one, third["secret"]));
  EXPECT_FALSE(IsSignedBy(one, first) || IsSignedBy(one, second));
}

TEST_F(Webhooks, APingSaysWhatCameOfIt) {
  std::atomic<int> status = 200;
  WebhookReceiver receiver([&](const ReceivedMessage&) { return status.load(); });
  MakeShop(receiver);
  const OrderctlResult taken = Run({"webhooks", "ping", "shop"});
  EXPECT_EQ(taken.exit_code, 0) << taken.err;
  EXPECT_THAT(taken.out, HasSubstr("delivered: status 200"));
  EXPECT_THAT(TypesOf(receiver.WaitFor(1)), ElementsAre("webhook.ping"));
  status = 500;
  const OrderctlResult refused = Run({"webhooks", "ping", "shop"});
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_THAT(refused.out, HasSubstr("not delivered: status 500"));
  EXPECT_EQ(Run({"webhooks", "ping", "none"}).exit_code, 66);
  EXPECT_EQ(receiver.messages().size(), 2U) << "a ping is not tried again";
}

TEST_F(Webhooks, WhatHappensWhileOneIsPausedWaits) {
  WebhookReceiver receiver;
  MakeShop(receiver);
  const Json paused = Do({"webhooks", "pause", "shop", "--reason", "the receiver moves"});
  EXPECT_EQ(paused["state"], "WEBHOOK_STATE_PAUSED");
  EXPECT_THAT(std::string(paused["state_reason"]), HasSubstr("the receiver moves"));
  Confirm("o-1");
  WaitForShop([](const Json& shop) { return shop["deliveries"]["pending_orders"] == "1"; });
  EXPECT_TRUE(receiver.messages().empty());
  EXPECT_EQ(Do({"webhooks", "resume", "shop"})["state"], "WEBHOOK_STATE_ACTIVE");
  EXPECT_THAT(TypesOf(receiver.WaitFor(2)), ElementsAre("OrderCreated", "OrderConfirmed"));
}

TEST_F(Webhooks, AReceiverThatIsGoneDisablesItsWebhook) {
  std::atomic<int> status = 410;
  WebhookReceiver receiver([&](const ReceivedMessage&) { return status.load(); });
  MakeShop(receiver);
  Confirm("o-1");
  const Json shop =
      WaitForShop([](const Json& webhook) { return webhook["state"] == "WEBHOOK_STATE_DISABLED"; });
  EXPECT_NE(shop["state_reason"], "");
  status = 200;
  Do({"webhooks", "resume", "shop"});
  const Json after = WaitForShop(
      [](const Json& webhook) { return webhook["deliveries"]["pending_orders"] == "0"; });
  EXPECT_EQ(after["state"], "WEBHOOK_STATE_ACTIVE");
}

TEST_F(Webhooks, DeadLettersAreLookedAtReplayedAndDiscarded) {
  std::atomic<bool> is_broken = true;
  WebhookReceiver receiver([&](const ReceivedMessage&) { return is_broken ? 500 : 204; });
  MakeShop(receiver, {"--event-type", "OrderConfirmed"});
  for (const char* const order : {"o-1", "o-2", "o-3", "o-4"}) Confirm(order);
  WaitForDeadLetters("4");

  const OrderctlResult table = Run({"webhooks", "dead-letters", "shop"});
  EXPECT_EQ(CountLines(table.out), 5U) << table.out;
  EXPECT_THAT(table.out, AllOf(HasSubstr("o-1"), HasSubstr("OrderConfirmed"), HasSubstr("500")));
  const std::vector<Json> letters = Lines(
      Run({"webhooks", "dead-letters", "shop", "--all", "--page-size", "1", "-o", "ndjson"}).out);
  ASSERT_EQ(letters.size(), 4U);
  const std::string one = letters[2]["event_id"];

  // A preview changes nothing, and what has changed since is not touched.
  EXPECT_EQ(Do({"webhooks", "replay", "shop", "--all", "--dry-run"})["count"], "4");
  const OrderctlResult other = Run({"webhooks", "replay", "shop", "--all", "--expect", "3"});
  EXPECT_EQ(other.exit_code, 75);
  EXPECT_THAT(other.err, HasSubstr("DEAD_LETTERS_CHANGED"));
  EXPECT_EQ(Run({"webhooks", "replay", "shop"}).exit_code, 64);
  EXPECT_EQ(Run({"webhooks", "replay", "shop", "--all", "--oldest", "1"}).exit_code, 64);
  EXPECT_EQ(Run({"webhooks", "replay", "shop", "--event", "none"}).exit_code, 66);
  WaitForDeadLetters("4");

  is_broken = false;
  const std::size_t before = receiver.messages().size();
  EXPECT_EQ(Do({"webhooks", "replay", "shop", "--event", one})["count"], "1");
  const std::vector<ReceivedMessage> replayed = receiver.WaitFor(before + 1);
  ASSERT_EQ(replayed.size(), before + 1);
  EXPECT_EQ(replayed.back().Field("webhook-id"), one);
  EXPECT_EQ(Json::parse(replayed.back().body)["replay"], true);
  WaitForDeadLetters("3");

  EXPECT_EQ(Run({"webhooks", "discard", "shop", "--oldest", "1"}).exit_code, 64) << "no reason";
  const Json discarded = Do({"webhooks", "discard", "shop", "--oldest", "1", "--reason",
                             "told them by hand", "--actor", "ann"});
  EXPECT_EQ(discarded["dead_letters"][0]["event_id"], letters[0]["event_id"]);
  EXPECT_THAT(orderd_->err(), AllOf(HasSubstr("told them by hand"), HasSubstr("ann")));
  WaitForDeadLetters("2");

  EXPECT_EQ(Do({"webhooks", "replay", "shop", "--all", "--expect", "2"})["count"], "2");
  EXPECT_EQ(receiver.WaitFor(before + 3).size(), before + 3);
  WaitForDeadLetters("0");
}

TEST_F(Webhooks, OverHttpAllOfItIsTheSame) {
  WebhookReceiver receiver;
  const HttpAnswer made = Post("/v1/webhooks", {{"webhook_id", "shop"}, {"url", receiver.url()}});
  ASSERT_EQ(made.status, 200) << made.body;
  EXPECT_THAT(std::string(Json::parse(made.body)["secret"]), HasSubstr("whsec_"));
  const HttpAnswer again = Post("/v1/webhooks", {{"webhook_id", "shop"}, {"url", receiver.url()}});
  EXPECT_EQ(again.status, 409);
  EXPECT_EQ(Json::parse(again.body)["reason"], "WEBHOOK_EXISTS");

  const Json updated = Json::parse(
      Post("/v1/webhooks/shop:update", {{"description", "the shop"}}).body, nullptr, false);
  EXPECT_EQ(updated["description"], "the shop");
  EXPECT_EQ(updated["url"], receiver.url());
  EXPECT_EQ(Json::parse(Post("/v1/webhooks/shop:ping", Json::object()).body)["delivered"], true);
  EXPECT_EQ(Json::parse(Post("/v1/webhooks/shop:pause", Json::object()).body)["state"],
            "WEBHOOK_STATE_PAUSED");
  EXPECT_EQ(Json::parse(Post("/v1/webhooks/shop:resume", Json::object()).body)["state"],
            "WEBHOOK_STATE_ACTIVE");
  EXPECT_EQ(Post("/v1/webhooks/shop:rotateSecret", {{"old_secret_lifetime", "60s"}}).status, 200);
  EXPECT_EQ(Post("/v1/webhooks/shop:rotateSecret", {{"old_secret_lifetime", "-1s"}}).status, 400);
  EXPECT_EQ(Json::parse(Get("/v1/webhooks/shop/deadLetters").body)["dead_letters"], Json::array());
  EXPECT_EQ(
      Json::parse(Post("/v1/webhooks/shop/deadLetters:replay", {{"all", true}}).body)["count"],
      "0");
  EXPECT_EQ(Post("/v1/webhooks/shop/deadLetters:replay", Json::object()).status, 400);
  EXPECT_EQ(Post("/v1/webhooks/shop:delete", Json::object()).status, 200);
  EXPECT_EQ(Json::parse(Get("/v1/webhooks/shop").body)["reason"], "WEBHOOK_NOT_FOUND");
  Confirm("o-1");
  EXPECT_EQ(receiver.messages().size(), 1U) << "the ping alone";
}

TEST_F(Webhooks, AnAddressThatTheSettingsDoNotAllowIsRefused) {
  for (const char* const url :
       {"https://127.0.0.1:9/", "http://127.0.0.2:9/", "http://localhost:9/", "ftp://127.0.0.1/",
        "http://ann@127.0.0.1:9/", "http://127.0.0.1:9/#end", "127.0.0.1:9", ""}) {
    const HttpAnswer refused = Post("/v1/webhooks", {{"webhook_id", "shop"}, {"url", url}});
    EXPECT_EQ(refused.status, 400) << url << ": " << refused.body;
    const Json problem = Json::parse(refused.body);
    ASSERT_TRUE(problem.contains("violations")) << url << ": " << refused.body;
    EXPECT_EQ(problem["violations"][0]["field"], "url") << url;
  }
  const OrderctlResult refused = Run({"webhooks", "create", "https://elsewhere.example/"});
  EXPECT_EQ(refused.exit_code, 65);
  EXPECT_THAT(refused.err, AllOf(HasSubstr("url: "), HasSubstr("webhook-hosts")));
  EXPECT_EQ(Json::parse(Get("/v1/webhooks").body)["webhooks"], Json::array());
}

TEST_F(Webhooks, AreThereAfterARestart) {
  WebhookReceiver receiver;
  MakeShop(receiver);
  const Json before = Do({"webhooks", "show", "shop"});
  ASSERT_EQ(orderd_->Stop().exit_code, 0) << orderd_->err();
  SetUp();
  const Json after = Do({"webhooks", "show", "shop"});
  EXPECT_EQ(after["create_time"], before["create_time"]);
  Confirm("o-1");
  EXPECT_EQ(receiver.WaitFor(2).size(), 2U);
}

TEST_F(Webhooks, AreInABackupWithWhatWaitsForThem) {
  WebhookReceiver receiver;
  const std::string secret = MakeShop(receiver);
  Do({"webhooks", "pause", "shop", "--reason", "moved"});
  Confirm("o-1");
  const OrderctlResult backup = Run({"backup", data_.Path("backup")});
  ASSERT_EQ(backup.exit_code, 0) << backup.err;
  ASSERT_EQ(orderd_->Stop().exit_code, 0) << orderd_->err();
  std::filesystem::remove_all(data_.Path("data"));
  std::filesystem::rename(data_.Path("backup"), data_.Path("data"));
  SetUp();
  EXPECT_EQ(Do({"webhooks", "show", "shop"})["state"], "WEBHOOK_STATE_PAUSED");
  Do({"webhooks", "resume", "shop"});
  const std::vector<ReceivedMessage> messages = receiver.WaitFor(2);
  EXPECT_THAT(TypesOf(messages), ElementsAre("OrderCreated", "OrderConfirmed"));
  for (const ReceivedMessage& message : messages) EXPECT_TRUE(IsSignedBy(message, secret));
}

TEST(WebhooksOff, SayWhichSettingSwitchesThemOn) {
  auto started = OrderdProcess::Start({});
  ASSERT_TRUE(started.ok()) << started.status();
  for (const Words& words :
       {Words{"webhooks", "list"}, Words{"webhooks", "create", "https://shop.example/"}}) {
    const OrderctlResult refused = RunOrderctl(words, {{"ORDERS_SERVER", (*started)->address()}});
    EXPECT_EQ(refused.exit_code, 1) << refused.err;
    EXPECT_THAT(refused.err, AllOf(HasSubstr("WEBHOOKS_OFF"), HasSubstr("webhook-hosts")));
  }
}

TEST(WebhookCommands, ThatAreNotWholeAreNotSent) {
  for (const Words& words :
       {Words{"webhooks"}, Words{"webhooks", "create"}, Words{"webhooks", "update", "shop"},
        Words{"webhooks", "update", "shop", "--all-events", "--event-type", "NoteSet"},
        Words{"webhooks", "rotate-secret", "shop", "--old-secret-lifetime", "721h"},
        Words{"webhooks", "rotate-secret", "shop", "--old-secret-lifetime", "-1s"},
        Words{"webhooks", "discard", "shop", "--all"},
        Words{"webhooks", "replay", "shop", "--oldest", "0"}}) {
    EXPECT_EQ(RunOrderctl(words, {{"ORDERS_SERVER", "127.0.0.1:1"}}).exit_code, 64) << words.back();
  }
}

}  // namespace
}  // namespace orders::testing_support
