#pragma once

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "application/ports/webhooks.h"
#include "orders/v1/webhooks.pb.h"

namespace orders::api {

// Webhooks to and from their messages. Pure.

// From a request. Errors: InvalidArgument with the fields that are wrong. Addresses are looked at
// by application::Webhooks, which knows which are allowed.

/// Its id is empty if the request names none.
absl::StatusOr<application::NewWebhook> ToNewWebhook(const v1::CreateWebhookRequest& request);
absl::StatusOr<application::WebhookUpdate> ToUpdate(const v1::UpdateWebhookRequest& request);
absl::StatusOr<absl::Duration> ToOldSecretLifetime(const v1::RotateWebhookSecretRequest& request);
absl::StatusOr<application::SelectDeadLetters> ToSelection(
    const v1::ReplayWebhookDeadLettersRequest& request);
absl::StatusOr<application::SelectDeadLetters> ToSelection(
    const v1::DiscardWebhookDeadLettersRequest& request);

// To a message, which is empty when given.

void SetWebhook(const application::Webhook& webhook, v1::Webhook& message);
void SetDeadLetter(const application::WebhookDeadLetter& letter, const application::WebhookId& id,
                   v1::WebhookDeadLetter& message);
v1::PingWebhookResponse ToMessage(const application::WebhookPing& ping);

}  // namespace orders::api
