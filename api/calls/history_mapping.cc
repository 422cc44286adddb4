#include "api/calls/history_mapping.h"

#include "api/calls/event_summary.h"
#include "api/calls/value_mapping.h"
#include "application/queries/freshness.h"

namespace orders::api {

void SetHistoryEntry(const application::RecordedOrderEvent& recorded,
                     const application::StoreIdentity& store, const domain::Currency& currency,
                     const EventJson& event_json, v1::OrderHistoryEntry& message) {
  message.set_order_id(recorded.order_id.value);
  message.set_revision(recorded.revision);
  message.set_event_id(recorded.event_id);
  message.set_type(std::string(domain::EventName(recorded.event)));
  SetTime(recorded.created, *message.mutable_record_time());
  message.set_actor(recorded.metadata.actor);
  message.set_command(recorded.metadata.command);
  message.set_request_id(recorded.metadata.request_id);
  message.set_correlation_id(recorded.metadata.correlation_id);
  message.set_causation_id(recorded.metadata.causation_id);
  message.set_summary(SummaryOf(recorded.event, currency));
  message.set_data_json(event_json(recorded.event));
  message.set_position_token(application::EncodePositionToken(store, recorded.position));
}

void SetHistoryEntry(const application::UnreadableOrderEvent& unreadable,
                     const application::StoreIdentity& store, v1::OrderHistoryEntry& message) {
  message.set_order_id(unreadable.order_id.value);
  message.set_revision(unreadable.revision);
  message.set_event_id(unreadable.event_id);
  message.set_type(unreadable.type);
  SetTime(unreadable.created, *message.mutable_record_time());
  message.set_summary("This event cannot be read; the order's answers may lack it.");
  message.set_position_token(application::EncodePositionToken(store, unreadable.position));
}

}  // namespace orders::api
