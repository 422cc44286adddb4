#pragma once

#include "application/ports/webhooks.h"

namespace orders::application {

/// The webhooks of a service whose settings allow no address: every call is refused (WEBHOOKS_OFF).
class WebhooksOff final : public Webhooks {
 public:
  absl::StatusOr<WebhookWithSecret> Create(const CallContext& call,
                                           const NewWebhook& webhook) override;
  absl::StatusOr<std::vector<Webhook>> List(const CallContext& call) override;
  absl::StatusOr<Webhook> Get(const CallContext& call, const WebhookId& id) override;
  absl::StatusOr<Webhook> Update(const CallContext& call, const WebhookId& id,
                                 const WebhookUpdate& update) override;
  absl::StatusOr<DeletedWebhook> Delete(const CallContext& call, const WebhookId& id) override;
  absl::StatusOr<Webhook> Pause(const CallContext& call, const WebhookId& id,
                                const std::string& reason) override;
  absl::StatusOr<Webhook> Resume(const CallContext& call, const WebhookId& id) override;
  absl::StatusOr<WebhookWithSecret> RotateSecret(const CallContext& call, const WebhookId& id,
                                                 absl::Duration old_lifetime) override;
  absl::StatusOr<WebhookPing> Ping(const CallContext& call, const WebhookId& id) override;
  absl::StatusOr<std::vector<WebhookDeadLetter>> ListDeadLetters(const CallContext& call,
                                                                 const WebhookId& id,
                                                                 std::int64_t after,
                                                                 std::size_t letters_max) override;
  absl::StatusOr<SelectedDeadLetters> ReplayDeadLetters(const CallContext& call,
                                                        const WebhookId& id,
                                                        const SelectDeadLetters& select) override;
  absl::StatusOr<SelectedDeadLetters> DiscardDeadLetters(const CallContext& call,
                                                         const WebhookId& id,
                                                         const SelectDeadLetters& select,
                                                         const std::string& reason) override;
};

}  // namespace orders::application
