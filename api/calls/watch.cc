#include "api/calls/watch.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

#include "api/calls/order_change_hub.h"
#include "application/commands/request_errors.h"

namespace orders::api {
namespace {

using application::FeedCaughtUp;
using application::FeedItem;
using application::LogPosition;

constexpr std::size_t kBatchItemsMax = 64;
// What a sink that gathers is given at once.
constexpr int kGatheredMax = 32;
constexpr absl::Duration kBatchWaitMax = absl::Milliseconds(100);
// After an end that the client does not take, the stream is cut.
constexpr absl::Duration kEndGrace = absl::Seconds(5);

}  // namespace

Watch::Watch(OrderChangeHub& hub, WatchSink& sink, std::string order_id, const LogPosition& after)
    : hub_(hub),
      order_id_(std::move(order_id)),
      sink_(&sink),
      cursor_{.after = after},
      sent_at_(absl::Now()),
      ended_at_(absl::InfiniteFuture()) {}

void Watch::Start() {
  absl::MutexLock lock(&mutex_);
  Pump();
}

void Watch::Taken() {
  absl::MutexLock lock(&mutex_);
  is_in_flight_ = false;
  Pump();
}

void Watch::End(const absl::Status& status) {
  absl::MutexLock lock(&mutex_);
  EndLocked(status);
}

void Watch::Close() {
  {
    absl::MutexLock lock(&mutex_);
    sink_ = nullptr;
    has_ended_ = true;
    pending_.clear();
  }
  // The last owner may be a batch that is still being read.
  hub_.Remove(this);
}

void Watch::Wake() {
  absl::MutexLock lock(&mutex_);
  if (sink_ == nullptr) return;
  const absl::Time now = absl::Now();
  if (has_ended_) {
    if (now - ended_at_ > kEndGrace) sink_->Cut();
    return;
  }
  if (is_in_flight_) {
    if (now - sent_at_ > hub_.options().stall_max) {
      EndLocked(application::MakeRequestError(
          absl::StatusCode::kAborted,
          absl::StrCat("no message was taken for ", absl::FormatDuration(hub_.options().stall_max),
                       "; resume from the last token"),
          {.reason = "WATCH_STALLED"}));
    }
    return;
  }
  Pump();
}

void Watch::Pump() {
  if (has_ended_ || is_in_flight_) return;
  const int messages_max = sink_->Gathers() ? kGatheredMax : 1;
  for (int i = 0; i < messages_max && SendNext(); ++i) {
  }
}

bool Watch::SendNext() {
  if (!pending_.empty()) {
    const std::shared_ptr<const OrderChange> next = std::move(pending_.front());
    pending_.pop_front();
    Send(hub_.MessageOf(*next));
    return true;
  }
  if (is_catching_up_) {
    if (!is_in_flight_) PostCatchUp();  // Else when what was sent is taken.
    return false;
  }
  const ChangeRing::Next next = hub_.ring().Take(cursor_, order_id_);
  if (const auto* change = std::get_if<std::shared_ptr<const OrderChange>>(&next)) {
    Send(hub_.MessageOf(**change));
    return true;
  }
  if (std::holds_alternative<ChangeRing::Behind>(next)) {
    is_catching_up_ = true;
    has_said_caught_up_ = false;
    if (!is_in_flight_) PostCatchUp();
    return false;
  }
  if (std::holds_alternative<ChangeRing::Nothing>(next) &&
      (!has_said_caught_up_ || absl::Now() - sent_at_ > hub_.options().progress_interval)) {
    has_said_caught_up_ = true;
    Send(hub_.ProgressAt(cursor_.after));
  }
  return false;
}

void Watch::Send(const WatchMessage& message) {
  is_in_flight_ = true;
  sent_at_ = absl::Now();
  sink_->Send(message);
}

void Watch::EndLocked(const absl::Status& status) {
  if (has_ended_) return;
  has_ended_ = true;
  ended_at_ = absl::Now();
  pending_.clear();
  sink_->Finish(status, order_id_);
}

void Watch::PostCatchUp() {
  if (is_reading_) return;
  is_reading_ = hub_.workers().TryPost([self = shared_from_this()] { self->CatchUp(); });
  if (!is_reading_) {
    EndLocked(application::MakeRequestError(
        absl::StatusCode::kResourceExhausted,
        "no worker is free to read what this watch has missed; resume from the last token",
        {.reason = "OVERLOADED", .retry_after = absl::Seconds(1)}));
  }
}

void Watch::CatchUp() {
  LogPosition after;
  {
    absl::MutexLock lock(&mutex_);
    after = cursor_.after;
  }
  // Looked at before the read: what the read says is all, then reaches at least to here.
  const LogPosition ring_begin = hub_.ring().begin();
  absl::Status status;
  std::vector<FeedItem> items;
  if (reader_ == nullptr) {
    auto reader =
        hub_.feed().Open(after == LogPosition{} ? std::nullopt : std::optional<LogPosition>(after));
    if (reader.ok()) {
      reader_ = *std::move(reader);
    } else {
      status = reader.status();
    }
  }
  if (status.ok()) status = reader_->Next(kBatchItemsMax, kBatchWaitMax, items);

  std::vector<std::shared_ptr<const OrderChange>> batch;
  for (FeedItem& item : items) {
    if (const std::optional<LogPosition> passed = PassedPosition(item)) {
      after = std::max(after, *passed);
    } else if (std::holds_alternative<FeedCaughtUp>(item)) {
      after = std::max(after, ring_begin);
    } else if (auto change = ToChange(std::move(item))) {
      after = std::max(after, change->position());
      if (order_id_.empty() || change->order_id() == order_id_) {
        batch.push_back(std::move(change));
      }
    }
  }

  absl::MutexLock lock(&mutex_);
  is_reading_ = false;
  cursor_ = {.after = after};
  if (has_ended_) return;
  for (auto& change : batch) pending_.push_back(std::move(change));
  if (!status.ok()) return EndLocked(status);
  if (after >= hub_.ring().begin()) {
    is_catching_up_ = false;
    reader_.reset();
  }
  Pump();
}

}  // namespace orders::api
