#include "api/calls/webhook_mapping.h"

#include <set>
#include <string>

#include "gtest/gtest.h"

#include "domain/order/event_names.h"

namespace orders::api {
namespace {

TEST(WebhookMapping, EveryEventMayBeAskedForAtOnce) {
  v1::CreateWebhookRequest request;
  for (const std::string_view name : domain::EventNames()) {
    request.add_event_types(std::string(name));
  }
  const auto webhook = ToNewWebhook(request);
  ASSERT_TRUE(webhook.ok()) << webhook.status();
  EXPECT_EQ(webhook->event_types.size(), domain::EventNames().size());
  EXPECT_GE(webhook->event_types.size(), 25U);
}

TEST(WebhookMapping, OfOneThatHasNeverDeliveredTellsNoTimes) {
  v1::Webhook message;
  SetWebhook({.id = {"shop"}, .state = application::WebhookState::kDisabled}, message);
  EXPECT_EQ(message.state(), v1::WEBHOOK_STATE_DISABLED);
  EXPECT_FALSE(message.has_old_secret_end_time());
  EXPECT_TRUE(message.has_deliveries());
  EXPECT_FALSE(message.deliveries().has_oldest_pending_time());
  EXPECT_FALSE(message.deliveries().has_last_success_time());
  EXPECT_FALSE(message.deliveries().has_last_failure());
}

TEST(WebhookMapping, TellsWhatBecameOfMessages) {
  const absl::Time then = absl::FromUnixSeconds(1'795'428'900);
  v1::Webhook message;
  SetWebhook(
      {.id = {"shop"},
       .old_secret_end = then,
       .deliveries = {.delivered = 7,
                      .failed_attempts = 3,
                      .dead_letters = 1,
                      .pending_orders = 2,
                      .retrying_orders = 1,
                      .oldest_pending = then,
                      .last_success = then,
                      .last_failure = {{.time = then, .http_status = 503, .error = "busy"}}}},
      message);
  const v1::WebhookDeliveries& deliveries = message.deliveries();
  EXPECT_EQ(deliveries.delivered(), 7U);
  EXPECT_EQ(deliveries.failed_attempts(), 3U);
  EXPECT_EQ(deliveries.dead_letters(), 1U);
  EXPECT_EQ(deliveries.pending_orders(), 2U);
  EXPECT_EQ(deliveries.retrying_orders(), 1U);
  EXPECT_EQ(deliveries.oldest_pending_time().seconds(), 1'795'428'900);
  EXPECT_EQ(deliveries.last_failure().http_status(), 503);
  EXPECT_EQ(deliveries.last_failure().error(), "busy");
  EXPECT_EQ(message.old_secret_end_time().seconds(), 1'795'428'900);
}

TEST(WebhookMapping, TellsAllOfADeadLetter) {
  const absl::Time then = absl::FromUnixSeconds(1'795'428'900);
  v1::WebhookDeadLetter message;
  SetDeadLetter({.number = 4,
                 .event_id = "e-1",
                 .order_id = {"o-1"},
                 .revision = 3,
                 .type = "OrderConfirmed",
                 .recorded = then,
                 .attempts = 20,
                 .first_attempt = then,
                 .dead_since = then,
                 .last_failure = {.time = then, .http_status = 0, .error = "refused"}},
                {"shop"}, message);
  EXPECT_EQ(message.webhook_id(), "shop");
  EXPECT_EQ(message.event_id(), "e-1");
  EXPECT_EQ(message.order_id(), "o-1");
  EXPECT_EQ(message.revision(), 3U);
  EXPECT_EQ(message.attempts(), 20U);
  EXPECT_EQ(message.last_failure().error(), "refused");
  EXPECT_TRUE(message.has_record_time() && message.has_first_attempt_time() &&
              message.has_dead_time());
}

}  // namespace
}  // namespace orders::api
