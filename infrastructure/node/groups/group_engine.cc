#include "infrastructure/node/groups/group_engine.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace eventstoredb {
namespace {

/// A size of the settings, which may be anything, as a bound that lets at least one message in.
std::size_t BufferMax(std::int32_t size) {
  return std::clamp<std::size_t>(size < 0 ? 0 : static_cast<std::size_t>(size), 1,
                                 GroupEngine::kBufferMessagesMax);
}

constexpr char kNakSentence[] = "Client explicitly NAK'ed message.";

}  // namespace

GroupEngine::GroupEngine(const WireGroupSettings& settings, std::optional<std::uint64_t> checkpoint,
                         absl::Time now)
    : settings_(settings),
      started_at_(now),
      consumers_(settings.strategy, settings.extra_statistics),
      before_(checkpoint),
      last_checkpoint_(checkpoint),
      checkpointed_at_(now) {}

std::size_t GroupEngine::Wanted() const {
  const std::size_t max =
      BufferMax(is_live_ ? settings_.live_buffer_size : settings_.history_buffer_size);
  const std::size_t held = history_.size() + live_.size();
  return held >= max ? 0 : max - held;
}

GroupEngine::Message GroupEngine::NewMessage(SourceEvent event, bool is_replayed) {
  Message message;
  message.id = event.event->Original().id;
  message.event = std::move(event);
  message.is_replayed = is_replayed;
  return message;
}

void GroupEngine::Push(SourceEvent event) {
  held_bytes_ += event.Bytes();
  unsettled_.emplace(event.place, before_);
  before_ = last_pushed_ = event.place;
  (is_live_ ? live_ : history_).push_back(NewMessage(std::move(event), false));
}

std::size_t GroupEngine::ReplayWanted() const {
  return replayed_held_ >= kReplayBufferMax ? 0 : kReplayBufferMax - replayed_held_;
}

void GroupEngine::PushReplayed(SourceEvent event) {
  held_bytes_ += event.Bytes();
  ++replayed_held_;
  PutIntoRetry(NewMessage(std::move(event), true));
}

absl::Status GroupEngine::Connect(ConsumerId id, ConsumerInfo info, absl::Time now) {
  const std::int32_t max = settings_.max_subscriber_count;
  if (max > 0 && consumers_.size() >= static_cast<std::size_t>(max)) {
    return absl::FailedPreconditionError(
        absl::StrCat("the group has its maximum of ", max, " subscribers"));
  }
  consumers_.Add(id, std::move(info), now);
  return absl::OkStatus();
}

void GroupEngine::Disconnect(ConsumerId id) {
  std::vector<Uuid> held;
  for (const auto& [event_id, message] : outstanding_) {
    if (message.consumer == id) held.push_back(event_id);
  }
  for (const Uuid& event_id : held) {
    Retry(*TakeBack(event_id), absl::StrCat("Reached retry count of ", settings_.max_retry_count));
  }
  consumers_.Remove(id);
}

std::optional<GroupEngine::Message> GroupEngine::TakeBack(const Uuid& id) {
  const auto found = outstanding_.find(id);
  if (found == outstanding_.end()) return std::nullopt;
  Message message = std::move(found->second);
  outstanding_.erase(found);
  consumers_.Returned(message.consumer);
  return message;
}

void GroupEngine::Ack(const std::vector<Uuid>& ids, absl::Time now) {
  for (const Uuid& id : ids) {
    const std::optional<Message> message = TakeBack(id);
    if (!message.has_value()) continue;
    consumers_.Processed(message->consumer, now - message->sent_at);
    Settle(*message);
  }
}

void GroupEngine::Nack(const std::vector<Uuid>& ids, NackAction action, const std::string& reason,
                       absl::Time now) {
  for (const Uuid& id : ids) {
    std::optional<Message> message = TakeBack(id);
    if (!message.has_value()) continue;
    consumers_.Processed(message->consumer, now - message->sent_at);
    switch (action) {
      case NackAction::kPark:
        Park(*std::move(message), absl::StrCat(kNakSentence, "\n", reason));
        break;
      case NackAction::kUnknown:
      case NackAction::kRetry:
        Retry(*std::move(message), absl::StrCat(kNakSentence, "\n", reason));
        break;
      case NackAction::kSkip:
      case NackAction::kStop:  // As the recordings show: the subscription goes on.
        Settle(*message);
        break;
    }
  }
}

void GroupEngine::Retry(Message message, const std::string& why_parked) {
  if (message.retry_count >= settings_.max_retry_count) {
    return Park(std::move(message), why_parked);
  }
  ++message.retry_count;
  PutIntoRetry(std::move(message));
}

void GroupEngine::PutIntoRetry(Message message) {
  const RetryKey key(message.is_replayed, message.event.place, retry_number_++);
  retry_.emplace(key, std::move(message));
}

void GroupEngine::Park(Message message, std::string reason) {
  message.reason = std::move(reason);
  to_park_.push_back(next_ticket_);
  parking_.emplace(next_ticket_++, std::move(message));
}

std::vector<GroupParking> GroupEngine::TakeParking(std::size_t max) {
  std::vector<GroupParking> taken;
  while (!to_park_.empty() && taken.size() < max) {
    const std::uint64_t ticket = to_park_.front();
    to_park_.pop_front();
    const Message& message = parking_.at(ticket);
    taken.push_back({ticket, message.event.event, message.retry_count, message.reason});
  }
  return taken;
}

void GroupEngine::ParkDone(std::uint64_t ticket, bool is_written) {
  auto parked = parking_.extract(ticket);
  if (parked.empty()) return;
  if (is_written) return Settle(parked.mapped());
  PutIntoRetry(std::move(parked.mapped()));
}

void GroupEngine::Settle(const Message& message) {
  held_bytes_ -= message.event.Bytes();
  ++settled_since_checkpoint_;
  if (message.is_replayed) {
    --replayed_held_;
  } else {
    unsettled_.erase(message.event.place);
  }
}

void GroupEngine::Tick(absl::Time now) {
  const absl::Duration timeout = absl::Milliseconds(settings_.message_timeout_ms);
  std::vector<Uuid> expired;
  for (const auto& [id, message] : outstanding_) {
    if (now - message.sent_at >= timeout) expired.push_back(id);
  }
  for (const Uuid& id : expired) {
    Retry(*TakeBack(id), absl::StrCat("Reached retry count of ", settings_.max_retry_count));
  }
}

std::vector<GroupDelivery> GroupEngine::Dispatch(absl::Time now) {
  std::vector<GroupDelivery> out;
  if (!consumers_.HasRoom()) return out;
  if (DispatchRetries(now, out) && DispatchBuffer(history_, now, out)) {
    DispatchBuffer(live_, now, out);
  }
  return out;
}

std::optional<ConsumerId> GroupEngine::ConsumerFor(const Message& message) {
  // The same id twice in a source: an ack could not say which, so the second waits for the first.
  if (outstanding_.contains(message.id)) return std::nullopt;
  return consumers_.Choose(message.event.pin);
}

bool GroupEngine::DispatchRetries(absl::Time now, std::vector<GroupDelivery>& out) {
  for (auto it = retry_.begin(); it != retry_.end();) {
    if (!consumers_.HasRoom()) return false;
    const std::optional<ConsumerId> consumer = ConsumerFor(it->second);
    if (!consumer.has_value()) {
      ++it;
      continue;
    }
    Send(std::move(it->second), *consumer, now, out);
    it = retry_.erase(it);
  }
  return true;
}

bool GroupEngine::DispatchBuffer(std::list<Message>& buffer, absl::Time now,
                                 std::vector<GroupDelivery>& out) {
  for (auto it = buffer.begin(); it != buffer.end();) {
    if (!consumers_.HasRoom()) return false;
    const std::optional<ConsumerId> consumer = ConsumerFor(*it);
    if (!consumer.has_value()) {
      // Only a pinned message lets others pass: elsewhere order is what a consumer counts on.
      if (!consumers_.MayPassOver()) return false;
      ++it;
      continue;
    }
    Send(std::move(*it), *consumer, now, out);
    it = buffer.erase(it);
  }
  return true;
}

void GroupEngine::Send(Message message, ConsumerId consumer, absl::Time now,
                       std::vector<GroupDelivery>& out) {
  message.consumer = consumer;
  message.sent_at = now;
  consumers_.Sent(consumer);
  ++total_;
  out.push_back({consumer, message.event.event, message.retry_count});
  const Uuid id = message.id;
  outstanding_.emplace(id, std::move(message));
}

std::optional<std::uint64_t> GroupEngine::TakeCheckpoint(absl::Time now, bool on_timer) {
  if (is_checkpointing_ || settled_since_checkpoint_ == 0) return std::nullopt;
  const absl::Duration after = absl::Milliseconds(settings_.checkpoint_after_ms);
  const bool is_full = settled_since_checkpoint_ >= settings_.max_checkpoint_count;
  const bool is_time = on_timer && after > absl::ZeroDuration() &&
                       settled_since_checkpoint_ >= settings_.min_checkpoint_count &&
                       now - checkpointed_at_ >= after;
  if (!is_full && !is_time) return std::nullopt;
  const std::optional<std::uint64_t> place =
      unsettled_.empty() ? before_ : unsettled_.begin()->second;
  if (!place.has_value() || place == last_checkpoint_) return std::nullopt;
  is_checkpointing_ = true;
  settled_since_checkpoint_ = 0;
  return place;
}

void GroupEngine::CheckpointDone(std::uint64_t checkpoint, bool is_written, absl::Time now) {
  is_checkpointing_ = false;
  checkpointed_at_ = now;
  if (is_written) last_checkpoint_ = checkpoint;
  // Else what was counted is lost: make sure that the next check finds something to write.
  if (!is_written) settled_since_checkpoint_ += std::max(1, settings_.max_checkpoint_count);
}

GroupStatistics GroupEngine::Measure(absl::Time now) {
  GroupStatistics statistics{.is_live = is_live_,
                             .is_replaying = is_replaying_,
                             .consumers = consumers_.Measure(now),
                             .average_per_second = PerSecond(total_, started_at_, now),
                             .total_items = total_,
                             .since_last = total_ - std::exchange(measured_, total_),
                             .last_checkpoint = last_checkpoint_,
                             .last_known = last_pushed_,
                             .history_count = history_.size(),
                             .live_count = live_.size(),
                             .retry_count = retry_.size(),
                             .outstanding_count = outstanding_.size()};
  return statistics;
}

}  // namespace eventstoredb
