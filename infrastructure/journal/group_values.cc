#include "infrastructure/journal/group_values.h"

#include <algorithm>
#include <variant>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

#include "application/commands/request_errors.h"
#include "domain/order/validation.h"
#include "eventstoredb/errors.h"
#include "infrastructure/journal/feed_items.h"

namespace orders::infrastructure {
namespace {

using application::ConsumerGroup;
using application::ConsumerGroupPlace;
using application::ConsumerGroupSettings;
using application::ConsumerGroupStart;
using application::LogPosition;
using eventstoredb::GroupStart;

GroupStart ToStart(const ConsumerGroupStart& start) {
  struct Convert {
    GroupStart operator()(application::FromEnd) const { return GroupStart::End(); }
    GroupStart operator()(application::FromBeginning) const { return GroupStart::Start(); }
    GroupStart operator()(std::uint64_t revision) const { return GroupStart::At(revision); }
    GroupStart operator()(const LogPosition& position) const {
      return GroupStart::At(ToStorePosition(position));
    }
  };
  return std::visit(Convert{}, start);
}

ConsumerGroupStart ToStart(const GroupStart& start) {
  switch (start.kind()) {
    case GroupStart::Kind::kStart:
      return application::FromBeginning{};
    case GroupStart::Kind::kEnd:
      return application::FromEnd{};
    case GroupStart::Kind::kRevision:
      return start.revision();
    case GroupStart::Kind::kPosition:
      return ToLogPosition(start.position());
  }
  return application::FromEnd{};
}

ConsumerGroupPlace ToPlace(const eventstoredb::GroupPlace& place) {
  if (const auto* revision = std::get_if<std::uint64_t>(&place)) return *revision;
  return ToLogPosition(std::get<eventstoredb::Position>(place));
}

// Both are written in the same order.
static_assert(static_cast<int>(application::ConsumerStrategy::kPinnedByCorrelation) ==
              static_cast<int>(eventstoredb::ConsumerStrategy::kPinnedByCorrelation));

ConsumerGroupSettings ToSettings(const eventstoredb::GroupSettings& settings) {
  return {.resolve_links = settings.resolve_links,
          .start = ToStart(settings.start),
          .extra_statistics = settings.extra_statistics,
          .message_timeout = settings.message_timeout,
          .retries_max = settings.retries_max,
          .checkpoint_after = settings.checkpoint_after,
          .checkpoint_events_min = settings.checkpoint_events_min,
          .checkpoint_events_max = settings.checkpoint_events_max,
          .consumers_max = settings.subscribers_max,
          .live_buffer_size = settings.live_buffer_size,
          .read_batch_size = settings.read_batch_size,
          .history_buffer_size = settings.history_buffer_size,
          .strategy = static_cast<application::ConsumerStrategy>(settings.strategy)};
}

template <typename Value, typename To>
void ApplyIfNamed(const std::optional<Value>& value, To& to) {
  if (value.has_value()) to = static_cast<To>(*value);
}

}  // namespace

eventstoredb::GroupId ToStoreId(const application::ConsumerGroupId& id) {
  eventstoredb::GroupId out{.stream = std::nullopt, .group = id.group};
  if (!id.IsOfAll()) out.stream = id.stream;
  return out;
}

application::ConsumerGroupId ToGroupId(const eventstoredb::GroupId& id) {
  return {.stream = id.stream.value_or(std::string(application::kAllStreams)), .group = id.group};
}

void ApplySettings(const ConsumerGroupSettings& settings, eventstoredb::GroupSettings& to) {
  ApplyIfNamed(settings.resolve_links, to.resolve_links);
  if (settings.start.has_value()) to.start = ToStart(*settings.start);
  ApplyIfNamed(settings.extra_statistics, to.extra_statistics);
  ApplyIfNamed(settings.message_timeout, to.message_timeout);
  ApplyIfNamed(settings.retries_max, to.retries_max);
  ApplyIfNamed(settings.checkpoint_after, to.checkpoint_after);
  ApplyIfNamed(settings.checkpoint_events_min, to.checkpoint_events_min);
  ApplyIfNamed(settings.checkpoint_events_max, to.checkpoint_events_max);
  ApplyIfNamed(settings.consumers_max, to.subscribers_max);
  ApplyIfNamed(settings.live_buffer_size, to.live_buffer_size);
  ApplyIfNamed(settings.read_batch_size, to.read_batch_size);
  ApplyIfNamed(settings.history_buffer_size, to.history_buffer_size);
  ApplyIfNamed(settings.strategy, to.strategy);
}

eventstoredb::Filter ToStoreFilter(const application::ConsumerGroupFilter& filter) {
  eventstoredb::Filter out;
  out.subject = filter.by_event_type ? eventstoredb::Filter::Subject::kEventType
                                     : eventstoredb::Filter::Subject::kStream;
  out.prefixes = filter.prefixes;
  out.regex = filter.regex;
  return out;
}

ConsumerGroup ToConsumerGroup(const eventstoredb::GroupInfo& info, std::size_t connections_max) {
  ConsumerGroup group{.id = ToGroupId(info.id),
                      .status = info.status,
                      .is_live = absl::StrContains(info.status, "Live"),
                      .is_replaying = absl::StrContains(info.status, "ReplayingParkedMessages"),
                      .settings = ToSettings(info.settings),
                      .events_per_second = info.average_per_second,
                      .events = info.events,
                      .in_flight = info.in_flight,
                      .buffered = info.history_buffered + info.live_buffered,
                      .retrying = info.retries_buffered,
                      .connection_count = info.consumers.size()};
  if (info.last_checkpoint.has_value()) group.checkpoint = ToPlace(*info.last_checkpoint);
  if (info.last_known.has_value()) group.last_known = ToPlace(*info.last_known);
  for (std::size_t i = 0; i < std::min(connections_max, info.consumers.size()); ++i) {
    const eventstoredb::GroupConsumer& consumer = info.consumers[i];
    group.connections.push_back({.from = consumer.from,
                                 .user = consumer.user,
                                 .connection_name = consumer.connection_name,
                                 .in_flight = consumer.in_flight,
                                 .slots_free = consumer.slots_free,
                                 .events_per_second = consumer.average_per_second,
                                 .events = consumer.events,
                                 .latencies = consumer.latencies});
  }
  return group;
}

absl::Status GroupRefusal(absl::StatusCode code, const std::string& text, std::string reason) {
  return application::MakeRequestError(code, text, {.reason = std::move(reason)});
}

absl::Status ToldAboutGroup(const absl::Status& status, const application::ConsumerGroupId& id) {
  using eventstoredb::ErrorKind;
  const std::string name = absl::StrCat(id.group, " on ", id.stream);
  const eventstoredb::ErrorDetails details = eventstoredb::GetErrorDetails(status);
  switch (details.kind) {
    case ErrorKind::kGroupNotFound:
      return GroupRefusal(absl::StatusCode::kNotFound, absl::StrCat("there is no group ", name),
                          "GROUP_NOT_FOUND");
    case ErrorKind::kGroupExists:
      return GroupRefusal(absl::StatusCode::kAlreadyExists,
                          absl::StrCat("there is a group ", name, " already"), "GROUP_EXISTS");
    case ErrorKind::kGroupFailed:
      return GroupRefusal(
          absl::StatusCode::kFailedPrecondition,
          absl::StrCat("the store refuses this for the group ", name, ": ", details.reason),
          "GROUP_REFUSED");
    case ErrorKind::kAccessDenied:
    case ErrorKind::kNotAuthenticated:
      return GroupRefusal(
          absl::StatusCode::kPermissionDenied,
          "the store does not let the service's user do this with groups: it takes a "
          "member of $admins",
          "STORE_ACCESS_DENIED");
    case ErrorKind::kInvalidArgument:
      return domain::ToStatus(
          {{.field = "settings", .description = std::string(status.message())}});
    default:
      return status;
  }
}

}  // namespace orders::infrastructure
