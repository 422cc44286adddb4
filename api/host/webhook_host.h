#pragma once

#include <memory>
#include <string>

#include "absl/status/status.h"

#include "api/host/start_failure.h"
#include "infrastructure/telemetry/metric_families.h"
#include "infrastructure/webhooks/webhook_service.h"

namespace orders::infrastructure {
struct Settings;
}  // namespace orders::infrastructure

namespace orders::api {

/// The webhooks that the settings ask for; `webhooks` stays null if they allow no address. False
/// with `failure` set: nothing was started.
bool StartWebhooks(const infrastructure::Settings& settings,
                   const application::StoreIdentity& store,
                   infrastructure::WebhookService::Ports ports,
                   std::unique_ptr<infrastructure::WebhookService>& webhooks,
                   StartFailure& failure);

/// Copies them into the folder of a backup. Without webhooks: nothing.
absl::Status BackUpWebhooks(infrastructure::WebhookService* webhooks, const std::string& folder);

/// Without webhooks, none.
void AddWebhookMetrics(infrastructure::WebhookService* webhooks,
                       infrastructure::MetricFamilies& families);

}  // namespace orders::api
