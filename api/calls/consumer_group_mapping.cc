#include "api/calls/consumer_group_mapping.h"

#include <cstdint>
#include <utility>
#include <variant>

#include "absl/time/time.h"
#include "google/protobuf/duration.pb.h"

#include "api/calls/duration_message.h"
#include "api/calls/event_mapping.h"
#include "api/calls/request_checks.h"
#include "api/calls/value_mapping.h"
#include "application/queries/freshness.h"

namespace orders::api {
namespace {

using application::ConsumerGroupPlace;
using application::ConsumerGroupSettings;
using application::ConsumerStrategy;
using application::LogPosition;
using application::StoreIdentity;

absl::StatusOr<ConsumerStrategy> ToStrategy(v1::ConsumerStrategy strategy) {
  switch (strategy) {
    case v1::CONSUMER_STRATEGY_DISPATCH_TO_SINGLE:
      return ConsumerStrategy::kDispatchToSingle;
    case v1::CONSUMER_STRATEGY_ROUND_ROBIN:
      return ConsumerStrategy::kRoundRobin;
    case v1::CONSUMER_STRATEGY_PINNED:
      return ConsumerStrategy::kPinned;
    case v1::CONSUMER_STRATEGY_PINNED_BY_CORRELATION:
      return ConsumerStrategy::kPinnedByCorrelation;
    default:
      return Violated("settings.strategy", "takes one of the strategies that the API names");
  }
}

v1::ConsumerStrategy ToMessage(ConsumerStrategy strategy) {
  switch (strategy) {
    case ConsumerStrategy::kDispatchToSingle:
      return v1::CONSUMER_STRATEGY_DISPATCH_TO_SINGLE;
    case ConsumerStrategy::kRoundRobin:
      return v1::CONSUMER_STRATEGY_ROUND_ROBIN;
    case ConsumerStrategy::kPinned:
      return v1::CONSUMER_STRATEGY_PINNED;
    case ConsumerStrategy::kPinnedByCorrelation:
      return v1::CONSUMER_STRATEGY_PINNED_BY_CORRELATION;
  }
  return v1::CONSUMER_STRATEGY_UNSPECIFIED;
}

void SetPlace(const ConsumerGroupPlace& place, const StoreIdentity& store,
              v1::ConsumerGroupPlace& message) {
  if (const auto* const revision = std::get_if<std::uint64_t>(&place)) {
    message.set_revision(*revision);
  } else {
    message.set_position_token(
        application::EncodePositionToken(store, std::get<LogPosition>(place)));
  }
}

/// Says in the message where a group begins.
class StartSetter {
 public:
  StartSetter(const StoreIdentity& store, v1::ConsumerGroupSettings& message)
      : store_(store), message_(message) {}
  void operator()(application::FromEnd) const { message_.set_from_beginning(false); }
  void operator()(application::FromBeginning) const { message_.set_from_beginning(true); }
  void operator()(std::uint64_t revision) const { message_.set_from_revision(revision); }
  void operator()(const LogPosition& position) const {
    message_.set_from_position(application::EncodePositionToken(store_, position));
  }

 private:
  const StoreIdentity& store_;
  v1::ConsumerGroupSettings& message_;
};

void SetSettings(const ConsumerGroupSettings& settings, const StoreIdentity& store,
                 v1::ConsumerGroupSettings& message) {
  if (settings.start.has_value()) std::visit(StartSetter(store, message), *settings.start);
  message.set_resolve_links(settings.resolve_links.value_or(false));
  message.set_extra_statistics(settings.extra_statistics.value_or(false));
  SetDuration(settings.message_timeout.value_or(absl::ZeroDuration()),
              *message.mutable_message_timeout());
  message.set_retries_max(settings.retries_max.value_or(0));
  SetDuration(settings.checkpoint_after.value_or(absl::ZeroDuration()),
              *message.mutable_checkpoint_after());
  message.set_checkpoint_events_min(settings.checkpoint_events_min.value_or(0));
  message.set_checkpoint_events_max(settings.checkpoint_events_max.value_or(0));
  message.set_consumers_max(settings.consumers_max.value_or(0));
  message.set_live_buffer_size(settings.live_buffer_size.value_or(0));
  message.set_read_batch_size(settings.read_batch_size.value_or(0));
  message.set_history_buffer_size(settings.history_buffer_size.value_or(0));
  if (settings.strategy.has_value()) message.set_strategy(ToMessage(*settings.strategy));
}

void SetConnection(const application::GroupConnection& connection,
                   v1::ConsumerConnection& message) {
  message.set_from(connection.from);
  message.set_user(connection.user);
  message.set_connection_name(connection.connection_name);
  message.set_in_flight(connection.in_flight);
  message.set_slots_free(connection.slots_free);
  message.set_events_per_second(static_cast<double>(connection.events_per_second));
  message.set_events(connection.events);
  for (const auto& [name, milliseconds] : connection.latencies) {
    v1::ConsumerLatency& latency = *message.add_latencies();
    latency.set_name(name);
    latency.set_milliseconds(milliseconds);
  }
}

}  // namespace

absl::StatusOr<ConsumerGroupSettings> ToSettings(const v1::ConsumerGroupSettings& message,
                                                 const StoreIdentity& store) {
  ConsumerGroupSettings settings;
  if (message.has_resolve_links()) settings.resolve_links = message.resolve_links();
  switch (message.start_case()) {
    case v1::ConsumerGroupSettings::kFromBeginning:
      if (message.from_beginning()) {
        settings.start = application::FromBeginning{};
      } else {
        settings.start = application::FromEnd{};
      }
      break;
    case v1::ConsumerGroupSettings::kFromRevision:
      settings.start = message.from_revision();
      break;
    case v1::ConsumerGroupSettings::kFromPosition: {
      const auto position = application::DecodePositionToken(message.from_position(), store);
      if (!position.ok()) return position.status();
      settings.start = *position;
      break;
    }
    case v1::ConsumerGroupSettings::START_NOT_SET:
      break;
  }
  if (message.has_extra_statistics()) settings.extra_statistics = message.extra_statistics();
  if (message.has_message_timeout()) {
    settings.message_timeout = ToDuration(message.message_timeout());
  }
  if (message.has_retries_max()) settings.retries_max = message.retries_max();
  if (message.has_checkpoint_after()) {
    settings.checkpoint_after = ToDuration(message.checkpoint_after());
  }
  if (message.has_checkpoint_events_min()) {
    settings.checkpoint_events_min = message.checkpoint_events_min();
  }
  if (message.has_checkpoint_events_max()) {
    settings.checkpoint_events_max = message.checkpoint_events_max();
  }
  if (message.has_consumers_max()) settings.consumers_max = message.consumers_max();
  if (message.has_live_buffer_size()) settings.live_buffer_size = message.live_buffer_size();
  if (message.has_read_batch_size()) settings.read_batch_size = message.read_batch_size();
  if (message.has_history_buffer_size()) {
    settings.history_buffer_size = message.history_buffer_size();
  }
  if (message.strategy() != v1::CONSUMER_STRATEGY_UNSPECIFIED) {
    const absl::StatusOr<ConsumerStrategy> strategy = ToStrategy(message.strategy());
    if (!strategy.ok()) return strategy.status();
    settings.strategy = *strategy;
  }
  return settings;
}

absl::StatusOr<application::ConsumerGroupFilter> ToFilter(const v1::ConsumerGroupFilter& message) {
  if (message.prefixes().empty() == message.regex().empty()) {
    return Violated("filter", "takes either prefixes or a regex");
  }
  if (message.subject() < v1::ConsumerGroupFilter::SUBJECT_UNSPECIFIED ||
      message.subject() > v1::ConsumerGroupFilter::EVENT_TYPE) {
    return Violated("filter.subject", "takes STREAM or EVENT_TYPE");
  }
  if (absl::Status valid = CheckStoreName("filter.regex", message.regex()); !valid.ok()) {
    return valid;
  }
  for (const std::string& prefix : message.prefixes()) {
    absl::Status valid = CheckStoreName("filter.prefixes", prefix);
    if (prefix.empty()) valid = Violated("filter.prefixes", "takes no empty one");
    if (!valid.ok()) return valid;
  }
  return application::ConsumerGroupFilter{
      .by_event_type = message.subject() == v1::ConsumerGroupFilter::EVENT_TYPE,
      .prefixes = {message.prefixes().begin(), message.prefixes().end()},
      .regex = message.regex()};
}

void SetGroup(const application::ConsumerGroup& group, const StoreIdentity& store,
              v1::ConsumerGroup& message) {
  message.set_stream(group.id.stream);
  message.set_group(group.id.group);
  message.set_status(group.status);
  message.set_live(group.is_live);
  message.set_replaying(group.is_replaying);
  SetSettings(group.settings, store, *message.mutable_settings());
  message.set_events_per_second(static_cast<double>(group.events_per_second));
  message.set_events(group.events);
  message.set_in_flight(group.in_flight);
  message.set_buffered(group.buffered);
  message.set_retrying(group.retrying);
  message.set_parked(group.parked);
  if (group.behind_events.has_value()) message.set_behind_events(*group.behind_events);
  if (group.behind_time.has_value()) {
    SetDuration(*group.behind_time, *message.mutable_behind_time());
  }
  if (group.checkpoint.has_value()) {
    SetPlace(*group.checkpoint, store, *message.mutable_checkpoint());
  }
  if (group.last_known.has_value()) {
    SetPlace(*group.last_known, store, *message.mutable_last_known());
  }
  message.set_connection_count(static_cast<std::int32_t>(group.connection_count));
  for (const application::GroupConnection& connection : group.connections) {
    SetConnection(connection, *message.add_connections());
  }
}

void SetParkedMessage(application::ParkedMessage parked, const StoreIdentity& store,
                      v1::ParkedMessage& message) {
  message.set_entry(parked.entry);
  SetEvent(std::move(parked.event), store, *message.mutable_event());
  message.set_reason(std::move(parked.reason));
  SetTime(parked.parked, *message.mutable_park_time());
  if (parked.retries.has_value()) message.set_retries(*parked.retries);
}

}  // namespace orders::api
