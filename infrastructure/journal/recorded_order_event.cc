#include "infrastructure/journal/recorded_order_event.h"

#include <utility>

#include "infrastructure/journal/event_codec.h"

namespace orders::infrastructure {

absl::StatusOr<std::optional<application::RecordedOrderEvent>> ToRecordedOrderEvent(
    const eventstoredb::RecordedEvent& event, const domain::OrderId& order,
    const Upcasters& upcasters) {
  absl::StatusOr<std::optional<DecodedEvent>> decoded =
      DecodeEvent(event.type, event.data, event.metadata, upcasters);
  if (!decoded.ok()) return decoded.status();
  std::optional<application::RecordedOrderEvent> recorded;
  if (!decoded->has_value()) return recorded;
  recorded.emplace();
  recorded->order_id = order;
  recorded->revision = event.revision;
  recorded->event_id = event.id.ToString();
  recorded->created = event.created;
  recorded->position = {event.position.commit, event.position.prepare};
  recorded->event = std::move((*decoded)->event);
  recorded->metadata = std::move((*decoded)->metadata);
  return recorded;
}

}  // namespace orders::infrastructure
