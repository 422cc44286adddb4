#include "api/grpc/watch_reactor.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

#include "api/grpc/order_change_hub.h"
#include "api/grpc/status_mapping.h"
#include "application/commands/request_errors.h"

namespace orders::api {
namespace {

using application::FeedCaughtUp;
using application::FeedItem;
using application::LogPosition;

constexpr std::size_t kBatchItemsMax = 64;
constexpr absl::Duration kBatchWaitMax = absl::Milliseconds(100);
// After an end that the client does not take, the stream is cut.
constexpr absl::Duration kEndGrace = absl::Seconds(5);

}  // namespace

WatchReactor::WatchReactor(OrderChangeHub& hub, grpc::CallbackServerContext& context,
                           std::string order_id, const LogPosition& after)
    : hub_(hub),
      order_id_(std::move(order_id)),
      context_(&context),
      cursor_{.after = after},
      sent_at_(absl::Now()),
      ended_at_(absl::InfiniteFuture()) {}

void WatchReactor::Start() {
  absl::MutexLock lock(&mutex_);
  Pump();
}

void WatchReactor::Wake() {
  absl::MutexLock lock(&mutex_);
  if (context_ == nullptr) return;
  const absl::Time now = absl::Now();
  if (has_ended_) {
    if (now - ended_at_ > kEndGrace) context_->TryCancel();
    return;
  }
  if (is_writing_) {
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

void WatchReactor::End(const absl::Status& status) {
  absl::MutexLock lock(&mutex_);
  EndLocked(status);
}

void WatchReactor::OnWriteDone(bool ok) {
  absl::MutexLock lock(&mutex_);
  is_writing_ = false;
  if (!ok) return EndLocked(absl::CancelledError("the client is gone"));
  Pump();
}

void WatchReactor::OnCancel() { End(absl::CancelledError("the client cancelled")); }

void WatchReactor::OnDone() {
  {
    absl::MutexLock lock(&mutex_);
    context_ = nullptr;
  }
  // The last owner may be a batch that is still being read.
  hub_.Remove(this);
}

void WatchReactor::Pump() {
  if (has_ended_ || is_writing_) return;
  if (!pending_.empty()) {
    grpc::ByteBuffer next = std::move(pending_.front());
    pending_.pop_front();
    return Send(std::move(next));
  }
  if (is_catching_up_) return PostCatchUp();
  const ChangeRing::Next next = hub_.ring().Take(cursor_, order_id_);
  if (const auto* change = std::get_if<std::shared_ptr<const OrderChange>>(&next)) {
    return Send(hub_.Encoded(**change));
  }
  if (std::holds_alternative<ChangeRing::Behind>(next)) {
    is_catching_up_ = true;
    has_said_caught_up_ = false;
    return PostCatchUp();
  }
  if (std::holds_alternative<ChangeRing::Nothing>(next) &&
      (!has_said_caught_up_ || absl::Now() - sent_at_ > hub_.options().progress_interval)) {
    has_said_caught_up_ = true;
    Send(hub_.EncodedProgress(cursor_.after));
  }
}

void WatchReactor::Send(grpc::ByteBuffer bytes) {
  in_flight_ = std::move(bytes);
  is_writing_ = true;
  sent_at_ = absl::Now();
  StartWrite(&in_flight_);
}

void WatchReactor::EndLocked(const absl::Status& status) {
  if (has_ended_) return;
  has_ended_ = true;
  ended_at_ = absl::Now();
  pending_.clear();
  Finish(ToGrpcStatus(status, order_id_));
}

void WatchReactor::PostCatchUp() {
  if (is_reading_) return;
  is_reading_ = hub_.workers().TryPost([self = shared_from_this()] { self->CatchUp(); });
  if (!is_reading_) {
    EndLocked(application::MakeRequestError(
        absl::StatusCode::kResourceExhausted,
        "no worker is free to read what this watch has missed; resume from the last token",
        {.reason = "OVERLOADED", .retry_after = absl::Seconds(1)}));
  }
}

void WatchReactor::CatchUp() {
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

  std::vector<grpc::ByteBuffer> batch;
  for (FeedItem& item : items) {
    if (const std::optional<LogPosition> passed = PassedPosition(item)) {
      after = std::max(after, *passed);
    } else if (std::holds_alternative<FeedCaughtUp>(item)) {
      after = std::max(after, ring_begin);
    } else if (const auto change = ToChange(std::move(item))) {
      after = std::max(after, change->position());
      if (order_id_.empty() || change->order_id() == order_id_) {
        batch.push_back(hub_.Encoded(*change));
      }
    }
  }

  absl::MutexLock lock(&mutex_);
  is_reading_ = false;
  cursor_ = {.after = after};
  if (has_ended_) return;
  for (grpc::ByteBuffer& bytes : batch) pending_.push_back(std::move(bytes));
  if (!status.ok()) return EndLocked(status);
  if (after >= hub_.ring().begin()) {
    is_catching_up_ = false;
    reader_.reset();
  }
  Pump();
}

}  // namespace orders::api
