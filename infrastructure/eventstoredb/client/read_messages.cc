#include <algorithm>
#include <limits>
#include <string>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

#include "infrastructure/eventstoredb/client/messages.h"

namespace eventstoredb::client {
namespace {

using Options = streams_wire::ReadReq::Options;

constexpr std::uint64_t kRevisionMax = std::numeric_limits<std::int64_t>::max();
/// Events that a server examines for a page if the client does not say (protocol section 3.8).
constexpr std::uint32_t kServerWindow = 32;

absl::Status Refuse(const char* what) { return absl::InvalidArgumentError(what); }

void SetCommon(bool resolve_links, Direction direction, Options& out) {
  out.set_resolve_links(resolve_links);
  out.set_read_direction(direction == Direction::kForwards ? Options::Forwards
                                                           : Options::Backwards);
  out.mutable_uuid_option()->mutable_string();
}

/// `interval`: events examined between two checkpoints; 0: the server's own window.
absl::Status SetFilter(const std::optional<Filter>& filter, std::optional<std::uint32_t> window,
                       std::size_t interval, Options& out) {
  if (window.has_value() && *window == 0) return Refuse("search_window must be 1 or more");
  if (!filter.has_value()) {
    out.mutable_no_filter();
    return absl::OkStatus();
  }
  auto& message = *out.mutable_filter();
  auto& expression = filter->subject == Filter::Subject::kStream
                         ? *message.mutable_stream_identifier()
                         : *message.mutable_event_type();
  expression.set_regex(filter->regex);
  for (const std::string& prefix : filter->prefixes) expression.add_prefix(prefix);
  if (!window.has_value() && interval > 0 && interval < kServerWindow) {
    window = static_cast<std::uint32_t>(interval);
  }
  if (window.has_value()) {
    message.set_max(*window);
  } else {
    message.mutable_count();
  }
  // Of whole windows: the last one at or before the interval.
  const std::size_t windows = interval / window.value_or(kServerWindow);
  message.set_checkpointintervalmultiplier(
      static_cast<std::uint32_t>(std::clamp<std::size_t>(windows, 1, UINT32_MAX)));
  return absl::OkStatus();
}

absl::Status SetPosition(const std::optional<Position>& from, bool at_end,
                         Options::AllOptions& out) {
  if (!from.has_value()) {
    if (at_end) {
      out.mutable_end();
    } else {
      out.mutable_start();
    }
    return absl::OkStatus();
  }
  if (from->prepare > from->commit || from->commit > kRevisionMax) {
    return Refuse("a position has prepare <= commit, and commit up to 2^63 - 1");
  }
  out.mutable_position()->set_commit_position(from->commit);
  out.mutable_position()->set_prepare_position(from->prepare);
  return absl::OkStatus();
}

absl::Status SetRevision(const std::string& stream, const std::optional<std::uint64_t>& from,
                         bool at_end, Options::StreamOptions& out) {
  if (stream.empty()) return Refuse("the stream has no name");
  if (from.has_value() && *from > kRevisionMax) return Refuse("a revision is at most 2^63 - 1");
  out.mutable_stream_identifier()->set_stream_name(stream);
  if (from.has_value()) {
    out.set_revision(*from);
  } else if (at_end) {
    out.mutable_end();
  } else {
    out.mutable_start();
  }
  return absl::OkStatus();
}

absl::Status Unreadable(const char* what, const std::string& stream, std::uint64_t revision) {
  return absl::DataLossError(
      absl::StrCat("event ", revision, " of stream ", stream, " came with ", what));
}

/// Streams and persistent subscriptions have a message each, of the same fields.
template <typename Record>
absl::Status Take(Record&& record, RecordedEvent& event) {
  event.stream = std::move(*record.mutable_stream_identifier()->mutable_stream_name());
  event.revision = record.stream_revision();
  const std::optional<Uuid> id = ToUuid(record.id());
  if (!id.has_value()) return Unreadable("an id that is no UUID", event.stream, event.revision);
  event.id = *id;
  bool has_type = false;
  bool has_created = false;
  std::int64_t ticks = 0;  // 100 ns since 1970 (protocol section 3.5).
  for (auto& [key, value] : *record.mutable_metadata()) {
    if (key == "type") {
      event.type = std::move(value);
      has_type = true;
    } else if (key == "created") {
      has_created = absl::SimpleAtoi(value, &ticks);
    } else if (key == "content-type") {
      event.is_json = value == kJsonContentType;
    }
  }
  if (!has_type) return Unreadable("no type", event.stream, event.revision);
  if (!has_created) return Unreadable("no time of its creation", event.stream, event.revision);
  event.created = absl::UnixEpoch() + absl::Nanoseconds(100) * ticks;
  event.position = {.commit = record.commit_position(), .prepare = record.prepare_position()};
  event.data = std::move(*record.mutable_data());
  event.metadata = std::move(*record.mutable_custom_metadata());
  return absl::OkStatus();
}

template <typename Message>
absl::StatusOr<ResolvedEvent> Resolved(Message&& message) {
  absl::StatusOr<ResolvedEvent> resolved{absl::in_place};
  if (message.has_event()) {
    absl::Status taken = Take(std::move(*message.mutable_event()), resolved->event.emplace());
    if (!taken.ok()) return taken;
  }
  if (message.has_link()) {
    absl::Status taken = Take(std::move(*message.mutable_link()), resolved->link.emplace());
    if (!taken.ok()) return taken;
  }
  if (!resolved->event.has_value() && !resolved->link.has_value()) {
    return absl::DataLossError("the server sent an event without content");
  }
  return resolved;
}

}  // namespace

void SetUuid(const Uuid& id, wire::UUID& out) { out.set_string(id.ToString()); }

std::optional<Uuid> ToUuid(const wire::UUID& id) {
  if (id.value_case() == wire::UUID::kString) return Uuid::Parse(id.string());
  if (id.value_case() != wire::UUID::kStructured) return std::nullopt;
  Uuid out;
  const auto high = static_cast<std::uint64_t>(id.structured().most_significant_bits());
  const auto low = static_cast<std::uint64_t>(id.structured().least_significant_bits());
  for (std::size_t i = 0; i < 8; ++i) {
    out.bytes[i] = static_cast<std::uint8_t>(high >> (56 - 8 * i));
    out.bytes[8 + i] = static_cast<std::uint8_t>(low >> (56 - 8 * i));
  }
  return out;
}

absl::Time ToTime(const google::protobuf::Timestamp& time) {
  return absl::FromUnixSeconds(time.seconds()) + absl::Nanoseconds(time.nanos());
}

absl::StatusOr<ResolvedEvent> ToResolvedEvent(streams_wire::ReadResp::ReadEvent&& message) {
  return Resolved(std::move(message));
}

absl::StatusOr<ResolvedEvent> ToResolvedGroupEvent(groups_wire::ReadResp::ReadEvent&& message) {
  return Resolved(std::move(message));
}

absl::StatusOr<streams_wire::ReadReq> ToRead(const ReadStreamRequest& request,
                                             const ReadOptions& options) {
  if (request.count_max == 0) return Refuse("count_max must be 1 or more");
  streams_wire::ReadReq message;
  Options& out = *message.mutable_options();
  SetCommon(options.resolve_links, request.direction, out);
  out.set_count(request.count_max);
  out.mutable_no_filter();
  absl::Status set = SetRevision(request.stream, request.from,
                                 request.direction == Direction::kBackwards, *out.mutable_stream());
  if (!set.ok()) return set;
  return message;
}

absl::StatusOr<streams_wire::ReadReq> ToRead(const ReadAllRequest& request,
                                             const ReadOptions& options) {
  if (request.count_max == 0) return Refuse("count_max must be 1 or more");
  streams_wire::ReadReq message;
  Options& out = *message.mutable_options();
  SetCommon(options.resolve_links, request.direction, out);
  out.set_count(request.count_max);
  absl::Status set =
      SetPosition(request.from, request.direction == Direction::kBackwards, *out.mutable_all());
  if (set.ok()) set = SetFilter(request.filter, options.search_window, 0, out);
  if (!set.ok()) return set;
  return message;
}

absl::StatusOr<streams_wire::ReadReq> ToSubscribe(const SubscribeRequest& request,
                                                  const SubscribeOptions& options) {
  streams_wire::ReadReq message;
  Options& out = *message.mutable_options();
  SetCommon(request.resolve_links, Direction::kForwards, out);
  out.mutable_subscription();
  if (request.from_end && (request.after_revision.has_value() || request.after_position)) {
    return Refuse("a subscription starts from the end or after a place, not both");
  }
  absl::Status set;
  if (request.stream.has_value()) {
    if (request.after_position.has_value() || request.filter.has_value()) {
      return Refuse(
          "a subscription to one stream starts after a revision, and takes no position and no "
          "filter");
    }
    set = SetRevision(*request.stream, request.after_revision, request.from_end,
                      *out.mutable_stream());
  } else {
    if (request.after_revision.has_value()) {
      return Refuse("a subscription to all streams starts after a position, not a revision");
    }
    set = SetPosition(request.after_position, request.from_end, *out.mutable_all());
  }
  if (set.ok()) {
    set = SetFilter(request.filter, options.search_window, request.checkpoint_interval_events, out);
  }
  if (!set.ok()) return set;
  return message;
}

}  // namespace eventstoredb::client
