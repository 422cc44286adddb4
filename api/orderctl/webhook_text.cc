#include "api/orderctl/webhook_text.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"

#include "api/orderctl/order_text.h"
#include "api/orderctl/show_message.h"
#include "api/orderctl/utf8.h"

namespace orders::api {
namespace {

std::string StateOf(const v1::Webhook& webhook) {
  return Word(v1::WebhookState_Name(webhook.state()), "WEBHOOK_STATE_");
}

std::string Line(const char* name, const std::string& text) {
  constexpr std::size_t kNameWidth = 14;
  std::string line(name);
  line.resize(kNameWidth, ' ');
  return absl::StrCat(line, Printable(text), "\n");
}

std::string FailureText(const v1::WebhookFailure& failure) {
  return absl::StrCat(
      TimeText(failure.has_attempt_time(), failure.attempt_time()), ", ",
      failure.http_status() == 0 ? "no answer" : absl::StrCat("status ", failure.http_status()),
      ": ", failure.error());
}

std::string PendingText(const v1::WebhookDeliveries& deliveries) {
  if (deliveries.pending_orders() == 0) return "none";
  return absl::StrCat(
      deliveries.pending_orders(), " orders, ", deliveries.retrying_orders(),
      " of them wait for another attempt; the oldest since ",
      TimeText(deliveries.has_oldest_pending_time(), deliveries.oldest_pending_time()));
}

std::string SecretText(const v1::Webhook& webhook) {
  std::string text =
      absl::StrCat("made ", TimeText(webhook.has_secret_time(), webhook.secret_time()));
  if (webhook.has_old_secret_end_time()) {
    absl::StrAppend(&text, "; the one before it signs too until ",
                    TimeText(true, webhook.old_secret_end_time()));
  }
  return text;
}

}  // namespace

TextTable WebhookTable() {
  return TextTable({{"WEBHOOK"},
                    {"STATE"},
                    {"DELIVERED", TextTable::Align::kRight},
                    {"PENDING ORDERS", TextTable::Align::kRight},
                    {"RETRYING", TextTable::Align::kRight},
                    {"DEAD LETTERS", TextTable::Align::kRight},
                    {"LAST SUCCESS"},
                    {"URL"}});
}

void AddWebhook(const v1::Webhook& webhook, TextTable& table) {
  const v1::WebhookDeliveries& deliveries = webhook.deliveries();
  table.AddRow({webhook.webhook_id(), StateOf(webhook), absl::StrCat(deliveries.delivered()),
                absl::StrCat(deliveries.pending_orders()),
                absl::StrCat(deliveries.retrying_orders()), absl::StrCat(deliveries.dead_letters()),
                TimeText(deliveries.has_last_success_time(), deliveries.last_success_time()),
                webhook.url()});
}

std::string WebhookText(const v1::Webhook& webhook) {
  const v1::WebhookDeliveries& deliveries = webhook.deliveries();
  std::string text =
      absl::StrCat(Line("webhook", webhook.webhook_id()), Line("url", webhook.url()));
  if (!webhook.description().empty()) text += Line("description", webhook.description());
  text += Line("events",
               webhook.event_types().empty() ? "all" : absl::StrJoin(webhook.event_types(), ", "));
  text += Line("state",
               absl::StrCat(StateOf(webhook), " since ",
                            TimeText(webhook.has_state_time(), webhook.state_time()),
                            webhook.state_reason().empty() ? "" : ": ", webhook.state_reason()));
  text += Line(
      "made", absl::StrCat(TimeText(webhook.has_create_time(), webhook.create_time()), ", changed ",
                           TimeText(webhook.has_update_time(), webhook.update_time())));
  text += Line("secret", SecretText(webhook));
  text += Line("delivered", absl::StrCat(deliveries.delivered(), " messages",
                                         deliveries.has_last_success_time() ? ", the last " : "",
                                         TimeText(deliveries.has_last_success_time(),
                                                  deliveries.last_success_time()),
                                         "; ", deliveries.failed_attempts(), " attempts failed"));
  text += Line("pending", PendingText(deliveries));
  text += Line("dead letters", absl::StrCat(deliveries.dead_letters()));
  if (deliveries.has_last_failure()) {
    text += Line("last failure", FailureText(deliveries.last_failure()));
  }
  return text;
}

std::string WebhookText(const v1::Webhook& webhook, const std::string& secret) {
  return absl::StrCat(WebhookText(webhook), Line("new secret", secret));
}

std::string PingText(const v1::PingWebhookResponse& ping) {
  const absl::Duration duration =
      absl::Seconds(ping.duration().seconds()) + absl::Nanoseconds(ping.duration().nanos());
  return absl::StrCat(
      ping.delivered() ? "delivered" : "not delivered", ": ",
      ping.http_status() == 0 ? "no answer" : absl::StrCat("status ", ping.http_status()),
      ping.error().empty() ? "" : ", ", Printable(ping.error()), " (",
      absl::ToInt64Milliseconds(duration), " ms, webhook-id ", Printable(ping.message_id()), ")\n");
}

TextTable WebhookLetterTable() {
  return TextTable({{"EVENT"},
                    {"ORDER"},
                    {"REVISION", TextTable::Align::kRight},
                    {"TYPE"},
                    {"SINCE"},
                    {"ATTEMPTS", TextTable::Align::kRight},
                    {"STATUS", TextTable::Align::kRight},
                    {"ERROR"}});
}

void AddWebhookLetter(const v1::WebhookDeadLetter& letter, TextTable& table) {
  const v1::WebhookFailure& failure = letter.last_failure();
  table.AddRow(
      {letter.event_id(), letter.order_id(), absl::StrCat(letter.revision()), letter.type(),
       TimeText(letter.has_dead_time(), letter.dead_time()), absl::StrCat(letter.attempts()),
       failure.http_status() == 0 ? "" : absl::StrCat(failure.http_status()), failure.error()});
}

std::string SelectedText(std::uint64_t count,
                         const google::protobuf::RepeatedPtrField<v1::WebhookDeadLetter>& first,
                         const std::string& done, bool dry_run) {
  std::string text = absl::StrCat(count, count == 1 ? " dead letter " : " dead letters ",
                                  dry_run ? "would be " : "", done, "\n");
  if (first.empty()) return text;
  TextTable table = WebhookLetterTable();
  for (const v1::WebhookDeadLetter& letter : first) AddWebhookLetter(letter, table);
  absl::StrAppend(&text, table.TakeText());
  const auto shown = static_cast<std::uint64_t>(first.size());
  if (shown < count) absl::StrAppend(&text, "and ", count - shown, " more\n");
  return text;
}

}  // namespace orders::api
