#include "infrastructure/webhooks/webhook_message.h"

#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"

#include "application/queries/freshness.h"

namespace orders::infrastructure {
namespace {

std::string Quoted(std::string_view text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string Stamp(absl::Time time) {
  return absl::FormatTime("%Y-%m-%d%ET%H:%M:%E6SZ", time, absl::UTCTimeZone());
}

}  // namespace

std::string WebhookMessage(const application::RecordedOrderEvent& recorded,
                           const application::StoreIdentity& store, const std::string& event_json,
                           bool is_replay) {
  return absl::StrCat(
      "{\"type\":", Quoted(domain::EventName(recorded.event)),
      ",\"timestamp\":", Quoted(Stamp(recorded.created)), is_replay ? ",\"replay\":true" : "",
      ",\"data\":{\"order_id\":", Quoted(recorded.order_id.value),
      ",\"revision\":", recorded.revision, ",\"event_id\":", Quoted(recorded.event_id),
      ",\"position_token\":", Quoted(application::EncodePositionToken(store, recorded.position)),
      ",\"correlation_id\":", Quoted(recorded.metadata.correlation_id), ",\"event\":", event_json,
      "}}");
}

std::string WebhookPingMessage(const std::string& webhook_id, absl::Time now) {
  return absl::StrCat("{\"type\":", Quoted(kWebhookPingType), ",\"timestamp\":", Quoted(Stamp(now)),
                      ",\"data\":{\"webhook_id\":", Quoted(webhook_id), "}}");
}

}  // namespace orders::infrastructure
