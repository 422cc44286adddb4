#include "infrastructure/journal/recorded_order_event.h"

#include <string>
#include <utility>

#include "infrastructure/journal/event_codec.h"
#include "infrastructure/journal/imported_time.h"

namespace orders::infrastructure {

application::OrderStreamItem ToOrderStreamItem(eventstoredb::RecordedEvent& event,
                                               const domain::OrderId& order,
                                               const Upcasters& upcasters) {
  const application::LogPosition position{event.position.commit, event.position.prepare};
  absl::StatusOr<std::optional<DecodedEvent>> decoded =
      DecodeEvent(event.type, event.data, event.metadata, upcasters);
  if (!decoded.ok()) {
    return application::UnreadableOrderEvent{.order_id = order,
                                             .revision = event.revision,
                                             .event_id = event.id.ToString(),
                                             .type = std::move(event.type),
                                             .created = CreatedOf(event),
                                             .position = position,
                                             .data = std::move(event.data),
                                             .metadata = std::move(event.metadata),
                                             .error = std::string(decoded.status().message())};
  }
  if (!decoded->has_value()) {
    return application::UnknownOrderEvent{.order_id = order,
                                          .revision = event.revision,
                                          .type = std::move(event.type),
                                          .position = position};
  }
  return application::RecordedOrderEvent{.order_id = order,
                                         .revision = event.revision,
                                         .event_id = event.id.ToString(),
                                         .created = CreatedOf(event),
                                         .position = position,
                                         .event = std::move((*decoded)->event),
                                         .metadata = std::move((*decoded)->metadata)};
}

}  // namespace orders::infrastructure
