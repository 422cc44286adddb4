#include "infrastructure/webhooks/webhook_service.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"

#include "application/commands/request_errors.h"
#include "domain/order/validation.h"
#include "infrastructure/webhooks/webhook_group.h"
#include "infrastructure/webhooks/webhook_message.h"
#include "infrastructure/webhooks/webhook_signature.h"

namespace orders::infrastructure {
namespace {

using application::CallContext;
using application::DeletedWebhook;
using application::SelectDeadLetters;
using application::SelectedDeadLetters;
using application::Webhook;
using application::WebhookDeadLetter;
using application::WebhookId;
using application::WebhookPing;
using application::WebhookState;
using application::WebhookWithSecret;

// Each holds a worker's thread for as long as the receiver takes.
constexpr std::size_t kPingsMax = 2;
constexpr absl::Duration kMakingMax = absl::Seconds(5);

absl::Status Refused(absl::StatusCode code, const std::string& text, const char* reason) {
  return application::MakeRequestError(code, text, {.reason = reason});
}

/// What the book says, as the port says it. `reason` is that of `code`; whatever went wrong on the
/// disk may have been written all the same.
absl::Status Told(const absl::Status& status, absl::StatusCode code, const char* reason) {
  if (status.ok() || application::GetRequestError(status).has_value()) return status;
  const std::string text(status.message());
  if (status.code() == code) return Refused(code, text, reason);
  if (absl::IsNotFound(status)) return Refused(status.code(), text, "WEBHOOK_NOT_FOUND");
  if (absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status)) {
    return Refused(status.code(), text, "OUTCOME_UNKNOWN");
  }
  return status;
}
absl::Status Told(const absl::Status& status) {
  return Told(status, absl::StatusCode::kNotFound, "WEBHOOK_NOT_FOUND");
}

absl::Status UrlViolation(const absl::Status& status) {
  if (!absl::IsInvalidArgument(status)) return status;
  return domain::ToStatus({{.field = "url", .description = std::string(status.message())}});
}

}  // namespace

/// An answer that another thread waits for, and that may come when it waits no more.
struct WebhookService::PendingPing {
  absl::Mutex mutex;
  bool is_done ABSL_GUARDED_BY(mutex) = false;
  HttpOutcome outcome ABSL_GUARDED_BY(mutex);
};

absl::StatusOr<std::unique_ptr<WebhookService>> WebhookService::Start(
    Ports ports, const WebhookServiceOptions& options) {
  auto book = WebhookBook::Open(options.path, options.store);
  if (!book.ok()) return book.status();
  auto sender = HttpSender::Start(options.sender);
  if (!sender.ok()) return sender.status();
  std::unique_ptr<WebhookService> service(new WebhookService(
      std::move(ports), options.delivery.hosts, *std::move(book), *std::move(sender)));
  service->delivery_.emplace(
      WebhookDelivery::Ports{service->ports_.store, service->ports_.orders, *service->book_,
                             *service->sender_, service->ports_.random, service->ports_.telemetry,
                             service->ports_.event_json},
      options.delivery);
  return service;
}

WebhookService::WebhookService(Ports ports, std::vector<WebhookHost> hosts,
                               std::unique_ptr<WebhookBook> book,
                               std::unique_ptr<HttpSender> sender)
    : ports_(std::move(ports)),
      hosts_(std::move(hosts)),
      book_(std::move(book)),
      sender_(std::move(sender)) {}

WebhookService::~WebhookService() = default;

absl::Status WebhookService::CheckUrl(const std::string& url) const {
  const absl::StatusOr<WebhookUrl> parsed = WebhookUrl::Parse(url);
  if (!parsed.ok()) return UrlViolation(parsed.status());
  return UrlViolation(CheckWebhookHost(hosts_, *parsed).status());
}

absl::StatusOr<BookedWebhook> WebhookService::Find(const WebhookId& id) {
  absl::StatusOr<BookedWebhook> found = book_->Find(id);
  if (!found.ok()) return Told(found.status());
  return found;
}

absl::StatusOr<Webhook> WebhookService::Show(const WebhookId& id) {
  absl::StatusOr<BookedWebhook> found = Find(id);
  if (!found.ok()) return found.status();
  absl::StatusOr<application::WebhookDeliveries> deliveries = book_->Deliveries(found->number);
  if (!deliveries.ok()) return Told(deliveries.status());
  Webhook shown = std::move(found->shown);
  shown.deliveries = *std::move(deliveries);
  if (shown.old_secret_end.has_value() && *shown.old_secret_end <= absl::Now()) {
    shown.old_secret_end.reset();
  }
  return shown;
}

void WebhookService::Log(const CallContext& call, const WebhookId& id, const std::string& what) {
  ports_.telemetry.Log(application::Severity::kInfo,
                       absl::StrCat("webhook=", id.value, " ", what, " actor=", call.actor));
}

absl::StatusOr<WebhookWithSecret> WebhookService::Create(const CallContext& call,
                                                         const application::NewWebhook& webhook) {
  if (absl::Status allowed = CheckUrl(webhook.url); !allowed.ok()) return allowed;
  absl::StatusOr<std::string> secret = MakeWebhookSecret();
  if (!secret.ok()) return secret.status();
  const std::string group =
      absl::StrCat("orders-webhook-", webhook.id.value, "-", ports_.ids.NewId());
  const absl::StatusOr<BookedWebhook> added = book_->Add(webhook, group, *secret, absl::Now());
  if (absl::IsAlreadyExists(added.status())) {
    return Told(added.status(), absl::StatusCode::kAlreadyExists, "WEBHOOK_EXISTS");
  }
  if (!added.ok()) {
    return Told(added.status(), absl::StatusCode::kResourceExhausted, "TOO_MANY_WEBHOOKS");
  }
  // Answered only when the store has begun to keep its events.
  absl::Status made =
      MakeWebhookGroup(ports_.store, *added, std::min(call.deadline, absl::Now() + kMakingMax));
  if (made.ok()) made = book_->MarkGroupMade(added->number);
  if (!made.ok()) {
    // What there is of it goes. If not even that can be written, it comes into being later.
    (void)book_->MarkDeleted(webhook.id);
    delivery_->Reload();
    return Told(made, absl::StatusCode::kPermissionDenied, "STORE_ACCESS_DENIED");
  }
  delivery_->Reload();
  Log(call, webhook.id, absl::StrCat("is made, for ", webhook.url));
  absl::StatusOr<Webhook> shown = Show(webhook.id);
  if (!shown.ok()) return shown.status();
  return WebhookWithSecret{.webhook = *std::move(shown), .secret = *std::move(secret)};
}

absl::StatusOr<std::vector<Webhook>> WebhookService::List(const CallContext& /*call*/) {
  const absl::StatusOr<std::vector<BookedWebhook>> all = book_->ReadAll();
  if (!all.ok()) return Told(all.status());
  std::vector<Webhook> shown;
  for (const BookedWebhook& one : *all) {
    if (one.is_deleted) continue;
    absl::StatusOr<Webhook> webhook = Show(one.shown.id);
    if (webhook.ok()) {
      shown.push_back(*std::move(webhook));
    } else if (!absl::IsNotFound(webhook.status())) {
      return webhook.status();
    }
  }
  return shown;
}

absl::StatusOr<Webhook> WebhookService::Get(const CallContext& /*call*/, const WebhookId& id) {
  return Show(id);
}

absl::StatusOr<Webhook> WebhookService::Update(const CallContext& call, const WebhookId& id,
                                               const application::WebhookUpdate& update) {
  if (absl::StatusOr<BookedWebhook> found = Find(id); !found.ok()) return found.status();
  if (update.url.has_value()) {
    if (absl::Status allowed = CheckUrl(*update.url); !allowed.ok()) return allowed;
  }
  absl::Status updated = book_->Update(id, update, absl::Now());
  if (!updated.ok()) return Told(updated);
  delivery_->Reload();
  Log(call, id,
      absl::StrCat("is changed", update.url.has_value() ? ", to " : "", update.url.value_or("")));
  return Show(id);
}

absl::StatusOr<DeletedWebhook> WebhookService::Delete(const CallContext& call,
                                                      const WebhookId& id) {
  if (absl::StatusOr<BookedWebhook> found = Find(id); !found.ok()) return found.status();
  absl::StatusOr<DeletedWebhook> deleted = book_->MarkDeleted(id);
  if (!deleted.ok()) return Told(deleted.status());
  delivery_->Reload();
  Log(call, id, "is deleted");
  return deleted;
}

absl::StatusOr<Webhook> WebhookService::Pause(const CallContext& call, const WebhookId& id,
                                              const std::string& reason) {
  absl::StatusOr<BookedWebhook> found = Find(id);
  if (!found.ok()) return found.status();
  const std::string why =
      absl::StrCat("paused by ", call.actor, reason.empty() ? "" : ": ", reason);
  absl::Status paused = book_->SetState(found->number, WebhookState::kPaused, why, absl::Now());
  if (!paused.ok()) return Told(paused);
  delivery_->Reload();
  if (found->shown.state != WebhookState::kPaused) Log(call, id, "is paused");
  return Show(id);
}

absl::StatusOr<Webhook> WebhookService::Resume(const CallContext& call, const WebhookId& id) {
  absl::StatusOr<BookedWebhook> found = Find(id);
  if (!found.ok()) return found.status();
  if (!CheckUrl(found->shown.url).ok()) {
    return Refused(absl::StatusCode::kFailedPrecondition,
                   absl::StrCat("the settings do not allow ", found->shown.url,
                                " any more: give it another address, or start orderd with "
                                "--webhook-hosts that allow it"),
                   "ADDRESS_NOT_ALLOWED");
  }
  const absl::Time now = absl::Now();
  absl::Status resumed = book_->SetState(found->number, WebhookState::kActive, "", now);
  if (resumed.ok()) resumed = book_->MakeDue(found->number, now);
  if (!resumed.ok()) return Told(resumed);
  delivery_->Reload();
  Log(call, id, "is resumed");
  return Show(id);
}

absl::StatusOr<WebhookWithSecret> WebhookService::RotateSecret(const CallContext& call,
                                                               const WebhookId& id,
                                                               absl::Duration old_lifetime) {
  if (absl::StatusOr<BookedWebhook> found = Find(id); !found.ok()) return found.status();
  absl::StatusOr<std::string> secret = MakeWebhookSecret();
  if (!secret.ok()) return secret.status();
  const absl::Time now = absl::Now();
  std::optional<absl::Time> old_end;
  if (old_lifetime > absl::ZeroDuration()) {
    old_end = now + std::min(old_lifetime, application::kOldSecretLifetimeMax);
  }
  absl::Status rotated = book_->SetSecret(id, *secret, old_end, now);
  if (!rotated.ok()) return Told(rotated);
  delivery_->Reload();
  Log(call, id, "has a new secret");
  absl::StatusOr<Webhook> shown = Show(id);
  if (!shown.ok()) return shown.status();
  return WebhookWithSecret{.webhook = *std::move(shown), .secret = *std::move(secret)};
}

absl::StatusOr<WebhookPing> WebhookService::Ping(const CallContext& call, const WebhookId& id) {
  absl::StatusOr<BookedWebhook> found = Find(id);
  if (!found.ok()) return found.status();
  const std::string message_id = ports_.ids.NewId();
  const absl::StatusOr<WebhookUrl> url = WebhookUrl::Parse(found->shown.url);
  const absl::StatusOr<WebhookPermission> permission =
      url.ok() ? CheckWebhookHost(hosts_, *url) : url.status();
  if (!permission.ok()) {
    return WebhookPing{
        .message_id = message_id,
        .error = absl::StrCat("the address ", std::string(permission.status().message()))};
  }
  const absl::Time now = absl::Now();
  std::string body = WebhookPingMessage(id.value, now);
  HttpPost post{.url = *url,
                .may_be_private = permission->may_be_private,
                .fields = WebhookFields(*found, message_id, body, now),
                .body = std::move(body)};
  const auto pending = std::make_shared<PendingPing>();
  const absl::StatusOr<std::uint64_t> sent = BeginPing(std::move(post), pending);
  if (!sent.ok()) return sent.status();
  const absl::MutexLock lock(&pending->mutex);
  const bool is_done =
      pending->mutex.AwaitWithDeadline(absl::Condition(&pending->is_done), call.deadline);
  EndPing(*sent);
  if (!is_done) {
    return Refused(absl::StatusCode::kDeadlineExceeded,
                   "the receiver has not answered before the call's deadline", "OUTCOME_UNKNOWN");
  }
  const HttpOutcome& outcome = pending->outcome;
  if (outcome.was_cancelled) {
    return Refused(absl::StatusCode::kUnavailable,
                   "the service has stopped before the receiver answered", "OUTCOME_UNKNOWN");
  }
  WebhookPing ping{.is_delivered = outcome.status / 100 == 2,
                   .message_id = message_id,
                   .http_status = outcome.status,
                   .duration = outcome.duration};
  if (!ping.is_delivered) ping.error = WebhookErrorOf(outcome);
  return ping;
}

absl::StatusOr<std::uint64_t> WebhookService::BeginPing(HttpPost post,
                                                        std::shared_ptr<PendingPing> pending) {
  const absl::MutexLock lock(&mutex_);
  if (is_draining_) return absl::UnavailableError("the service stops");
  if (pings_.size() >= kPingsMax) {
    return application::MakeRequestError(absl::StatusCode::kResourceExhausted,
                                         "as many pings are under way as may: ask again soon",
                                         {.reason = "OVERLOADED", .retry_after = absl::Seconds(1)});
  }
  const std::uint64_t sent =
      sender_->Post(std::move(post), [pending = std::move(pending)](HttpOutcome outcome) {
        const absl::MutexLock answered(&pending->mutex);
        pending->outcome = std::move(outcome);
        pending->is_done = true;
      });
  pings_.insert(sent);
  return sent;
}

void WebhookService::EndPing(std::uint64_t sent) {
  const absl::MutexLock lock(&mutex_);
  pings_.erase(sent);
  sender_->Cancel(sent);
}

void WebhookService::Drain() {
  const absl::MutexLock lock(&mutex_);
  is_draining_ = true;
  for (const std::uint64_t sent : pings_) sender_->Cancel(sent);
}

absl::StatusOr<std::vector<WebhookDeadLetter>> WebhookService::ListDeadLetters(
    const CallContext& /*call*/, const WebhookId& id, std::int64_t after, std::size_t letters_max) {
  absl::StatusOr<BookedWebhook> found = Find(id);
  if (!found.ok()) return found.status();
  absl::StatusOr<std::vector<WebhookDeadLetter>> letters =
      book_->ListDeadLetters(found->number, after, letters_max);
  if (!letters.ok()) return Told(letters.status());
  return letters;
}

absl::StatusOr<SelectedDeadLetters> WebhookService::TakeDeadLetters(
    const WebhookId& id, const SelectDeadLetters& select, WebhookBook::LetterAction action) {
  absl::StatusOr<BookedWebhook> found = Find(id);
  if (!found.ok()) return found.status();
  absl::StatusOr<SelectedDeadLetters> taken =
      book_->TakeDeadLetters(found->number, select, action, absl::Now());
  if (absl::IsAborted(taken.status())) {
    return Told(taken.status(), absl::StatusCode::kAborted, "DEAD_LETTERS_CHANGED");
  }
  if (!taken.ok()) {
    return Told(taken.status(), absl::StatusCode::kNotFound, "DEAD_LETTER_NOT_FOUND");
  }
  return taken;
}

absl::StatusOr<SelectedDeadLetters> WebhookService::ReplayDeadLetters(
    const CallContext& call, const WebhookId& id, const SelectDeadLetters& select) {
  absl::StatusOr<SelectedDeadLetters> taken =
      TakeDeadLetters(id, select, WebhookBook::LetterAction::kReplay);
  if (!taken.ok() || select.validate_only) return taken;
  delivery_->Reload();
  Log(call, id, absl::StrCat("has dead letters replayed: ", taken->count));
  return taken;
}

absl::StatusOr<SelectedDeadLetters> WebhookService::DiscardDeadLetters(
    const CallContext& call, const WebhookId& id, const SelectDeadLetters& select,
    const std::string& reason) {
  absl::StatusOr<SelectedDeadLetters> taken =
      TakeDeadLetters(id, select, WebhookBook::LetterAction::kDiscard);
  if (!taken.ok() || select.validate_only) return taken;
  Log(call, id, absl::StrCat("does without dead letters: ", taken->count, " reason=", reason));
  return taken;
}

}  // namespace orders::infrastructure
