#pragma once

#include <memory>

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

/// Without webhooks, none.
void AddWebhookMetrics(infrastructure::WebhookService* webhooks,
                       infrastructure::MetricFamilies& families);

}  // namespace orders::api
