#include "api/host/webhook_host.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

#include "infrastructure/config/settings.h"

namespace orders::api {
namespace {

using infrastructure::CounterFamily;
using infrastructure::GaugeFamily;
using infrastructure::WebhookHost;

/// In the data folder and in a backup.
constexpr char kBook[] = "/webhooks.db";

double Number(std::uint64_t count) { return static_cast<double>(count); }

}  // namespace

bool StartWebhooks(const infrastructure::Settings& settings,
                   const application::StoreIdentity& store,
                   infrastructure::WebhookService::Ports ports,
                   std::unique_ptr<infrastructure::WebhookService>& webhooks,
                   StartFailure& failure) {
  if (settings.webhook_hosts.empty()) return true;
  infrastructure::WebhookServiceOptions options{.store = store};
  if (!settings.in_memory) options.path = absl::StrCat(settings.data, kBook);
  for (const std::string& text : settings.webhook_hosts) {
    // The settings have checked it.
    if (const auto host = WebhookHost::Parse(text)) options.delivery.hosts.push_back(*host);
  }
  options.delivery.pauses.first = settings.webhook_first_pause;
  options.delivery.pauses.attempts_max = settings.webhook_attempts_max;
  options.sender.authorities_file = settings.webhook_authorities;
  auto started = infrastructure::WebhookService::Start(std::move(ports), options);
  if (absl::IsInvalidArgument(started.status())) {
    failure = {ExitCode::kConfig,
               absl::StrCat("webhook-ca: ", std::string(started.status().message()))};
    return false;
  }
  if (!started.ok()) {
    failure = DataFailure(started.status(), options.path);
    return false;
  }
  webhooks = *std::move(started);
  return true;
}

absl::Status BackUpWebhooks(infrastructure::WebhookService* webhooks, const std::string& folder) {
  if (webhooks == nullptr) return absl::OkStatus();
  return webhooks->BackUp(absl::StrCat(folder, kBook));
}

void AddWebhookMetrics(infrastructure::WebhookService* webhooks,
                       infrastructure::MetricFamilies& families) {
  if (webhooks == nullptr) return;
  const infrastructure::WebhookAttempts attempts = webhooks->attempts();
  families.push_back(CounterFamily(
      "orders_webhook_attempts_total",
      "Attempts to deliver a message: delivered; refused, by an answer other than 2xx; unanswered, "
      "the receiver was not reached or took too long.",
      {{Number(attempts.delivered), {{"outcome", "delivered"}}},
       {Number(attempts.refused), {{"outcome", "refused"}}},
       {Number(attempts.unanswered), {{"outcome", "unanswered"}}}}));
  families.push_back(CounterFamily("orders_webhook_messages_given_up_total",
                                   "Messages that became dead letters.",
                                   {{Number(attempts.given_up)}}));
  families.push_back(GaugeFamily("orders_webhook_messages_in_flight",
                                 "Messages that wait for their receiver's answer.",
                                 {{Number(webhooks->in_flight())}}));
  const auto totals = webhooks->Totals();
  if (!totals.ok()) return;
  families.push_back(GaugeFamily("orders_webhooks", "Webhooks by state.",
                                 {{Number(totals->active), {{"state", "active"}}},
                                  {Number(totals->paused), {{"state", "paused"}}},
                                  {Number(totals->disabled), {{"state", "disabled"}}}}));
  families.push_back(
      GaugeFamily("orders_webhook_pending_orders",
                  "Orders with a change that was not delivered yet, of each webhook once.",
                  {{Number(totals->pending_orders)}}));
  const absl::Duration age = totals->oldest_pending.has_value()
                                 ? absl::Now() - *totals->oldest_pending
                                 : absl::ZeroDuration();
  families.push_back(
      GaugeFamily("orders_webhook_oldest_pending_seconds",
                  "How long the oldest of them has waited; those of paused webhooks do not count.",
                  {{std::max(0.0, absl::ToDoubleSeconds(age))}}));
  families.push_back(GaugeFamily("orders_webhook_dead_letters",
                                 "Messages given up, and neither replayed nor discarded.",
                                 {{Number(totals->dead_letters)}}));
}

}  // namespace orders::api
