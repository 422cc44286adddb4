#include "application/webhooks_off.h"

#include "application/commands/request_errors.h"

namespace orders::application {
namespace {

absl::Status Off() {
  return MakeRequestError(absl::StatusCode::kFailedPrecondition,
                          "webhooks are off: name the hosts that the service may post to with the "
                          "setting webhook-hosts, and start it anew",
                          {.reason = "WEBHOOKS_OFF"});
}

}  // namespace

absl::StatusOr<WebhookWithSecret> WebhooksOff::Create(const CallContext& /*call*/,
                                                      const NewWebhook& /*webhook*/) {
  return Off();
}
absl::StatusOr<std::vector<Webhook>> WebhooksOff::List(const CallContext& /*call*/) {
  return Off();
}
absl::StatusOr<Webhook> WebhooksOff::Get(const CallContext& /*call*/, const WebhookId& /*id*/) {
  return Off();
}
absl::StatusOr<Webhook> WebhooksOff::Update(const CallContext& /*call*/, const WebhookId& /*id*/,
                                            const WebhookUpdate& /*update*/) {
  return Off();
}
absl::StatusOr<DeletedWebhook> WebhooksOff::Delete(const CallContext& /*call*/,
                                                   const WebhookId& /*id*/) {
  return Off();
}
absl::StatusOr<Webhook> WebhooksOff::Pause(const CallContext& /*call*/, const WebhookId& /*id*/,
                                           const std::string& /*reason*/) {
  return Off();
}
absl::StatusOr<Webhook> WebhooksOff::Resume(const CallContext& /*call*/, const WebhookId& /*id*/) {
  return Off();
}
absl::StatusOr<WebhookWithSecret> WebhooksOff::RotateSecret(const CallContext& /*call*/,
                                                            const WebhookId& /*id*/,
                                                            absl::Duration /*old_lifetime*/) {
  return Off();
}
absl::StatusOr<WebhookPing> WebhooksOff::Ping(const CallContext& /*call*/,
                                              const WebhookId& /*id*/) {
  return Off();
}
absl::StatusOr<std::vector<WebhookDeadLetter>> WebhooksOff::ListDeadLetters(
    const CallContext& /*call*/, const WebhookId& /*id*/, std::int64_t /*after*/,
    std::size_t /*letters_max*/) {
  return Off();
}
absl::StatusOr<SelectedDeadLetters> WebhooksOff::ReplayDeadLetters(
    const CallContext& /*call*/, const WebhookId& /*id*/, const SelectDeadLetters& /*select*/) {
  return Off();
}
absl::StatusOr<SelectedDeadLetters> WebhooksOff::DiscardDeadLetters(
    const CallContext& /*call*/, const WebhookId& /*id*/, const SelectDeadLetters& /*select*/,
    const std::string& /*reason*/) {
  return Off();
}

}  // namespace orders::application
