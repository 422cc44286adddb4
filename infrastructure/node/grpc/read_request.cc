#include "infrastructure/node/grpc/read_request.h"

#include <utility>

#include "absl/status/status.h"

#include "infrastructure/node/grpc/message_mapping.h"

namespace eventstoredb {
namespace {

using event_store::client::streams::ReadReq;
using Options = ReadReq::Options;

constexpr std::size_t kDefaultWindowEvents = 32;

absl::Status Invalid(const char* text) { return absl::InvalidArgumentError(text); }

absl::Status ReadStreamOptions(const Options::StreamOptions& options, ReadRequest& request) {
  absl::StatusOr<std::string> name =
      ToStreamName(options.has_stream_identifier(), options.stream_identifier());
  if (!name.ok()) return name.status();
  request.stream = *std::move(name);
  switch (options.revision_option_case()) {
    case Options::StreamOptions::kRevision:
      if (options.revision() == kNoRevision) {
        request.from_end = true;
      } else if (options.revision() > kRevisionMax) {
        return Invalid("the revision to start at is above 2^63 - 1");
      } else {
        request.revision = options.revision();
      }
      break;
    case Options::StreamOptions::kStart:
      break;
    case Options::StreamOptions::kEnd:
      request.from_end = true;
      break;
    case Options::StreamOptions::REVISION_OPTION_NOT_SET:
      return Invalid("where to start is not set: give a revision, start or end");
  }
  return absl::OkStatus();
}

absl::Status ReadPosition(const Options::Position& position, ReadRequest& request) {
  const std::uint64_t commit = position.commit_position();
  const std::uint64_t prepare = position.prepare_position();
  if (commit == kNoRevision && prepare == kNoRevision) {
    request.from_end = true;
    return absl::OkStatus();
  }
  if (commit > kRevisionMax || prepare > kRevisionMax) {
    return Invalid("a position is at most 2^63 - 1");
  }
  if (prepare > commit) return Invalid("a position's prepare is above its commit");
  request.position = Position{.commit = commit, .prepare = prepare};
  return absl::OkStatus();
}

absl::Status ReadAllOptions(const Options::AllOptions& options, ReadRequest& request) {
  switch (options.all_option_case()) {
    case Options::AllOptions::kPosition:
      return ReadPosition(options.position(), request);
    case Options::AllOptions::kStart:
      return absl::OkStatus();
    case Options::AllOptions::kEnd:
      request.from_end = true;
      return absl::OkStatus();
    case Options::AllOptions::ALL_OPTION_NOT_SET:
      break;
  }
  return Invalid("where to start is not set: give a position, start or end");
}

absl::StatusOr<Filter> ToFilter(const Options::FilterOptions& options) {
  Filter filter;
  const Options::FilterOptions::Expression* expression = nullptr;
  switch (options.filter_case()) {
    case Options::FilterOptions::kStreamIdentifier:
      expression = &options.stream_identifier();
      break;
    case Options::FilterOptions::kEventType:
      filter.subject = Filter::Subject::kEventType;
      expression = &options.event_type();
      break;
    case Options::FilterOptions::FILTER_NOT_SET:
      return Invalid("the filter names neither stream_identifier nor event_type");
  }
  filter.regex = expression->regex();
  filter.prefixes.assign(expression->prefix().begin(), expression->prefix().end());
  return filter;
}

absl::Status ReadFilter(const Options::FilterOptions& options, ReadRequest& request) {
  absl::StatusOr<Filter> filter = ToFilter(options);
  if (!filter.ok()) return filter.status();
  std::size_t window = kDefaultWindowEvents;
  switch (options.window_case()) {
    case Options::FilterOptions::kMax:
      window = options.max();
      break;
    case Options::FilterOptions::kCount:
      break;
    case Options::FilterOptions::WINDOW_NOT_SET:
      return Invalid("the filter's window is not set: give max or count");
  }
  if (window == 0) return Invalid("the filter's window is 0 events");
  if (request.is_subscription && options.checkpointintervalmultiplier() == 0) {
    return Invalid("the filter's checkpointIntervalMultiplier is 0");
  }
  request.checkpoint_interval_events = window * options.checkpointintervalmultiplier();
  request.filter = *std::move(filter);
  return absl::OkStatus();
}

/// What does not go together.
absl::Status CheckCombination(const ReadRequest& request) {
  const bool is_forwards = request.direction == Direction::kForwards;
  if (request.is_subscription) {
    return is_forwards ? absl::OkStatus() : Invalid("a subscription goes forwards only");
  }
  if (request.count_max == 0) return Invalid("the count is 0");
  if (request.stream.has_value() && is_forwards && request.from_end) {
    return Invalid("a stream cannot be read forwards from its end");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<ReadRequest> ToReadRequest(const ReadReq& message) {
  if (!message.has_options()) return Invalid("the options are missing");
  const Options& options = message.options();
  ReadRequest request;
  switch (options.count_option_case()) {
    case Options::kCount:
      request.count_max = options.count();
      break;
    case Options::kSubscription:
      request.is_subscription = true;
      break;
    case Options::COUNT_OPTION_NOT_SET:
      return Invalid("neither count nor subscription is set");
  }
  if (options.read_direction() != Options::Forwards &&
      options.read_direction() != Options::Backwards) {
    return Invalid("the read direction is neither forwards nor backwards");
  }
  if (options.read_direction() == Options::Backwards) request.direction = Direction::kBackwards;

  absl::Status status;
  switch (options.stream_option_case()) {
    case Options::kStream:
      if (options.has_filter()) status = Invalid("a filter needs all, not a stream");
      if (status.ok()) status = ReadStreamOptions(options.stream(), request);
      break;
    case Options::kAll:
      status = ReadAllOptions(options.all(), request);
      break;
    case Options::STREAM_OPTION_NOT_SET:
      status = Invalid("neither stream nor all is set");
  }
  if (!status.ok()) return status;
  switch (options.filter_option_case()) {
    case Options::kFilter:
      status = ReadFilter(options.filter(), request);
      break;
    case Options::kNoFilter:
      break;
    case Options::FILTER_OPTION_NOT_SET:
      status = Invalid("neither filter nor no_filter is set");
  }
  if (status.ok()) status = CheckCombination(request);
  if (!status.ok()) return status;

  request.resolve_links = options.resolve_links();
  if (options.has_uuid_option()) {
    request.uuid_form =
        options.uuid_option().has_string() ? UuidForm::kText : UuidForm::kStructured;
  } else if (!request.stream.has_value() || request.is_subscription) {
    return Invalid("the uuid option is missing");
  }
  request.wants_stream_positions = request.stream.has_value() && !request.is_subscription &&
                                   options.control_option().compatibility() >= 1;
  return request;
}

}  // namespace eventstoredb
