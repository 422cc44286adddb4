#include "api/calls/webhook_mapping.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "google/protobuf/repeated_field.h"

#include "api/calls/duration_message.h"
#include "api/calls/request_checks.h"
#include "api/calls/value_mapping.h"
#include "domain/order/event_names.h"
#include "domain/order/text_rules.h"
#include "domain/order/validation.h"

namespace orders::api {
namespace {

using application::WebhookState;

constexpr domain::IdPattern kWebhookIdPattern("_-");
constexpr std::int32_t kNanosASecond = 1'000'000'000;

std::string JoinedNames(const std::vector<std::string_view>& names) {
  return absl::StrJoin(names, ", ",
                       [](std::string* out, std::string_view name) { out->append(name); });
}

std::vector<std::string> ToEventTypes(const google::protobuf::RepeatedPtrField<std::string>& names,
                                      const std::string& field, Violations& violations) {
  const std::vector<std::string_view>& known = domain::EventNames();
  std::set<std::string_view> seen;
  for (int i = 0; i < names.size(); ++i) {
    const bool is_known = std::find(known.begin(), known.end(), names[i]) != known.end();
    if (is_known && seen.insert(names[i]).second) continue;
    violations.push_back({absl::StrCat(field, "[", i, "]"),
                          is_known ? "is named twice"
                                   : absl::StrCat("is none of the events: ", JoinedNames(known))});
    break;  // The others would say the same again.
  }
  return {names.begin(), names.end()};
}

application::WebhookStart ToStart(v1::WebhookStart message, Violations& violations) {
  switch (message) {
    case v1::WEBHOOK_START_UNSPECIFIED:
    case v1::FROM_NOW:
      return application::WebhookStart::kFromNow;
    case v1::FROM_BEGINNING:
      return application::WebhookStart::kFromBeginning;
    default:  // A closed enum has other values on the wire.
      violations.push_back({"start", "takes FROM_NOW or FROM_BEGINNING"});
      return application::WebhookStart::kFromNow;
  }
}

/// Both requests say it with the same fields.
template <typename Request>
application::SelectDeadLetters ToSelectionOf(const Request& request, Violations& violations) {
  application::SelectDeadLetters select{.validate_only = request.validate_only()};
  if (request.has_expected_count()) select.expected_count = request.expected_count();
  switch (request.selection_case()) {
    case Request::kEventId:
      if (request.event_id().empty()) {
        violations.push_back({"event_id", "takes the id of a dead letter's event"});
      }
      select.selection = request.event_id();
      break;
    case Request::kOldest:
      if (request.oldest() < 1) violations.push_back({"oldest", "takes 1 or more"});
      select.selection =
          application::OldestDeadLetters{.count = static_cast<std::uint64_t>(request.oldest())};
      break;
    case Request::kAll:
      if (!request.all()) violations.push_back({"all", "takes true, or is left out"});
      select.selection = application::AllDeadLetters();
      break;
    case Request::SELECTION_NOT_SET:
      violations.push_back({"selection", "say which of them: event_id, oldest or all"});
      break;
  }
  return select;
}

v1::WebhookState ToMessage(WebhookState state) {
  switch (state) {
    case WebhookState::kActive:
      return v1::WEBHOOK_STATE_ACTIVE;
    case WebhookState::kPaused:
      return v1::WEBHOOK_STATE_PAUSED;
    case WebhookState::kDisabled:
      return v1::WEBHOOK_STATE_DISABLED;
  }
  return v1::WEBHOOK_STATE_UNSPECIFIED;
}

void SetFailure(const application::WebhookFailure& failure, v1::WebhookFailure& message) {
  SetTime(failure.time, *message.mutable_attempt_time());
  message.set_http_status(failure.http_status);
  message.set_error(failure.error);
}

void SetDeliveries(const application::WebhookDeliveries& deliveries,
                   v1::WebhookDeliveries& message) {
  message.set_delivered(deliveries.delivered);
  message.set_failed_attempts(deliveries.failed_attempts);
  message.set_dead_letters(deliveries.dead_letters);
  message.set_pending_orders(deliveries.pending_orders);
  message.set_retrying_orders(deliveries.retrying_orders);
  if (deliveries.oldest_pending.has_value()) {
    SetTime(*deliveries.oldest_pending, *message.mutable_oldest_pending_time());
  }
  if (deliveries.last_success.has_value()) {
    SetTime(*deliveries.last_success, *message.mutable_last_success_time());
  }
  if (deliveries.last_failure.has_value()) {
    SetFailure(*deliveries.last_failure, *message.mutable_last_failure());
  }
}

}  // namespace

absl::StatusOr<application::NewWebhook> ToNewWebhook(const v1::CreateWebhookRequest& request) {
  Violations violations;
  if (!request.webhook_id().empty() && !kWebhookIdPattern.Matches(request.webhook_id())) {
    violations.push_back({"webhook_id", "takes 1 to 64 of A-Z, a-z, 0-9, \"_\" and \"-\""});
  }
  CheckLine(request.description(), "description", violations);
  application::NewWebhook webhook{
      .id = {request.webhook_id()},
      .url = request.url(),
      .description = request.description(),
      .event_types = ToEventTypes(request.event_types(), "event_types", violations),
      .start = ToStart(request.start(), violations)};
  if (!violations.empty()) return domain::ToStatus(violations);
  return webhook;
}

absl::StatusOr<application::WebhookUpdate> ToUpdate(const v1::UpdateWebhookRequest& request) {
  Violations violations;
  application::WebhookUpdate update;
  if (request.has_url()) update.url = request.url();
  if (request.has_description()) {
    CheckLine(request.description(), "description", violations);
    update.description = request.description();
  }
  if (request.has_event_types()) {
    update.event_types =
        ToEventTypes(request.event_types().names(), "event_types.names", violations);
  }
  if (!request.has_url() && !request.has_description() && !request.has_event_types()) {
    violations.push_back({"url", "say what to change: url, description or event_types"});
  }
  if (!violations.empty()) return domain::ToStatus(violations);
  return update;
}

absl::StatusOr<absl::Duration> ToOldSecretLifetime(const v1::RotateWebhookSecretRequest& request) {
  if (!request.has_old_secret_lifetime()) return application::kOldSecretLifetimeDefault;
  const google::protobuf::Duration& message = request.old_secret_lifetime();
  const absl::Duration lifetime = ToDuration(message);
  if (message.seconds() >= 0 && message.nanos() >= 0 && message.nanos() < kNanosASecond &&
      lifetime <= application::kOldSecretLifetimeMax) {
    return lifetime;
  }
  return domain::ToStatus(
      {{.field = "old_secret_lifetime",
        .description = absl::StrCat("takes 0 to ",
                                    absl::FormatDuration(application::kOldSecretLifetimeMax))}});
}

absl::StatusOr<application::SelectDeadLetters> ToSelection(
    const v1::ReplayWebhookDeadLettersRequest& request) {
  Violations violations;
  application::SelectDeadLetters select = ToSelectionOf(request, violations);
  if (!violations.empty()) return domain::ToStatus(violations);
  return select;
}

absl::StatusOr<application::SelectDeadLetters> ToSelection(
    const v1::DiscardWebhookDeadLettersRequest& request) {
  Violations violations;
  application::SelectDeadLetters select = ToSelectionOf(request, violations);
  CheckReason(request.reason(), violations);
  if (!violations.empty()) return domain::ToStatus(violations);
  return select;
}

void SetWebhook(const application::Webhook& webhook, v1::Webhook& message) {
  message.set_webhook_id(webhook.id.value);
  message.set_url(webhook.url);
  message.set_description(webhook.description);
  for (const std::string& type : webhook.event_types) message.add_event_types(type);
  message.set_state(ToMessage(webhook.state));
  message.set_state_reason(webhook.state_reason);
  SetTime(webhook.state_since, *message.mutable_state_time());
  SetTime(webhook.created, *message.mutable_create_time());
  SetTime(webhook.updated, *message.mutable_update_time());
  SetTime(webhook.secret_made, *message.mutable_secret_time());
  if (webhook.old_secret_end.has_value()) {
    SetTime(*webhook.old_secret_end, *message.mutable_old_secret_end_time());
  }
  SetDeliveries(webhook.deliveries, *message.mutable_deliveries());
}

void SetDeadLetter(const application::WebhookDeadLetter& letter, const application::WebhookId& id,
                   v1::WebhookDeadLetter& message) {
  message.set_webhook_id(id.value);
  message.set_event_id(letter.event_id);
  message.set_order_id(letter.order_id.value);
  message.set_revision(letter.revision);
  message.set_type(letter.type);
  SetTime(letter.recorded, *message.mutable_record_time());
  message.set_attempts(letter.attempts);
  SetTime(letter.first_attempt, *message.mutable_first_attempt_time());
  SetTime(letter.dead_since, *message.mutable_dead_time());
  SetFailure(letter.last_failure, *message.mutable_last_failure());
}

v1::PingWebhookResponse ToMessage(const application::WebhookPing& ping) {
  v1::PingWebhookResponse message;
  message.set_delivered(ping.is_delivered);
  message.set_message_id(ping.message_id);
  message.set_http_status(ping.http_status);
  message.set_error(ping.error);
  SetDuration(ping.duration, *message.mutable_duration());
  return message;
}

}  // namespace orders::api
