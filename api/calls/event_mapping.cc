#include "api/calls/event_mapping.h"

#include <string>
#include <utility>

#include "api/calls/value_mapping.h"
#include "application/queries/freshness.h"

namespace orders::api {
namespace {

void SetContent(application::BrowsedContent content, v1::EventContent& message) {
  message.set_size_bytes(content.size);
  message.set_cut(content.is_cut());
  if (content.is_json) {
    message.set_json(std::move(content.bytes));
  } else if (!content.bytes.empty()) {
    message.set_raw(std::move(content.bytes));
  }
}

}  // namespace

void SetEvent(application::BrowsedEvent event, const application::StoreIdentity& store,
              v1::Event& message) {
  message.set_event_id(std::move(event.id));
  message.set_type(std::move(event.type));
  message.set_stream(std::move(event.place.stream));
  message.set_revision(event.place.revision);
  message.set_position_token(application::EncodePositionToken(store, event.place.position));
  SetTime(event.created, *message.mutable_create_time());
  SetContent(std::move(event.data), *message.mutable_data());
  SetContent(std::move(event.metadata), *message.mutable_metadata());
  message.set_correlation_id(std::move(event.correlation_id));
  message.set_causation_id(std::move(event.causation_id));
  if (!event.link.has_value()) return;
  v1::EventPlace& link = *message.mutable_link();
  link.set_stream(std::move(event.link->stream));
  link.set_revision(event.link->revision);
  link.set_position_token(application::EncodePositionToken(store, event.link->position));
}

void SetStream(const application::BrowsedStream& stream, const application::StoreIdentity& store,
               v1::Stream& message) {
  message.set_stream(stream.newest.stream);
  message.set_last_revision(stream.newest.revision);
  message.set_last_type(stream.type);
  SetTime(stream.written, *message.mutable_last_write_time());
  message.set_position_token(application::EncodePositionToken(store, stream.newest.position));
  message.set_deleted(stream.is_deleted);
}

}  // namespace orders::api
