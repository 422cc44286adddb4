#pragma once

#include "absl/status/statusor.h"

#include "api/calls/call_context.h"
#include "api/calls/method.h"
#include "api/calls/worker_method.h"
#include "application/ports/digest.h"
#include "application/ports/webhooks.h"
#include "orders/v1/webhooks.pb.h"

namespace orders::api {

/// The webhooks, for those who run the service; answered by the query workers.
class WebhookCalls {
 public:
  /// All outlive this and the calls it has taken.
  struct Ports {
    application::Webhooks& webhooks;
    const application::Digest& digest;
    WorkerMethodPorts calls;
  };
  WebhookCalls(Ports ports, const CallLimits& limits);

  /// They outlive neither this nor the ports.
  UnaryMethods methods();

 private:
  using CallContext = application::CallContext;

  absl::StatusOr<v1::CreateWebhookResponse> Create(const CallContext& call,
                                                   const v1::CreateWebhookRequest& request) const;
  absl::StatusOr<v1::ListWebhooksResponse> List(const CallContext& call,
                                                const v1::ListWebhooksRequest& request) const;
  absl::StatusOr<v1::Webhook> Get(const CallContext& call,
                                  const v1::GetWebhookRequest& request) const;
  absl::StatusOr<v1::Webhook> Update(const CallContext& call,
                                     const v1::UpdateWebhookRequest& request) const;
  absl::StatusOr<v1::DeleteWebhookResponse> Delete(const CallContext& call,
                                                   const v1::DeleteWebhookRequest& request) const;
  absl::StatusOr<v1::Webhook> Pause(const CallContext& call,
                                    const v1::PauseWebhookRequest& request) const;
  absl::StatusOr<v1::Webhook> Resume(const CallContext& call,
                                     const v1::ResumeWebhookRequest& request) const;
  absl::StatusOr<v1::RotateWebhookSecretResponse> RotateSecret(
      const CallContext& call, const v1::RotateWebhookSecretRequest& request) const;
  absl::StatusOr<v1::PingWebhookResponse> Ping(const CallContext& call,
                                               const v1::PingWebhookRequest& request) const;
  absl::StatusOr<v1::ListWebhookDeadLettersResponse> ListDeadLetters(
      const CallContext& call, const v1::ListWebhookDeadLettersRequest& request) const;
  absl::StatusOr<v1::ReplayWebhookDeadLettersResponse> Replay(
      const CallContext& call, const v1::ReplayWebhookDeadLettersRequest& request) const;
  absl::StatusOr<v1::DiscardWebhookDeadLettersResponse> Discard(
      const CallContext& call, const v1::DiscardWebhookDeadLettersRequest& request) const;

  const Ports ports_;
  const CallLimits limits_;
};

}  // namespace orders::api
