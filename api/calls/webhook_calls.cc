#include "api/calls/webhook_calls.h"

#include <string>
#include <utility>
#include <vector>

#include "api/calls/page_rows.h"
#include "api/calls/request_checks.h"
#include "api/calls/webhook_mapping.h"
#include "application/queries/page_token.h"
#include "domain/order/validation.h"

namespace orders::api {
namespace {

using application::PageKind;
using application::WebhookId;

absl::StatusOr<v1::Webhook> ToAnswer(const absl::StatusOr<application::Webhook>& webhook) {
  if (!webhook.ok()) return webhook.status();
  v1::Webhook response;
  SetWebhook(*webhook, response);
  return response;
}

template <typename Response>
absl::StatusOr<Response> ToAnswer(const absl::StatusOr<application::WebhookWithSecret>& made) {
  if (!made.ok()) return made.status();
  Response response;
  SetWebhook(made->webhook, *response.mutable_webhook());
  response.set_secret(made->secret);
  return response;
}

template <typename Response>
absl::StatusOr<Response> ToAnswer(const absl::StatusOr<application::SelectedDeadLetters>& selected,
                                  const WebhookId& id) {
  if (!selected.ok()) return selected.status();
  Response response;
  response.set_count(selected->count);
  for (const application::WebhookDeadLetter& letter : selected->first) {
    SetDeadLetter(letter, id, *response.add_dead_letters());
  }
  return response;
}

}  // namespace

WebhookCalls::WebhookCalls(Ports ports, const CallLimits& limits)
    : ports_(ports), limits_(limits) {}

UnaryMethods WebhookCalls::methods() {
  const auto make =
      [this]<typename Request, typename Response>(absl::StatusOr<Response> (WebhookCalls::*answer)(
          const CallContext& call, const Request& request) const) {
        return MakeWorkerMethod<Request, Response>(
            "Webhooks", ports_.calls, limits_,
            [this, answer](const CallContext& call, const Request& request) {
              return (this->*answer)(call, request);
            });
      };
  return {make(&WebhookCalls::Create), make(&WebhookCalls::List),
          make(&WebhookCalls::Get),    make(&WebhookCalls::Update),
          make(&WebhookCalls::Delete), make(&WebhookCalls::Pause),
          make(&WebhookCalls::Resume), make(&WebhookCalls::RotateSecret),
          make(&WebhookCalls::Ping),   make(&WebhookCalls::ListDeadLetters),
          make(&WebhookCalls::Replay), make(&WebhookCalls::Discard)};
}

absl::StatusOr<v1::CreateWebhookResponse> WebhookCalls::Create(
    const CallContext& call, const v1::CreateWebhookRequest& request) const {
  absl::StatusOr<application::NewWebhook> webhook = ToNewWebhook(request);
  if (!webhook.ok()) return webhook.status();
  if (webhook->id.value.empty()) webhook->id.value = ports_.calls.ids.NewId();
  return ToAnswer<v1::CreateWebhookResponse>(ports_.webhooks.Create(call, *webhook));
}

absl::StatusOr<v1::ListWebhooksResponse> WebhookCalls::List(
    const CallContext& call, const v1::ListWebhooksRequest& /*request*/) const {
  const absl::StatusOr<std::vector<application::Webhook>> webhooks = ports_.webhooks.List(call);
  if (!webhooks.ok()) return webhooks.status();
  v1::ListWebhooksResponse response;
  for (const application::Webhook& webhook : *webhooks) {
    SetWebhook(webhook, *response.add_webhooks());
  }
  return response;
}

absl::StatusOr<v1::Webhook> WebhookCalls::Get(const CallContext& call,
                                              const v1::GetWebhookRequest& request) const {
  return ToAnswer(ports_.webhooks.Get(call, {request.webhook_id()}));
}

absl::StatusOr<v1::Webhook> WebhookCalls::Update(const CallContext& call,
                                                 const v1::UpdateWebhookRequest& request) const {
  const absl::StatusOr<application::WebhookUpdate> update = ToUpdate(request);
  if (!update.ok()) return update.status();
  return ToAnswer(ports_.webhooks.Update(call, {request.webhook_id()}, *update));
}

absl::StatusOr<v1::DeleteWebhookResponse> WebhookCalls::Delete(
    const CallContext& call, const v1::DeleteWebhookRequest& request) const {
  const absl::StatusOr<application::DeletedWebhook> deleted =
      ports_.webhooks.Delete(call, {request.webhook_id()});
  if (!deleted.ok()) return deleted.status();
  v1::DeleteWebhookResponse response;
  response.set_pending_orders(deleted->pending_orders);
  response.set_dead_letters(deleted->dead_letters);
  return response;
}

absl::StatusOr<v1::Webhook> WebhookCalls::Pause(const CallContext& call,
                                                const v1::PauseWebhookRequest& request) const {
  Violations violations;
  CheckLine(request.reason(), "reason", violations);
  if (!violations.empty()) return domain::ToStatus(violations);
  return ToAnswer(ports_.webhooks.Pause(call, {request.webhook_id()}, request.reason()));
}

absl::StatusOr<v1::Webhook> WebhookCalls::Resume(const CallContext& call,
                                                 const v1::ResumeWebhookRequest& request) const {
  return ToAnswer(ports_.webhooks.Resume(call, {request.webhook_id()}));
}

absl::StatusOr<v1::RotateWebhookSecretResponse> WebhookCalls::RotateSecret(
    const CallContext& call, const v1::RotateWebhookSecretRequest& request) const {
  const absl::StatusOr<absl::Duration> lifetime = ToOldSecretLifetime(request);
  if (!lifetime.ok()) return lifetime.status();
  return ToAnswer<v1::RotateWebhookSecretResponse>(
      ports_.webhooks.RotateSecret(call, {request.webhook_id()}, *lifetime));
}

absl::StatusOr<v1::PingWebhookResponse> WebhookCalls::Ping(
    const CallContext& call, const v1::PingWebhookRequest& request) const {
  const absl::StatusOr<application::WebhookPing> ping =
      ports_.webhooks.Ping(call, {request.webhook_id()});
  if (!ping.ok()) return ping.status();
  return ToMessage(*ping);
}

absl::StatusOr<v1::ListWebhookDeadLettersResponse> WebhookCalls::ListDeadLetters(
    const CallContext& call, const v1::ListWebhookDeadLettersRequest& request) const {
  const absl::StatusOr<std::size_t> rows = RowsOfPage(request.page_size());
  if (!rows.ok()) return rows.status();
  std::int64_t after = 0;
  if (!request.page_token().empty()) {
    const auto cursor = application::DecodePageToken(ports_.digest, PageKind::kWebhookDeadLetters,
                                                     request.webhook_id(), request.page_token());
    if (!cursor.ok()) return cursor.status();
    after = cursor->number;
  }
  const WebhookId id{request.webhook_id()};
  const auto letters = ports_.webhooks.ListDeadLetters(call, id, after, *rows + 1);
  if (!letters.ok()) return letters.status();
  v1::ListWebhookDeadLettersResponse response;
  for (const application::WebhookDeadLetter& letter : *letters) {
    if (static_cast<std::size_t>(response.dead_letters_size()) == *rows) {
      response.set_next_page_token(
          application::EncodePageToken(ports_.digest, PageKind::kWebhookDeadLetters,
                                       request.webhook_id(), {.number = after, .text = {}}));
      break;
    }
    SetDeadLetter(letter, id, *response.add_dead_letters());
    after = letter.number;
  }
  return response;
}

absl::StatusOr<v1::ReplayWebhookDeadLettersResponse> WebhookCalls::Replay(
    const CallContext& call, const v1::ReplayWebhookDeadLettersRequest& request) const {
  const absl::StatusOr<application::SelectDeadLetters> select = ToSelection(request);
  if (!select.ok()) return select.status();
  const WebhookId id{request.webhook_id()};
  return ToAnswer<v1::ReplayWebhookDeadLettersResponse>(
      ports_.webhooks.ReplayDeadLetters(call, id, *select), id);
}

absl::StatusOr<v1::DiscardWebhookDeadLettersResponse> WebhookCalls::Discard(
    const CallContext& call, const v1::DiscardWebhookDeadLettersRequest& request) const {
  const absl::StatusOr<application::SelectDeadLetters> select = ToSelection(request);
  if (!select.ok()) return select.status();
  const WebhookId id{request.webhook_id()};
  return ToAnswer<v1::DiscardWebhookDeadLettersResponse>(
      ports_.webhooks.DiscardDeadLetters(call, id, *select, request.reason()), id);
}

}  // namespace orders::api
