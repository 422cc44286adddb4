#include "infrastructure/node/grpc/group_messages.h"

#include <algorithm>
#include <limits>
#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "infrastructure/node/groups/group_records.h"
#include "infrastructure/node/grpc/message_mapping.h"

namespace eventstoredb {
namespace {

namespace groups = event_store::client::persistent_subscriptions;
using Recorded = groups::ReadResp::ReadEvent::RecordedEvent;

std::int32_t Narrow(std::size_t count) {
  return static_cast<std::int32_t>(
      std::min<std::size_t>(count, std::numeric_limits<std::int32_t>::max()));
}

void SetRecord(const RecordedEvent& event, const Position& position, UuidForm form, Recorded& out) {
  if (form == UuidForm::kText) {
    out.mutable_id()->set_string(event.id.ToString());
  } else {
    SetStructured(event.id, *out.mutable_id());
  }
  out.mutable_stream_identifier()->set_stream_name(event.stream);
  out.set_stream_revision(event.revision);
  out.set_prepare_position(position.prepare);
  out.set_commit_position(position.commit);
  auto& metadata = *out.mutable_metadata();
  metadata["type"] = event.type;
  metadata["created"] = absl::StrCat(absl::ToUnixNanos(event.created) / 100);
  metadata["content-type"] = std::string(event.is_json ? kJsonContentType : kBinaryContentType);
  out.set_custom_metadata(event.metadata);
  out.set_data(event.data);
}

std::string StatusText(const GroupStatistics& statistics) {
  std::vector<std::string> flags;
  if (!statistics.is_live) flags.emplace_back("Behind");
  if (statistics.is_replaying) flags.emplace_back("ReplayingParkedMessages");
  if (statistics.is_live) flags.emplace_back("Live");
  return absl::StrJoin(flags, ", ");
}

std::string StartText(const GroupConfig& config) {
  const GroupOrigin& start = config.start;
  if (!config.key.IsAll()) return start.from_end ? "-1" : absl::StrCat(start.place);
  if (start.from_end) return "C:-1/P:-1";
  return absl::StrCat("C:", start.place, "/P:", start.prepare);
}

void SetConnection(const ConsumerStatistics& consumer,
                   groups::SubscriptionInfo::ConnectionInfo& out) {
  out.set_username(consumer.info.username);
  out.set_average_items_per_second(consumer.average_per_second);
  out.set_total_items(consumer.total_items);
  out.set_count_since_last_measurement(consumer.since_last);
  out.set_available_slots(std::max(0, consumer.info.window - consumer.in_flight));
  out.set_in_flight_messages(consumer.in_flight);
  out.set_connection_name(consumer.info.connection_name);
  for (const auto& [key, milliseconds] : consumer.latencies) {
    auto& measurement = *out.add_observed_measurements();
    measurement.set_key(key);
    measurement.set_value(milliseconds);
  }
}

}  // namespace

groups::ReadResp ToReadResp(const GroupDelivery& delivery, UuidForm form) {
  groups::ReadResp message;
  auto& out = *message.mutable_event();
  const Position& position = delivery.event->Original().position;
  if (delivery.event->event.has_value()) {
    SetRecord(*delivery.event->event, position, form, *out.mutable_event());
  }
  if (delivery.event->link.has_value()) {
    SetRecord(*delivery.event->link, position, form, *out.mutable_link());
  }
  out.set_commit_position(position.commit);
  out.set_retry_count(delivery.retry_count);
  return message;
}

void SetInfo(const GroupReport& info, groups::SubscriptionInfo& out) {
  const WireGroupSettings& settings = info.config.settings;
  const GroupStatistics& statistics = info.statistics;
  out.set_event_source(info.config.key.source);
  out.set_group_name(info.config.key.group);
  out.set_status(StatusText(statistics));
  std::int32_t in_flight = 0;
  for (const ConsumerStatistics& consumer : statistics.consumers) {
    SetConnection(consumer, *out.add_connections());
    in_flight += consumer.in_flight;
  }
  out.set_average_per_second(statistics.average_per_second);
  out.set_total_items(statistics.total_items);
  out.set_count_since_last_measurement(statistics.since_last);
  const auto place_text = [&](const std::optional<std::uint64_t>& place) {
    return place.has_value() ? PlaceText(info.config.key, *place) : "";
  };
  out.set_last_checkpointed_event_position(place_text(statistics.last_checkpoint));
  out.set_last_known_event_position(place_text(statistics.last_known));
  out.set_start_from(StartText(info.config));
  out.set_resolve_link_tos(settings.resolve_links);
  out.set_message_timeout_milliseconds(settings.message_timeout_ms);
  out.set_extra_statistics(settings.extra_statistics);
  out.set_max_retry_count(settings.max_retry_count);
  out.set_live_buffer_size(settings.live_buffer_size);
  out.set_buffer_size(settings.history_buffer_size);
  out.set_read_batch_size(settings.read_batch_size);
  out.set_check_point_after_milliseconds(settings.checkpoint_after_ms);
  out.set_min_check_point_count(settings.min_checkpoint_count);
  out.set_max_check_point_count(settings.max_checkpoint_count);
  out.set_read_buffer_count(Narrow(statistics.history_count));
  out.set_live_buffer_count(static_cast<std::int64_t>(statistics.live_count));
  out.set_retry_buffer_count(Narrow(statistics.retry_count));
  out.set_total_in_flight_messages(in_flight);
  out.set_outstanding_messages_count(Narrow(statistics.outstanding_count));
  out.set_named_consumer_strategy(ToString(settings.strategy));
  out.set_max_subscriber_count(settings.max_subscriber_count);
  out.set_parked_message_count(info.parked_count);
}

}  // namespace eventstoredb
