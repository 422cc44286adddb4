#include "infrastructure/journal/group_lag.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <variant>

#include "absl/time/clock.h"

#include "infrastructure/journal/feed_items.h"

namespace orders::infrastructure {
namespace {

using application::ConsumerGroup;
using application::LogPosition;
using eventstoredb::RecordedEvent;

/// The first revision that is not below the checkpoint; absent: not known.
std::optional<std::uint64_t> FirstUnsettled(const ConsumerGroup& group) {
  if (group.checkpoint.has_value()) return std::get<std::uint64_t>(*group.checkpoint) + 1;
  if (!group.settings.start.has_value()) return std::nullopt;
  if (std::holds_alternative<application::FromBeginning>(*group.settings.start)) return 0;
  if (const auto* at = std::get_if<std::uint64_t>(&*group.settings.start)) return *at;
  return std::nullopt;  // Where the end was at its creation is the store's secret.
}

/// When the first event from `first` on was written; absent: there is none, or it is not known.
std::optional<absl::Time> TimeInStream(eventstoredb::EventStore& store, absl::Time deadline,
                                       const ConsumerGroup& group, std::uint64_t first) {
  std::optional<absl::Time> written;
  store
      .ReadStream({.stream = group.id.stream, .from = first, .count_max = 1, .deadline = deadline},
                  [&](RecordedEvent&& event) {
                    written = event.created;
                    return false;
                  })
      .IgnoreError();
  return written;
}

/// The same of all streams, from the checkpoint or the start on; whether the group wants that event
/// is not known.
std::optional<absl::Time> TimeInAll(eventstoredb::EventStore& store, absl::Time deadline,
                                    const ConsumerGroup& group) {
  eventstoredb::ReadAllRequest request{.count_max = 2, .deadline = deadline};
  std::optional<LogPosition> checkpoint;
  if (group.checkpoint.has_value()) {
    checkpoint = std::get<LogPosition>(*group.checkpoint);
    request.from = ToStorePosition(*checkpoint);
  } else if (!group.settings.start.has_value()) {
    return std::nullopt;
  } else if (const auto* at = std::get_if<LogPosition>(&*group.settings.start)) {
    request.from = ToStorePosition(*at);
  } else if (!std::holds_alternative<application::FromBeginning>(*group.settings.start)) {
    return std::nullopt;
  }
  std::optional<absl::Time> written;
  store
      .ReadAll(request,
               [&](RecordedEvent&& event) {
                 if (checkpoint.has_value() && ToLogPosition(event.position) <= *checkpoint) {
                   return true;
                 }
                 written = event.created;
                 return false;
               })
      .IgnoreError();
  return written;
}

/// Of the stream that the group reads; absent: there is none, or it is not known.
std::optional<std::uint64_t> LastRevision(eventstoredb::EventStore& store, absl::Time deadline,
                                          const ConsumerGroup& group) {
  std::optional<std::uint64_t> last;
  store
      .ReadStream({.stream = group.id.stream,
                   .direction = eventstoredb::Direction::kBackwards,
                   .count_max = 1,
                   .deadline = deadline},
                  [&](RecordedEvent&& event) {
                    last = event.revision;
                    return false;
                  })
      .IgnoreError();
  return last;
}

}  // namespace

void MeasureLag(eventstoredb::EventStore& store, absl::Time deadline, ConsumerGroup& group) {
  const std::optional<std::uint64_t> first =
      group.id.IsOfAll() ? std::nullopt : FirstUnsettled(group);
  if (group.is_live) {
    // Its checkpoint is older than what it has settled; what it holds is all there is.
    group.behind_events = static_cast<std::uint64_t>(
        std::max<std::int64_t>(0, group.in_flight + group.buffered + group.retrying));
  } else if (first.has_value()) {
    const std::optional<std::uint64_t> last = LastRevision(store, deadline, group);
    if (last.has_value()) group.behind_events = *last + 1 > *first ? *last + 1 - *first : 0;
  }
  if (group.behind_events == 0U) {
    group.behind_time = absl::ZeroDuration();
    return;
  }
  std::optional<absl::Time> written;
  if (group.id.IsOfAll()) {
    written = TimeInAll(store, deadline, group);
  } else if (first.has_value()) {
    written = TimeInStream(store, deadline, group, *first);
  }
  if (written.has_value()) {
    group.behind_time = std::max(absl::ZeroDuration(), absl::Now() - *written);
  }
}

}  // namespace orders::infrastructure
