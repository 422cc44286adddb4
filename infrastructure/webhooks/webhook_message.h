#pragma once

#include <functional>
#include <string>

#include "absl/time/time.h"

#include "application/log_position.h"
#include "application/recorded_event.h"

namespace orders::infrastructure {

inline constexpr std::string_view kWebhookPingType = "webhook.ping";

/// The body of a message, as Standard Webhooks shape it: type, timestamp, data. The same event
/// gives the same body, but for `is_replay`.
std::string WebhookMessage(const application::RecordedOrderEvent& recorded,
                           const application::StoreIdentity& store, const std::string& event_json,
                           bool is_replay);
std::string WebhookPingMessage(const std::string& webhook_id, absl::Time now);

}  // namespace orders::infrastructure
