#include "infrastructure/webhooks/webhook_delivery.h"

#include <algorithm>
#include <iterator>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

#include "infrastructure/webhooks/webhook_group.h"
#include "infrastructure/webhooks/webhook_message.h"
#include "infrastructure/webhooks/webhook_signature.h"

namespace orders::infrastructure {
namespace {

using application::Severity;
using application::WebhookState;
using Outcome = MessageOutcome::Kind;

constexpr int kOk = 200;
constexpr int kMultipleChoices = 300;
constexpr int kGone = 410;
constexpr int kTooManyRequests = 429;
constexpr int kServiceUnavailable = 503;

constexpr absl::Duration kLookAgainAfter = absl::Seconds(30);  // Whatever was or was not heard.
constexpr absl::Duration kPauseOfDelivery = absl::Seconds(1);
constexpr absl::Duration kStoreReadMax = absl::Seconds(2);
// Events that are looked at for one that the webhook wants, before others have their turn.
constexpr int kEventsLookedAtMax = 1'000;

bool IsSuccess(int status) { return status >= kOk && status < kMultipleChoices; }

bool Wants(const BookedWebhook& webhook, std::string_view type) {
  const std::vector<std::string>& types = webhook.shown.event_types;
  return types.empty() || std::find(types.begin(), types.end(), type) != types.end();
}

}  // namespace

std::vector<std::pair<std::string, std::string>> WebhookFields(const BookedWebhook& webhook,
                                                               const std::string& message_id,
                                                               const std::string& body,
                                                               absl::Time now) {
  std::vector<std::string> secrets = {webhook.secret};
  if (!webhook.old_secret.empty() && webhook.shown.old_secret_end.has_value() &&
      now < *webhook.shown.old_secret_end) {
    secrets.push_back(webhook.old_secret);
  }
  return {{"content-type", "application/json"},
          {"user-agent", "orderd"},
          {"webhook-id", message_id},
          {"webhook-timestamp", absl::StrCat(absl::ToUnixSeconds(now))},
          {"webhook-signature", SignWebhook(secrets, message_id, now, body)}};
}

std::string WebhookErrorOf(const HttpOutcome& outcome) {
  if (outcome.status == 0) return outcome.error;
  if (outcome.status / 100 == 3) {
    return absl::StrCat("the receiver has answered ", outcome.status,
                        ", a redirect, which is not followed");
  }
  return absl::StrCat("the receiver has answered ", outcome.status);
}

WebhookDelivery::WebhookDelivery(Ports ports, WebhookDeliveryOptions options)
    : ports_(std::move(ports)), options_(std::move(options)), thread_([this] { Run(); }) {}

WebhookDelivery::~WebhookDelivery() {
  {
    const absl::MutexLock lock(&mutex_);
    is_stopping_ = true;
  }
  thread_.join();
}

void WebhookDelivery::Reload() {
  const absl::MutexLock lock(&mutex_);
  must_reload_ = true;
}

std::vector<std::string> WebhookDelivery::Faults() const {
  const absl::MutexLock lock(&mutex_);
  return faults_;
}

WebhookAttempts WebhookDelivery::attempts() const {
  return {.delivered = delivered_,
          .refused = refused_,
          .unanswered = unanswered_,
          .given_up = given_up_};
}

void WebhookDelivery::Run() {
  while (Wait()) {
    bool must_reload = false;
    std::vector<std::int64_t> noted;
    {
      const absl::MutexLock lock(&mutex_);
      must_reload = std::exchange(must_reload_, false);
      noted.swap(noted_);
    }
    RecordDone();
    if (must_reload || has_work_left_) Reconcile();
    const absl::Time now = absl::Now();
    for (const std::int64_t number : noted) {
      if (const auto found = entries_.find(number); found != entries_.end()) {
        found->second.look_at = absl::InfinitePast();
      }
    }
    look_at_ = now + (has_work_left_ ? kPauseOfDelivery : kLookAgainAfter);
    for (auto& [number, entry] : entries_) {
      if (!entry.is_active) continue;
      if (entry.look_at <= now) StartMessages(entry, now);
      look_at_ = std::min(look_at_, entry.look_at);
    }
  }
  // All are told before one is waited for.
  for (auto& [number, entry] : entries_) {
    if (entry.intake != nullptr) entry.intake->Stop();
    CancelMessages(entry);
  }
  entries_.clear();
  {
    // Their callbacks are of this. They come at once: the sender has been told.
    const absl::MutexLock lock(&mutex_);
    mutex_.Await(absl::Condition(this, &WebhookDelivery::IsIdle));
  }
  RecordDone();
}

bool WebhookDelivery::MustReload() {
  const absl::MutexLock lock(&mutex_);
  return must_reload_;
}

bool WebhookDelivery::HasNews() const {
  return is_stopping_ || must_reload_ || !done_.empty() || !noted_.empty();
}

bool WebhookDelivery::Wait() {
  const absl::MutexLock lock(&mutex_);
  mutex_.AwaitWithDeadline(absl::Condition(this, &WebhookDelivery::HasNews), look_at_);
  return !is_stopping_;
}

void WebhookDelivery::Reconcile() {
  const absl::StatusOr<std::vector<BookedWebhook>> all = ports_.book.ReadAll();
  has_work_left_ = !all.ok();
  if (!all.ok()) return;
  std::vector<std::unique_ptr<WebhookIntake>> retired;
  for (auto one = entries_.begin(); one != entries_.end();) {
    Entry& entry = one->second;
    const auto now = std::find_if(all->begin(), all->end(), [&](const BookedWebhook& booked) {
      return booked.number == one->first && !booked.is_deleted;
    });
    const bool is_there = now != all->end();
    // What an intake takes in is chosen once.
    if (entry.intake != nullptr &&
        (!is_there || now->shown.event_types != entry.webhook.shown.event_types)) {
      entry.intake->Stop();
      retired.push_back(std::move(entry.intake));
    }
    if (!is_there || now->shown.state != WebhookState::kActive) CancelMessages(entry);
    entry.is_active = false;
    // Until the last of them has ended, a webhook that is resumed starts none of the same order.
    one = is_there || !entry.in_flight.empty() ? std::next(one) : entries_.erase(one);
  }
  retired.clear();
  for (const BookedWebhook& booked : *all) {
    const bool done =
        booked.is_deleted ? FinishDeletion(booked) : booked.is_group_made || EnsureGroup(booked);
    has_work_left_ |= !done;
    if (done && !booked.is_deleted) Adopt(booked);
  }
  NoteFaults(*all);
}

void WebhookDelivery::NoteFaults(const std::vector<BookedWebhook>& webhooks) {
  std::vector<std::string> faults;
  for (const BookedWebhook& webhook : webhooks) {
    if (webhook.is_deleted || webhook.shown.state != WebhookState::kDisabled) continue;
    faults.push_back(absl::StrCat("webhook ", webhook.shown.id.value,
                                  " is disabled: ", webhook.shown.state_reason));
  }
  const absl::MutexLock lock(&mutex_);
  faults_ = std::move(faults);
}

void WebhookDelivery::CancelMessages(const Entry& entry) {
  for (const auto& [order, sent] : entry.in_flight) ports_.sender.Cancel(sent);
}

bool WebhookDelivery::FinishDeletion(const BookedWebhook& booked) {
  const absl::Status deleted =
      DeleteWebhookGroup(ports_.store, booked, absl::Now() + kStoreReadMax);
  return deleted.ok() && ports_.book.Remove(booked.number).ok();
}

bool WebhookDelivery::EnsureGroup(const BookedWebhook& booked) {
  const absl::Status made = MakeWebhookGroup(ports_.store, booked, absl::Now() + kStoreReadMax);
  return made.ok() && ports_.book.MarkGroupMade(booked.number).ok();
}

void WebhookDelivery::Adopt(const BookedWebhook& booked) {
  Entry& entry = entries_[booked.number];
  entry.webhook = booked;
  if (entry.intake == nullptr) {
    entry.intake = std::make_unique<WebhookIntake>(
        WebhookIntake::Ports{ports_.store, ports_.book, ports_.telemetry,
                             [this, number = booked.number] {
                               const absl::MutexLock lock(&mutex_);
                               noted_.push_back(number);
                             }},
        booked);
  }
  if (booked.shown.state == WebhookState::kActive) Activate(entry);
}

void WebhookDelivery::Activate(Entry& entry) {
  const absl::StatusOr<WebhookUrl> url = WebhookUrl::Parse(entry.webhook.shown.url);
  const absl::StatusOr<WebhookPermission> permission =
      url.ok() ? CheckWebhookHost(options_.hosts, *url) : url.status();
  if (!permission.ok()) {
    Disable(entry.webhook.number,
            absl::StrCat("its address ", std::string(permission.status().message())));
    return;
  }
  entry.is_active = true;
  entry.url = *url;
  entry.may_be_private = permission->may_be_private;
  entry.look_at = absl::InfinitePast();
}

void WebhookDelivery::Disable(std::int64_t number, const std::string& reason) {
  const auto found = entries_.find(number);
  const absl::Status disabled =
      ports_.book.SetState(number, WebhookState::kDisabled, reason, absl::Now());
  ports_.telemetry.Log(Severity::kWarning,
                       absl::StrCat("webhook number=", number, " is disabled: ", reason,
                                    disabled.ok() ? "" : ", which cannot be written down"));
  if (found != entries_.end()) found->second.is_active = false;
  if (disabled.ok()) {
    Reload();
  } else {
    has_work_left_ = true;  // In a moment.
  }
}

void WebhookDelivery::RecordDone() {
  std::vector<Done> done;
  {
    const absl::MutexLock lock(&mutex_);
    done.swap(done_);
  }
  if (done.empty()) return;
  std::vector<MessageOutcome> outcomes;
  for (const Done& one : done) outcomes.push_back(one.outcome);
  const absl::StatusOr<std::vector<std::int64_t>> full = ports_.book.Record(outcomes);
  if (!full.ok()) {
    ports_.telemetry.Log(Severity::kError,
                         absl::StrCat("what came of webhooks' messages cannot be written down: ",
                                      std::string(full.status().message())));
    {
      const absl::MutexLock lock(&mutex_);
      done_.insert(done_.begin(), done.begin(), done.end());
      // Not at once again; but a stop is heard.
      mutex_.AwaitWithTimeout(absl::Condition(&is_stopping_), kPauseOfDelivery);
    }
    return;
  }
  for (const Done& one : done) {
    const auto found = entries_.find(one.outcome.webhook);
    if (found == entries_.end()) continue;
    found->second.in_flight.erase(one.outcome.message.order.value);
    found->second.look_at = absl::InfinitePast();
    if (one.is_gone) Disable(one.outcome.webhook, "the receiver has answered 410 Gone");
  }
  for (const std::int64_t number : *full) {
    Disable(number, absl::StrCat("it has ", kWebhookDeadLettersMax,
                                 " dead letters, as many as may be: replay or discard them"));
  }
}

void WebhookDelivery::StartMessages(Entry& entry, absl::Time now) {
  entry.look_at = absl::InfiniteFuture();
  const std::size_t busy = entry.in_flight.size();
  const std::size_t room = std::min(
      options_.in_flight_per_webhook_max - std::min(busy, options_.in_flight_per_webhook_max),
      options_.in_flight_max - std::min<std::size_t>(in_flight_, options_.in_flight_max));
  // Without room the next one that ends looks again; of all webhooks, in a moment.
  if (room == 0) {
    if (busy < options_.in_flight_per_webhook_max) entry.look_at = now + absl::Milliseconds(20);
    return;
  }
  const absl::StatusOr<std::vector<PendingMessage>> next =
      ports_.book.NextMessages(entry.webhook.number, busy + room + 1);
  if (!next.ok()) {
    entry.look_at = now + kPauseOfDelivery;
    return;
  }
  // Whoever was answered that a webhook was changed finds what happens from then on sent as
  // changed.
  if (MustReload()) return;
  std::size_t started = 0;
  for (const PendingMessage& message : *next) {
    if (entry.in_flight.contains(message.order.value)) continue;
    if (message.due > now) {
      entry.look_at = message.due;
      return;
    }
    if (started == room) return;
    if (!StartMessage(entry, message, now)) {
      entry.look_at = now + kPauseOfDelivery;
      return;
    }
    ++started;
  }
}

bool WebhookDelivery::StartMessage(Entry& entry, const PendingMessage& message, absl::Time now) {
  Found found = Find(entry, message, now);
  if (!found.settled.has_value()) {
    Send(entry, message, std::move(found), now);
    return true;
  }
  const bool is_answered = found.settled->kind != Outcome::kLater;
  // Until it is written down the order has something under way.
  entry.in_flight.emplace(message.order.value, 0);
  const absl::MutexLock lock(&mutex_);
  done_.push_back({.outcome = *std::move(found.settled)});
  return is_answered;
}

WebhookDelivery::Found WebhookDelivery::Find(const Entry& entry, const PendingMessage& message,
                                             absl::Time now) {
  Found found;
  MessageOutcome settled{.webhook = entry.webhook.number,
                         .message = message,
                         .kind = Outcome::kGone,
                         .up_to = message.last,
                         .now = now,
                         .due = now};
  int looked_at = 0;
  application::CallContext call;
  call.deadline = absl::Now() + kStoreReadMax;
  const application::StoreIdentity store = ports_.orders.identity();
  const auto take = [&](application::OrderStreamItem&& item) {
    if (const auto* const event = std::get_if<application::RecordedOrderEvent>(&item)) {
      if (event->revision > message.last) return false;
      const std::string type(domain::EventName(event->event));
      if (Wants(entry.webhook, type) || message.replay.has_value()) {
        found.event_id = event->event_id;
        found.type = type;
        found.recorded = event->created;
        found.revision = event->revision;
        found.body = WebhookMessage(*event, store, ports_.event_json(event->event),
                                    message.replay.has_value());
        return false;
      }
      settled.up_to = event->revision;
    } else if (const auto* const bad = std::get_if<application::UnreadableOrderEvent>(&item)) {
      if (bad->revision > message.last) return false;
      settled.up_to = bad->revision;
      settled.kind = Outcome::kDead;
      settled.event_id = bad->event_id;
      settled.type = bad->type;
      settled.recorded = bad->created;
      settled.failure = {.time = now,
                         .error = absl::StrCat("the event cannot be read: ", bad->error)};
      return false;
    } else if (const auto* const unknown = std::get_if<application::UnknownOrderEvent>(&item)) {
      if (unknown->revision > message.last) return false;
      settled.up_to = unknown->revision;
    }
    settled.kind = Outcome::kNothing;
    return ++looked_at < kEventsLookedAtMax;
  };
  const absl::Status read = ports_.orders.ReadStream(call, message.order, message.revision, take);
  if (!found.event_id.empty()) return found;
  if (!read.ok() && !absl::IsNotFound(read) && settled.kind != Outcome::kDead) {
    settled.kind = Outcome::kLater;
    settled.due = now + (absl::IsDataLoss(read) ? options_.pauses.max : kPauseOfDelivery);
  }
  if (settled.kind == Outcome::kDead) ++given_up_;
  found.settled = std::move(settled);
  return found;
}

void WebhookDelivery::Send(Entry& entry, const PendingMessage& message, Found found,
                           absl::Time now) {
  HttpPost post{.url = entry.url,
                .may_be_private = entry.may_be_private,
                .fields = WebhookFields(entry.webhook, found.event_id, found.body, now),
                .body = std::move(found.body)};
  ++in_flight_;
  const std::uint64_t sent =
      ports_.sender.Post(std::move(post), [this, webhook = entry.webhook.number, message,
                                           found = std::move(found)](const HttpOutcome& answer) {
        Done done = Judge(webhook, message, found, answer);
        const absl::MutexLock lock(&mutex_);
        done_.push_back(std::move(done));
        --in_flight_;
      });
  entry.in_flight.emplace(message.order.value, sent);
}

WebhookDelivery::Done WebhookDelivery::Judge(std::int64_t webhook, const PendingMessage& message,
                                             const Found& found, const HttpOutcome& answer) {
  const absl::Time now = absl::Now();
  Done done{.outcome = {.webhook = webhook,
                        .message = message,
                        .up_to = found.revision,
                        .now = now,
                        .due = now,
                        .event_id = found.event_id,
                        .type = found.type,
                        .recorded = found.recorded}};
  MessageOutcome& outcome = done.outcome;
  if (answer.was_cancelled) return done;  // kLater, at once: the webhook is not active any more.
  if (IsSuccess(answer.status)) {
    outcome.kind = Outcome::kDelivered;
    ++delivered_;
    return done;
  }
  ++(answer.status == 0 ? unanswered_ : refused_);
  outcome.failure = {.time = now, .http_status = answer.status, .error = WebhookErrorOf(answer)};
  outcome.kind = Outcome::kRetry;
  done.is_gone = answer.status == kGone;
  if (done.is_gone) return done;
  const int attempt = message.attempts + 1;
  if (attempt >= options_.pauses.attempts_max) {
    outcome.kind = Outcome::kDead;
    ++given_up_;
    return done;
  }
  const bool may_ask = answer.status == kTooManyRequests || answer.status == kServiceUnavailable;
  outcome.due = now + PauseAfter(attempt, may_ask ? answer.retry_after : std::nullopt,
                                 ports_.random.Uniform(), options_.pauses);
  return done;
}

}  // namespace orders::infrastructure
