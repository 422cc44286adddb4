#include "infrastructure/node/grpc/group_requests.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"

#include "eventstoredb/errors.h"

// Old clients set what is deprecated, and a server must read it.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

namespace eventstoredb {
namespace {

namespace groups = event_store::client::persistent_subscriptions;

constexpr std::int64_t kTicksPerMillisecond = 10'000;

absl::Status InvalidGroup(const char* text) { return absl::InvalidArgumentError(text); }

absl::Status GroupRefused(const GroupKey& key, const std::string& reason) {
  return MakeError(absl::StatusCode::kInternal, reason,
                   {.kind = ErrorKind::kGroupFailed,
                    .stream = key.source,
                    .group = key.group,
                    .reason = reason});
}

std::int32_t ToMilliseconds(std::int64_t ticks) {
  using Limits = std::numeric_limits<std::int32_t>;
  return static_cast<std::int32_t>(
      std::clamp<std::int64_t>(ticks / kTicksPerMillisecond, Limits::min(), Limits::max()));
}

template <typename Settings>
WireGroupSettings ToSettings(const Settings& message) {
  WireGroupSettings settings{.resolve_links = message.resolve_links(),
                             .extra_statistics = message.extra_statistics(),
                             .max_retry_count = message.max_retry_count(),
                             .min_checkpoint_count = message.min_checkpoint_count(),
                             .max_checkpoint_count = message.max_checkpoint_count(),
                             .max_subscriber_count = message.max_subscriber_count(),
                             .live_buffer_size = message.live_buffer_size(),
                             .read_batch_size = message.read_batch_size(),
                             .history_buffer_size = message.history_buffer_size()};
  settings.message_timeout_ms = message.has_message_timeout_ticks()
                                    ? ToMilliseconds(message.message_timeout_ticks())
                                    : message.message_timeout_ms();
  settings.checkpoint_after_ms = message.has_checkpoint_after_ticks()
                                     ? ToMilliseconds(message.checkpoint_after_ticks())
                                     : message.checkpoint_after_ms();
  // The numbers of CreateReq's and of UpdateReq's enum, which are the same.
  switch (static_cast<int>(message.named_consumer_strategy())) {
    case groups::CreateReq::RoundRobin:
      settings.strategy = GroupStrategy::kRoundRobin;
      break;
    case groups::CreateReq::Pinned:
      settings.strategy = GroupStrategy::kPinned;
      break;
    default:
      settings.strategy = GroupStrategy::kDispatchToSingle;
  }
  return settings;
}

absl::Status SetStart(const GroupKey& key, std::uint64_t revision, GroupOrigin& start) {
  start.from_end = revision == kNoRevision;
  if (start.from_end) return absl::OkStatus();
  if (revision > kRevisionMax) return GroupRefused(key, "the start revision is above 2^63 - 1");
  start.place = revision;
  return absl::OkStatus();
}

template <typename StreamOptions>
absl::Status ToStart(const StreamOptions& options, const GroupKey& key, GroupOrigin& start) {
  switch (options.revision_option_case()) {
    case StreamOptions::kRevision:
      return SetStart(key, options.revision(), start);
    case StreamOptions::kStart:
      return absl::OkStatus();
    case StreamOptions::kEnd:
      start.from_end = true;
      return absl::OkStatus();
    case StreamOptions::REVISION_OPTION_NOT_SET:
      break;
  }
  return InvalidGroup("where to start is not set: give a revision, start or end");
}

template <typename AllOptions>
absl::Status ToAllStart(const AllOptions& options, const GroupKey& key, GroupOrigin& start) {
  switch (options.all_option_case()) {
    case AllOptions::kPosition: {
      const absl::Status status = SetStart(key, options.position().commit_position(), start);
      if (!start.from_end) start.prepare = options.position().prepare_position();
      return status;
    }
    case AllOptions::kStart:
      return absl::OkStatus();
    case AllOptions::kEnd:
      start.from_end = true;
      return absl::OkStatus();
    case AllOptions::ALL_OPTION_NOT_SET:
      break;
  }
  return InvalidGroup("where to start is not set: give a position, start or end");
}

/// All but the strategy by name and the filter, which only Create has.
template <typename Request>
absl::StatusOr<GroupConfig> ToConfig(const Request& request) {
  if (!request.has_options()) return InvalidGroup("the options are missing");
  const auto& options = request.options();
  using Options = std::decay_t<decltype(options)>;
  if (!options.has_settings()) return InvalidGroup("the settings are missing");
  GroupConfig config;
  config.key.group = options.group_name();
  config.settings = ToSettings(options.settings());
  absl::StatusOr<std::string> stream = GroupKey::kAllSource;
  absl::Status started;
  switch (options.stream_option_case()) {
    case Options::kStream:
      stream = ToStreamName(options.stream().has_stream_identifier(),
                            options.stream().stream_identifier());
      if (!stream.ok()) return stream.status();
      config.key.source = *stream;
      started = ToStart(options.stream(), config.key, config.start);
      break;
    case Options::kAll:
      config.key.source = *stream;
      started = ToAllStart(options.all(), config.key, config.start);
      break;
    case Options::STREAM_OPTION_NOT_SET:  // The form of old clients.
      stream = ToStreamName(options.has_stream_identifier(), options.stream_identifier());
      if (!stream.ok()) return stream.status();
      config.key.source = *stream;
      started = SetStart(config.key, options.settings().revision(), config.start);
      break;
  }
  if (!started.ok()) return started;
  return config;
}

absl::StatusOr<Filter> ToGroupFilter(const groups::CreateReq::AllOptions::FilterOptions& options) {
  using FilterOptions = groups::CreateReq::AllOptions::FilterOptions;
  if (options.filter_case() == FilterOptions::FILTER_NOT_SET) {
    return InvalidGroup("the filter names neither stream_identifier nor event_type");
  }
  const bool by_type = options.has_event_type();
  const auto& expression = by_type ? options.event_type() : options.stream_identifier();
  Filter filter;
  if (by_type) filter.subject = Filter::Subject::kEventType;
  filter.regex = expression.regex();
  filter.prefixes.assign(expression.prefix().begin(), expression.prefix().end());
  return filter;
}

}  // namespace

absl::StatusOr<GroupConfig> ToGroupConfig(const groups::CreateReq& request) {
  absl::StatusOr<GroupConfig> config = ToConfig(request);
  if (!config.ok()) return config;
  const std::string& name = request.options().settings().consumer_strategy();
  if (!name.empty()) {
    const std::optional<GroupStrategy> strategy = ParseGroupStrategy(name);
    if (!strategy.has_value()) {
      return GroupRefused(config->key,
                          absl::StrCat("Consumer strategy ", name, " does not exist."));
    }
    config->settings.strategy = *strategy;
  }
  if (request.options().has_all() && request.options().all().has_filter()) {
    absl::StatusOr<Filter> filter = ToGroupFilter(request.options().all().filter());
    if (!filter.ok()) return filter.status();
    config->filter = *std::move(filter);
  }
  return config;
}

absl::StatusOr<GroupConfig> ToGroupConfig(const groups::UpdateReq& request) {
  return ToConfig(request);
}

absl::StatusOr<std::optional<std::string>> ToListSource(const groups::ListReq& request) {
  if (!request.has_options()) return InvalidGroup("the options are missing");
  const auto& options = request.options();
  if (options.has_list_all_subscriptions()) return std::nullopt;
  if (!options.has_list_for_stream()) return InvalidGroup("which groups to list is not set");
  const auto& source = options.list_for_stream();
  if (source.has_all()) return std::optional<std::string>(GroupKey::kAllSource);
  absl::StatusOr<std::string> stream = ToStreamName(source.has_stream(), source.stream());
  if (!stream.ok()) return stream.status();
  return std::optional<std::string>(*std::move(stream));
}

absl::StatusOr<std::vector<Uuid>> ToIds(
    const google::protobuf::RepeatedPtrField<event_store::client::UUID>& ids) {
  std::vector<Uuid> all;
  for (const event_store::client::UUID& message : ids) {
    const absl::StatusOr<Uuid> id = ToUuid(message);
    if (!id.ok()) return id.status();
    all.push_back(*id);
  }
  return all;
}

NackAction ToNackAction(groups::ReadReq::Nack::Action action) {
  switch (action) {
    case groups::ReadReq::Nack::Park:
      return NackAction::kPark;
    case groups::ReadReq::Nack::Retry:
      return NackAction::kRetry;
    case groups::ReadReq::Nack::Skip:
      return NackAction::kSkip;
    case groups::ReadReq::Nack::Stop:
      return NackAction::kStop;
    default:
      return NackAction::kUnknown;
  }
}

}  // namespace eventstoredb

#pragma GCC diagnostic pop
