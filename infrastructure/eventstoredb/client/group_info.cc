#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

#include "infrastructure/eventstoredb/client/group_messages.h"
#include "infrastructure/eventstoredb/client/messages.h"

namespace eventstoredb::client {
namespace {

constexpr char kAllStreams[] = "$all";

/// A place as a server writes it: a revision, or `C:commit/P:prepare`. Below 0: the end.
struct PlaceText {
  std::int64_t revision = 0;
  std::int64_t commit = 0;
  std::int64_t prepare = 0;
};

std::optional<PlaceText> ParsePlace(const GroupId& id, std::string_view text) {
  PlaceText place;
  if (id.stream.has_value()) {
    if (!absl::SimpleAtoi(std::string(text), &place.revision)) return std::nullopt;
    return place;
  }
  const std::pair<std::string, std::string> halves =
      absl::StrSplit(std::string(text), absl::MaxSplits('/', 1));
  if (!absl::StartsWith(halves.first, "C:") || !absl::StartsWith(halves.second, "P:") ||
      !absl::SimpleAtoi(halves.first.substr(2), &place.commit) ||
      !absl::SimpleAtoi(halves.second.substr(2), &place.prepare)) {
    return std::nullopt;
  }
  return place;
}

std::optional<GroupStart> ParseStart(const GroupId& id, std::string_view text) {
  const std::optional<PlaceText> place = ParsePlace(id, text);
  if (!place.has_value()) return std::nullopt;
  if (id.stream.has_value()) {
    if (place->revision < -1) return std::nullopt;
    if (place->revision == -1) return GroupStart::End();
    if (place->revision == 0) return GroupStart::Start();
    return GroupStart::At(static_cast<std::uint64_t>(place->revision));
  }
  if (place->commit == -1 && place->prepare == -1) return GroupStart::End();
  if (place->commit < 0 || place->prepare < 0) return std::nullopt;
  if (place->commit == 0 && place->prepare == 0) return GroupStart::Start();
  return GroupStart::At(Position{.commit = static_cast<std::uint64_t>(place->commit),
                                 .prepare = static_cast<std::uint64_t>(place->prepare)});
}

/// Where a group has been. False: that is no place. A server may write one below 0 for none.
bool TakePlace(const GroupId& id, const std::string& text, std::optional<GroupPlace>& out) {
  if (text.empty()) return true;
  const std::optional<PlaceText> place = ParsePlace(id, text);
  if (!place.has_value()) return false;
  if (place->revision < 0 || place->commit < 0 || place->prepare < 0) return true;
  if (id.stream.has_value()) {
    out = static_cast<std::uint64_t>(place->revision);
  } else {
    out = Position{.commit = static_cast<std::uint64_t>(place->commit),
                   .prepare = static_cast<std::uint64_t>(place->prepare)};
  }
  return true;
}

ConsumerStrategy ParseStrategy(const std::string& name) {
  for (const ConsumerStrategy each :
       {ConsumerStrategy::kDispatchToSingle, ConsumerStrategy::kPinned,
        ConsumerStrategy::kPinnedByCorrelation}) {
    if (name == ToString(each)) return each;
  }
  return ConsumerStrategy::kRoundRobin;
}

GroupConsumer ToConsumer(const groups_wire::SubscriptionInfo::ConnectionInfo& connection) {
  GroupConsumer consumer{.from = connection.from(),
                         .user = connection.username(),
                         .connection_name = connection.connection_name(),
                         .average_per_second = connection.average_items_per_second(),
                         .events = connection.total_items(),
                         .events_since_last = connection.count_since_last_measurement(),
                         .slots_free = connection.available_slots(),
                         .in_flight = connection.in_flight_messages()};
  for (const auto& latency : connection.observed_measurements()) {
    consumer.latencies.emplace_back(latency.key(), latency.value());
  }
  return consumer;
}

GroupSettings ToSettings(const groups_wire::SubscriptionInfo& info) {
  GroupSettings settings;
  settings.resolve_links = info.resolve_link_tos();
  settings.extra_statistics = info.extra_statistics();
  settings.message_timeout = absl::Milliseconds(info.message_timeout_milliseconds());
  settings.retries_max = info.max_retry_count();
  settings.checkpoint_after = absl::Milliseconds(info.check_point_after_milliseconds());
  settings.checkpoint_events_min = info.min_check_point_count();
  settings.checkpoint_events_max = info.max_check_point_count();
  settings.subscribers_max = info.max_subscriber_count();
  settings.live_buffer_size = info.live_buffer_size();
  settings.read_batch_size = info.read_batch_size();
  settings.history_buffer_size = info.buffer_size();
  settings.strategy = ParseStrategy(info.named_consumer_strategy());
  return settings;
}

}  // namespace

absl::StatusOr<GroupInfo> ToGroupInfo(const groups_wire::SubscriptionInfo& info) {
  GroupInfo out;
  if (info.event_source() != kAllStreams) out.id.stream = info.event_source();
  out.id.group = info.group_name();
  const auto unreadable = [&](const char* field, const std::string& text) {
    return absl::DataLossError(absl::StrCat("group ", out.id.ToString(), ": the server's ", field,
                                            " \"", text, "\" is no place"));
  };
  out.status = info.status();
  out.settings = ToSettings(info);
  const std::optional<GroupStart> start = ParseStart(out.id, info.start_from());
  if (!start.has_value()) return unreadable("start_from", info.start_from());
  out.settings.start = *start;
  out.strategy = info.named_consumer_strategy();
  for (const auto& connection : info.connections()) {
    out.consumers.push_back(ToConsumer(connection));
  }
  if (!TakePlace(out.id, info.last_checkpointed_event_position(), out.last_checkpoint)) {
    return unreadable("last checkpoint", info.last_checkpointed_event_position());
  }
  if (!TakePlace(out.id, info.last_known_event_position(), out.last_known)) {
    return unreadable("last known event", info.last_known_event_position());
  }
  out.average_per_second = info.average_per_second();
  out.events = info.total_items();
  out.events_since_last = info.count_since_last_measurement();
  out.history_buffered = info.read_buffer_count();
  out.live_buffered = info.live_buffer_count();
  out.retries_buffered = info.retry_buffer_count();
  out.in_flight = info.total_in_flight_messages();
  out.outstanding = info.outstanding_messages_count();
  out.parked = info.parked_message_count();
  return out;
}

absl::StatusOr<GroupEvent> ToGroupEvent(groups_wire::ReadResp::ReadEvent&& message) {
  GroupEvent event;
  // None, or one below 0, which no server should send: as good as the first time.
  event.retries = message.retry_count() > 0 ? message.retry_count() : 0;
  absl::StatusOr<ResolvedEvent> resolved = ToResolvedGroupEvent(std::move(message));
  if (!resolved.ok()) return resolved.status();
  event.event = *std::move(resolved);
  return event;
}

}  // namespace eventstoredb::client
