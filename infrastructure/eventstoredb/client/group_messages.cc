#include "infrastructure/eventstoredb/client/group_messages.h"

#include <cstddef>
#include <limits>
#include <type_traits>

#include "absl/strings/str_cat.h"

#include "infrastructure/eventstoredb/client/messages.h"
#include "infrastructure/eventstoredb/client/utf8.h"

namespace eventstoredb {
namespace {

constexpr std::uint64_t kNumberMax = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kMillisecondsMax = std::numeric_limits<std::int32_t>::max();

absl::Status Invalid(const char* what) { return absl::InvalidArgumentError(what); }

bool IsMilliseconds(absl::Duration time, std::int64_t min) {
  return time >= absl::Milliseconds(min) && time <= absl::Milliseconds(kMillisecondsMax) &&
         time == absl::Floor(time, absl::Milliseconds(1));
}

absl::Status CheckStart(const GroupId& id, const GroupStart& start) {
  if (start.kind() == GroupStart::Kind::kRevision) {
    if (!id.stream.has_value()) {
      return Invalid("start: a group over all streams starts at a position, not a revision");
    }
    if (start.revision() > kNumberMax) return Invalid("start: a revision is at most 2^63 - 1");
  }
  if (start.kind() == GroupStart::Kind::kPosition) {
    if (id.stream.has_value()) {
      return Invalid("start: a group of one stream starts at a revision, not a position");
    }
    const Position position = start.position();
    if (position.prepare > position.commit || position.commit > kNumberMax) {
      return Invalid("start: a position has prepare <= commit, and commit up to 2^63 - 1");
    }
  }
  return absl::OkStatus();
}

}  // namespace

std::string GroupId::ToString() const { return absl::StrCat(stream.value_or("$all"), "::", group); }

std::string_view ToString(ConsumerStrategy strategy) {
  switch (strategy) {
    case ConsumerStrategy::kDispatchToSingle:
      return "DispatchToSingle";
    case ConsumerStrategy::kRoundRobin:
      return "RoundRobin";
    case ConsumerStrategy::kPinned:
      return "Pinned";
    case ConsumerStrategy::kPinnedByCorrelation:
      return "PinnedByCorrelation";
  }
  return "";
}

absl::Status Validate(const GroupId& group, const GroupSettings& settings) {
  if (absl::Status named = client::Check(group); !named.ok()) return named;
  if (!IsMilliseconds(settings.message_timeout, 1)) {
    return Invalid("message_timeout is a whole number of milliseconds, 1 to 2^31 - 1");
  }
  if (!IsMilliseconds(settings.checkpoint_after, 0)) {
    return Invalid("checkpoint_after is a whole number of milliseconds, 0 to 2^31 - 1");
  }
  if (settings.retries_max < 0) return Invalid("retries_max is 0 or more");
  if (settings.checkpoint_events_max < 1) return Invalid("checkpoint_events_max is 1 or more");
  if (settings.checkpoint_events_min < 0 ||
      settings.checkpoint_events_min > settings.checkpoint_events_max) {
    return Invalid("checkpoint_events_min is 0 to checkpoint_events_max");
  }
  if (settings.subscribers_max < 0) return Invalid("subscribers_max is 0 (no limit) or more");
  if (settings.live_buffer_size < 1) return Invalid("live_buffer_size is 1 or more");
  if (settings.read_batch_size < 1 || settings.read_batch_size >= settings.history_buffer_size) {
    return Invalid("read_batch_size is 1 to below history_buffer_size");
  }
  return CheckStart(group, settings.start);
}

namespace client {
namespace {

template <typename Settings>
void SetSettings(const GroupSettings& settings, Settings& out) {
  out.set_resolve_links(settings.resolve_links);
  out.set_extra_statistics(settings.extra_statistics);
  out.set_max_retry_count(settings.retries_max);
  out.set_min_checkpoint_count(settings.checkpoint_events_min);
  out.set_max_checkpoint_count(settings.checkpoint_events_max);
  out.set_max_subscriber_count(settings.subscribers_max);
  out.set_live_buffer_size(settings.live_buffer_size);
  out.set_read_batch_size(settings.read_batch_size);
  out.set_history_buffer_size(settings.history_buffer_size);
  const auto milliseconds = [](absl::Duration time) {
    return static_cast<std::int32_t>(absl::ToInt64Milliseconds(time));
  };
  out.set_message_timeout_ms(milliseconds(settings.message_timeout));
  out.set_checkpoint_after_ms(milliseconds(settings.checkpoint_after));
}

template <typename Options>
void SetStart(const GroupStart& start, Options& out) {
  switch (start.kind()) {
    case GroupStart::Kind::kStart:
      out.mutable_start();
      return;
    case GroupStart::Kind::kEnd:
      out.mutable_end();
      return;
    case GroupStart::Kind::kRevision:
      if constexpr (requires { out.set_revision(0); }) out.set_revision(start.revision());
      return;
    case GroupStart::Kind::kPosition:
      if constexpr (requires { out.mutable_position(); }) {
        out.mutable_position()->set_commit_position(start.position().commit);
        out.mutable_position()->set_prepare_position(start.position().prepare);
      }
      return;
  }
}

// The strategy as an enum too, though that is deprecated: older servers know no other, and an
// update has no other (protocol section 3.15).
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
template <typename Settings>
void SetStrategy(ConsumerStrategy strategy, Settings& out) {
  using Strategy = std::remove_cvref_t<decltype(out.named_consumer_strategy())>;
  // The one without a number on the wire goes by its name alone.
  if (strategy == ConsumerStrategy::kPinnedByCorrelation) return;
  out.set_named_consumer_strategy(static_cast<Strategy>(strategy));
}
#pragma GCC diagnostic pop

/// What Create and Update have in common.
template <typename Options>
void SetGroup(const GroupId& id, const GroupSettings& settings, Options& out) {
  out.set_group_name(id.group);
  SetSettings(settings, *out.mutable_settings());
  if (id.stream.has_value()) {
    out.mutable_stream()->mutable_stream_identifier()->set_stream_name(*id.stream);
    SetStart(settings.start, *out.mutable_stream());
  } else {
    SetStart(settings.start, *out.mutable_all());
  }
  SetStrategy(settings.strategy, *out.mutable_settings());
}

template <typename Options>
void SetSource(const GroupId& id, Options& out) {
  out.set_group_name(id.group);
  if (id.stream.has_value()) {
    out.mutable_stream_identifier()->set_stream_name(*id.stream);
  } else {
    out.mutable_all();
  }
}

void SetFilter(const Filter& filter, groups_wire::CreateReq::AllOptions::FilterOptions& out) {
  auto& expression = filter.subject == Filter::Subject::kStream ? *out.mutable_stream_identifier()
                                                                : *out.mutable_event_type();
  expression.set_regex(filter.regex);
  for (const std::string& prefix : filter.prefixes) expression.add_prefix(prefix);
  out.mutable_count();
  out.set_checkpointintervalmultiplier(1);  // Neither is used for anything, and both are sent.
}

}  // namespace

absl::Status Check(const GroupId& id) {
  if (id.stream.has_value() && id.stream->empty()) return Invalid("the stream has no name");
  if (id.group.empty()) return Invalid("the group has no name");
  if (!IsUtf8(id.group)) return Invalid("the group's name is not UTF-8");
  return absl::OkStatus();
}

groups_wire::CreateReq ToCreate(const CreateGroupRequest& request) {
  groups_wire::CreateReq message;
  auto& out = *message.mutable_options();
  SetGroup(request.id, request.settings, out);
  out.mutable_settings()->set_consumer_strategy(std::string(ToString(request.settings.strategy)));
  if (request.filter.has_value()) {
    SetFilter(*request.filter, *out.mutable_all()->mutable_filter());
  } else if (!request.id.stream.has_value()) {
    out.mutable_all()->mutable_no_filter();
  }
  return message;
}

groups_wire::UpdateReq ToUpdate(const UpdateGroupRequest& request) {
  groups_wire::UpdateReq message;
  SetGroup(request.id, request.settings, *message.mutable_options());
  return message;
}

groups_wire::DeleteReq ToDelete(const GroupId& id) {
  groups_wire::DeleteReq message;
  SetSource(id, *message.mutable_options());
  return message;
}

groups_wire::GetInfoReq ToGetInfo(const GroupId& id) {
  groups_wire::GetInfoReq message;
  SetSource(id, *message.mutable_options());
  return message;
}

groups_wire::ReplayParkedReq ToReplayParked(const ReplayParkedRequest& request) {
  groups_wire::ReplayParkedReq message;
  auto& out = *message.mutable_options();
  SetSource(request.id, out);
  if (request.stop_at.has_value()) {
    out.set_stop_at(static_cast<std::int64_t>(*request.stop_at));
  } else {
    out.mutable_no_limit();
  }
  return message;
}

groups_wire::ListReq ToList(const ListGroupsRequest& request) {
  groups_wire::ListReq message;
  auto& out = *message.mutable_options();
  switch (request.of) {
    case ListGroupsRequest::Of::kEverything:
      out.mutable_list_all_subscriptions();
      break;
    case ListGroupsRequest::Of::kStream:
      out.mutable_list_for_stream()->mutable_stream()->set_stream_name(request.stream);
      break;
    case ListGroupsRequest::Of::kAll:
      out.mutable_list_for_stream()->mutable_all();
      break;
  }
  return message;
}

groups_wire::ReadReq ToRead(const GroupId& id, int buffer_size) {
  groups_wire::ReadReq message;
  auto& out = *message.mutable_options();
  SetSource(id, out);
  out.set_buffer_size(buffer_size);
  out.mutable_uuid_option()->mutable_string();
  return message;
}

groups_wire::ReadReq ToAnswer(EventAnswer::Kind kind, const std::string& reason) {
  using Nack = groups_wire::ReadReq::Nack;
  groups_wire::ReadReq message;
  if (kind == EventAnswer::Kind::kAck) {
    message.mutable_ack();
    return message;
  }
  Nack& nack = *message.mutable_nack();
  nack.set_reason(reason);
  switch (kind) {
    case EventAnswer::Kind::kAck:
      break;
    case EventAnswer::Kind::kPark:
      nack.set_action(Nack::Park);
      break;
    case EventAnswer::Kind::kRetry:
      nack.set_action(Nack::Retry);
      break;
    case EventAnswer::Kind::kSkip:
      nack.set_action(Nack::Skip);
      break;
    case EventAnswer::Kind::kStop:
      nack.set_action(Nack::Stop);
      break;
  }
  return message;
}

void AddId(const Uuid& id, groups_wire::ReadReq& answer) {
  SetUuid(id,
          answer.has_ack() ? *answer.mutable_ack()->add_ids() : *answer.mutable_nack()->add_ids());
}

std::string ToReason(std::string_view text) {
  constexpr std::size_t kReasonBytesMax = 1'024;
  std::string reason = ToUtf8(text.substr(0, kReasonBytesMax));
  if (reason.size() > kReasonBytesMax) {
    std::size_t end = kReasonBytesMax;
    while (end > 0 && (static_cast<unsigned char>(reason[end]) & 0xC0) == 0x80) --end;
    reason.resize(end);
  }
  return reason;
}

}  // namespace client
}  // namespace eventstoredb
