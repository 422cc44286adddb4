#include "infrastructure/journal/standing_events.h"

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "infrastructure/journal/imported_time.h"
#include "infrastructure/journal/order_stream.h"

namespace orders::infrastructure {
namespace {

constexpr std::size_t kMessagesMax = 256;
constexpr std::size_t kBytesMax = 1 << 20;

}  // namespace

absl::StatusOr<StandingEvents> StandingEvents::Open(eventstoredb::EventStore& store,
                                                    std::optional<eventstoredb::Position> after) {
  eventstoredb::SubscribeRequest request;
  request.after_position = after;
  request.filter = eventstoredb::Filter::StreamPrefixes({std::string(kOrderStreamPrefix)});
  request.next_bytes_max = kBytesMax;
  auto subscription = store.Subscribe(std::move(request));
  if (!subscription.ok()) return subscription.status();
  return StandingEvents(*std::move(subscription));
}

absl::StatusOr<std::optional<eventstoredb::RecordedEvent>> StandingEvents::Next(
    absl::Duration wait) {
  if (events_.empty()) {
    std::vector<eventstoredb::SubscriptionMessage> messages;
    const absl::Status read = subscription_->Next(kMessagesMax, wait, messages);
    for (eventstoredb::SubscriptionMessage& message : messages) {
      if (auto* event = std::get_if<eventstoredb::RecordedEvent>(&message)) {
        if (OrderOfStream(event->stream).has_value()) events_.push_back(std::move(*event));
        caught_up_ = false;
      } else if (std::holds_alternative<eventstoredb::CaughtUp>(message)) {
        caught_up_ = true;
      }
    }
    if (!read.ok()) return read;
  }
  if (events_.empty()) return std::nullopt;
  std::optional<eventstoredb::RecordedEvent> next = std::move(events_.front());
  events_.pop_front();
  return next;
}

application::TransferredEvent ToTransferred(eventstoredb::RecordedEvent event) {
  const absl::Time created = CreatedOf(event);
  RemoveImportedTime(event.metadata);
  return {.stream = std::move(event.stream),
          .revision = event.revision,
          .id = event.id.ToString(),
          .type = std::move(event.type),
          .is_json = event.is_json,
          .created = created,
          .data = std::move(event.data),
          .metadata = std::move(event.metadata)};
}

}  // namespace orders::infrastructure
