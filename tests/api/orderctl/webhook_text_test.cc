#include "api/orderctl/webhook_text.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace orders::api {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

v1::Webhook Shop() {
  v1::Webhook webhook;
  webhook.set_webhook_id("shop");
  webhook.set_url("https://shop.example/orders");
  webhook.set_state(v1::WEBHOOK_STATE_DISABLED);
  webhook.set_state_reason("the receiver is gone");
  webhook.mutable_deliveries()->set_delivered(7);
  return webhook;
}

TEST(WebhookText, ShowsStateReasonAndEvents) {
  v1::Webhook webhook = Shop();
  EXPECT_THAT(WebhookText(webhook), HasSubstr("disabled"));
  EXPECT_THAT(WebhookText(webhook), HasSubstr("the receiver is gone"));
  EXPECT_THAT(WebhookText(webhook), HasSubstr("events        all\n"));
  EXPECT_THAT(WebhookText(webhook), HasSubstr("7 messages"));
  EXPECT_THAT(WebhookText(webhook), HasSubstr("pending       none\n"));
  webhook.add_event_types("OrderConfirmed");
  webhook.add_event_types("OrderCancelled");
  webhook.mutable_deliveries()->set_pending_orders(3);
  webhook.mutable_deliveries()->set_retrying_orders(2);
  EXPECT_THAT(WebhookText(webhook), HasSubstr("OrderConfirmed, OrderCancelled"));
  EXPECT_THAT(WebhookText(webhook), HasSubstr("3 orders, 2 of them wait for another attempt"));
}

TEST(WebhookText, HasASecretOnlyWhenOneWasJustMade) {
  EXPECT_THAT(WebhookText(Shop()), Not(HasSubstr("whsec_")));
  EXPECT_THAT(WebhookText(Shop(), "whsec_YQ=="), HasSubstr("new secret    whsec_YQ==\n"));
}

TEST(WebhookText, OfAHostileReceiverMovesNoCursor) {
  v1::Webhook webhook = Shop();
  webhook.mutable_deliveries()->mutable_last_failure()->set_error("\x1b[2J\r\n");
  EXPECT_THAT(WebhookText(webhook), Not(HasSubstr("\x1b")));
  v1::PingWebhookResponse ping;
  ping.set_error("\x1b[2J");
  EXPECT_THAT(PingText(ping), Not(HasSubstr("\x1b")));
  TextTable table = WebhookTable();
  webhook.set_url("https://a.example/\x1b");
  AddWebhook(webhook, table);
  EXPECT_THAT(table.TakeText(), Not(HasSubstr("\x1b")));
}

TEST(PingText, SaysWhetherItWasTaken) {
  v1::PingWebhookResponse ping;
  ping.set_message_id("m-1");
  ping.set_error("connection refused");
  ping.mutable_duration()->set_nanos(12'000'000);
  EXPECT_EQ(PingText(ping),
            "not delivered: no answer, connection refused (12 ms, webhook-id m-1)\n");
  ping.set_delivered(true);
  ping.set_http_status(204);
  ping.clear_error();
  EXPECT_EQ(PingText(ping), "delivered: status 204 (12 ms, webhook-id m-1)\n");
}

TEST(SelectedText, CountsWhatItDoesNotShow) {
  v1::ReplayWebhookDeadLettersResponse answer;
  EXPECT_EQ(SelectedText(0, answer.dead_letters(), "replayed", false), "0 dead letters replayed\n");
  answer.add_dead_letters()->set_event_id("e-1");
  EXPECT_THAT(SelectedText(1, answer.dead_letters(), "replayed", true),
              HasSubstr("1 dead letter would be replayed\n"));
  const std::string text = SelectedText(9, answer.dead_letters(), "discarded", false);
  EXPECT_THAT(text, HasSubstr("9 dead letters discarded\n"));
  EXPECT_THAT(text, HasSubstr("e-1"));
  EXPECT_THAT(text, HasSubstr("and 8 more\n"));
}

}  // namespace
}  // namespace orders::api
