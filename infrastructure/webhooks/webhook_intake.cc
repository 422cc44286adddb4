#include "infrastructure/webhooks/webhook_intake.h"

#include <optional>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

#include "infrastructure/journal/order_stream.h"
#include "infrastructure/webhooks/webhook_group.h"

namespace orders::infrastructure {
namespace {

using application::Severity;
using eventstoredb::GroupEvent;

constexpr std::size_t kBatchMax = kWebhookGroupBuffer;
constexpr absl::Duration kLookEvery = absl::Seconds(1);
constexpr absl::Duration kPruneEvery = absl::Seconds(2);
constexpr absl::Duration kPauseAfterFailure = absl::Seconds(1);
constexpr absl::Duration kGroupCallMax = absl::Seconds(2);

absl::flat_hash_set<std::string> TypesOf(const BookedWebhook& webhook) {
  return {webhook.shown.event_types.begin(), webhook.shown.event_types.end()};
}

}  // namespace

WebhookIntake::WebhookIntake(Ports ports, BookedWebhook webhook)
    : ports_(std::move(ports)),
      webhook_(std::move(webhook)),
      types_(TypesOf(webhook_)),
      thread_([this] { Run(); }) {}

WebhookIntake::~WebhookIntake() {
  Stop();
  thread_.join();
}

void WebhookIntake::Stop() {
  const absl::MutexLock lock(&mutex_);
  is_stopping_ = true;
  if (consumer_ != nullptr) consumer_->Cancel();
}

bool WebhookIntake::IsStopping() {
  const absl::MutexLock lock(&mutex_);
  return is_stopping_;
}

bool WebhookIntake::Pause(absl::Duration time) {
  const absl::MutexLock lock(&mutex_);
  mutex_.AwaitWithTimeout(absl::Condition(&is_stopping_), time);
  return !is_stopping_;
}

void WebhookIntake::Log(const absl::Status& status, const char* doing) {
  std::string failure = status.ok() ? "" : absl::StrCat(doing, ": ", std::string(status.message()));
  if (failure == last_failure_) return;
  ports_.telemetry.Log(
      status.ok() ? Severity::kInfo : Severity::kWarning,
      absl::StrCat("webhook=", webhook_.shown.id.value, " ",
                   status.ok() ? "events come again" : absl::StrCat("waits, since ", failure)));
  last_failure_ = std::move(failure);
}

void WebhookIntake::Run() {
  do {
    const absl::Status ended = Consume();
    if (IsStopping()) return;
    Log(ended, "its events cannot be taken from the store");
    Mend(ended);
  } while (Pause(kPauseAfterFailure));
}

void WebhookIntake::Mend(const absl::Status& failed) {
  if (eventstoredb::GetErrorKind(failed) != eventstoredb::ErrorKind::kGroupNotFound) return;
  // Somebody has deleted it. What the book says is newer than what this was made with.
  BookedWebhook webhook = webhook_;
  if (absl::StatusOr<BookedWebhook> now = ports_.book.Find(webhook_.shown.id);
      now.ok() && now->number == webhook_.number) {
    webhook = *std::move(now);
  }
  Log(MakeWebhookGroup(ports_.store, webhook, absl::Now() + kGroupCallMax),
      "its group in the store was deleted, and cannot be made anew");
}

absl::Status WebhookIntake::Consume() {
  auto opened =
      ports_.store.Consume(WebhookGroupId(webhook_), {.buffer_size = kWebhookGroupBuffer});
  if (!opened.ok()) return opened.status();
  eventstoredb::PersistentConsumer* consumer = nullptr;
  {
    const absl::MutexLock lock(&mutex_);
    if (is_stopping_) return absl::OkStatus();
    consumer_ = *std::move(opened);
    consumer = consumer_.get();
  }
  absl::Status ended;
  Batch batch;
  while (ended.ok() && !IsStopping()) {
    batch.clear();
    absl::Time until = absl::Now() + kLookEvery;
    while (ended.ok() && batch.size() < kBatchMax) {
      absl::StatusOr<std::optional<GroupEvent>> event = consumer->Next(until);
      ended = event.status();
      if (!ended.ok() || !event->has_value()) break;
      batch.push_back(**std::move(event));
      until = absl::InfinitePast();  // What has come, and no more.
    }
    if (!batch.empty() && NoteBatch(batch)) {
      Log(absl::OkStatus(), "");
      for (const GroupEvent& event : batch) {
        // Too late is no failure: it comes again, and is known.
        (void)consumer->Answer(event, eventstoredb::EventAnswer::Ack());
      }
      ports_.on_noted();
    }
    if (ended.ok()) Prune();
  }
  std::unique_ptr<eventstoredb::PersistentConsumer> over;
  {
    const absl::MutexLock lock(&mutex_);
    over = std::move(consumer_);
  }
  return ended;
}

bool WebhookIntake::NoteBatch(const Batch& batch) {
  std::vector<NotedEvent> events;
  for (const GroupEvent& handed_out : batch) {
    const eventstoredb::RecordedEvent& event = handed_out.event.Original();
    const std::optional<domain::OrderId> order = OrderOfStream(event.stream);
    if (!order.has_value() || (!types_.empty() && !types_.contains(event.type))) continue;
    events.push_back({.order = *order,
                      .revision = event.revision,
                      .position = {event.position.commit, event.position.prepare}});
  }
  if (events.empty()) return true;
  while (true) {
    const absl::Status noted = ports_.book.Note(webhook_.number, events, absl::Now());
    if (noted.ok()) return true;
    Log(noted, "its events cannot be written down");
    if (!Pause(kPauseAfterFailure)) return false;
  }
}

void WebhookIntake::Prune() {
  do {
    if (absl::Now() < next_prune_) return;
    next_prune_ = absl::Now() + kPruneEvery;
    const auto info =
        ports_.store.GetGroupInfo(WebhookGroupId(webhook_), absl::Now() + kGroupCallMax);
    application::LogPosition checkpoint;
    if (info.ok() && info->last_checkpoint.has_value()) {
      if (const auto* at = std::get_if<eventstoredb::Position>(&*info->last_checkpoint)) {
        checkpoint = {at->commit, at->prepare};
      }
    }
    const absl::StatusOr<std::uint64_t> rows = ports_.book.Prune(webhook_.number, checkpoint);
    is_full_ = rows.ok() && *rows >= kWebhookOrdersMax;
    if (is_full_) {
      Log(absl::ResourceExhaustedError(absl::StrCat(*rows, " orders")),
          "as many orders wait as may");
    }
  } while (is_full_ && Pause(kPruneEvery));
}

}  // namespace orders::infrastructure
