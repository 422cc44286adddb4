#include "infrastructure/journal/store_event_browser.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

#include "application/commands/request_errors.h"
#include "eventstoredb/errors.h"
#include "eventstoredb/system_names.h"
#include "infrastructure/journal/browsed_events.h"
#include "infrastructure/journal/feed_items.h"

namespace orders::infrastructure {
namespace {

using application::BrowseOrder;
using application::LogPosition;
using eventstoredb::RecordedEvent;

/// Of the events that are taken before their weight in an answer is known; one may exceed it.
constexpr std::size_t kTakenBytesMax = 4 << 20;
/// Streams whose newest event is looked for, for one page.
constexpr std::size_t kLookUpsMax = 1'000;

eventstoredb::Direction ToDirection(BrowseOrder order) {
  return order == BrowseOrder::kForwards ? eventstoredb::Direction::kForwards
                                         : eventstoredb::Direction::kBackwards;
}

std::size_t BytesOf(const RecordedEvent& event) {
  return event.data.size() + event.metadata.size();
}

bool IsProjected(std::string_view stream) {
  return stream.starts_with("$ce-") || stream.starts_with("$et-") ||
         stream.starts_with("$category-") || stream == "$streams";
}

absl::Status Refused(absl::StatusCode code, const std::string& text, std::string reason) {
  return application::MakeRequestError(code, text, {.reason = std::move(reason)});
}

/// What the store says, as the API says it.
absl::Status Told(const absl::Status& status, const std::string& stream) {
  using eventstoredb::ErrorKind;
  switch (eventstoredb::GetErrorKind(status)) {
    case ErrorKind::kStreamNotFound:
      if (!IsProjected(stream)) {
        return Refused(absl::StatusCode::kNotFound, absl::StrCat("there is no stream ", stream),
                       "STREAM_NOT_FOUND");
      }
      return Refused(
          absl::StatusCode::kFailedPrecondition,
          absl::StrCat(
              "this store has no stream ", stream,
              ": nothing of that name was written yet, or its system projections do not run, which "
              "the embedded store has only while it is served to others (--store-listen); read "
              "$all with a stream_prefix or a type_prefix instead"),
          "NOT_PROJECTED");
    case ErrorKind::kStreamDeleted:
      return Refused(absl::StatusCode::kFailedPrecondition,
                     absl::StrCat("the stream ", stream,
                                  " is deleted for good; its events may "
                                  "still be found in $all"),
                     "STREAM_DELETED");
    case ErrorKind::kAccessDenied:
    case ErrorKind::kNotAuthenticated:
      return Refused(absl::StatusCode::kPermissionDenied,
                     absl::StrCat("the store does not let the service's user read ", stream),
                     "STORE_ACCESS_DENIED");
    default:
      return status;
  }
}

/// When a look through the log is ended with what there is.
absl::Time LookUntil(absl::Time deadline) {
  const absl::Time now = absl::Now();
  return now + (deadline - now) * 3 / 4;
}

/// How much of the log was looked at for one page.
class Look {
 public:
  explicit Look(absl::Time deadline) : until_(LookUntil(deadline)) {}

  /// The next event is not to be looked at any more: it is for the next page. The first one is.
  bool IsOver() const {
    return examined_ > 0 &&
           (examined_ >= application::kBrowsedExaminedMax ||
            bytes_ >= application::kBrowsedExaminedBytesMax || absl::Now() >= until_);
  }
  void Count(const RecordedEvent& event) {
    ++examined_;
    bytes_ += BytesOf(event);
    last_ = ToLogPosition(event.position);
  }
  std::uint64_t examined() const { return examined_; }
  /// Of the last event that was counted.
  const std::optional<LogPosition>& last() const { return last_; }

 private:
  const absl::Time until_;
  std::uint64_t examined_ = 0;
  std::size_t bytes_ = 0;
  std::optional<LogPosition> last_;
};

bool Passes(const application::BrowseAll& query, const RecordedEvent& event,
            OriginReader& origins) {
  return event.stream.starts_with(query.stream_prefix) &&
         event.type.starts_with(query.type_prefix) &&
         (query.correlation_id.empty() ||
          origins.Read(event.metadata).correlation_id == query.correlation_id);
}

}  // namespace

absl::StatusOr<application::BrowsedStreamPage> StoreEventBrowser::ReadStream(
    const application::BrowseStream& query) {
  application::BrowsedStreamPage page;
  std::vector<RecordedEvent> taken;
  std::size_t bytes = 0;
  const absl::Status read =
      store_.ReadStream({.stream = query.stream,
                         .direction = ToDirection(query.order),
                         .from = query.from,
                         .count_max = query.events_max + 1,
                         .deadline = query.deadline},
                        [&](RecordedEvent&& event) {
                          if (taken.size() == query.events_max || bytes > kTakenBytesMax) {
                            page.next = event.revision;
                            return false;
                          }
                          bytes += BytesOf(event);
                          taken.push_back(std::move(event));
                          return true;
                        });
  if (!read.ok()) {
    if (taken.empty() || !absl::IsDataLoss(read)) return Told(read, query.stream);
    // The page after this one begins with what cannot be read, and says so.
    const std::uint64_t last = taken.back().revision;
    page.next = query.order == BrowseOrder::kForwards ? last + 1 : last - 1;
  }
  BrowsedPageFill fill(store_, query.deadline);
  for (RecordedEvent& event : taken) {
    const std::uint64_t revision = event.revision;
    const absl::StatusOr<bool> added = fill.TryAdd(std::move(event));
    if (!added.ok()) return Told(added.status(), query.stream);
    if (*added) continue;
    page.next = revision;
    break;
  }
  page.events = fill.Take();
  return page;
}

absl::StatusOr<application::BrowsedAllPage> StoreEventBrowser::ReadAll(
    const application::BrowseAll& query) {
  application::BrowsedAllPage page;
  std::vector<RecordedEvent> taken;
  std::size_t taken_bytes = 0;
  OriginReader origins;
  Look look(query.deadline);
  eventstoredb::ReadAllRequest request{.direction = ToDirection(query.order),
                                       // The one that comes again, and one that is not taken.
                                       .count_max = application::kBrowsedExaminedMax + 2,
                                       .deadline = query.deadline};
  if (query.after.has_value()) {
    request.from = ToStorePosition(*query.after);
  } else if (query.from.has_value()) {
    request.from = ToStorePosition(*query.from);
  }
  bool is_through = true;
  const absl::Status read = store_.ReadAll(request, [&](RecordedEvent&& event) {
    // Forwards a position is that of the first event, which the page before ended with.
    if (query.order == BrowseOrder::kForwards && query.after.has_value() &&
        ToLogPosition(event.position) <= *query.after) {
      return true;
    }
    const bool passes = Passes(query, event, origins);
    is_through = !look.IsOver() &&
                 !(passes && (taken.size() == query.events_max || taken_bytes > kTakenBytesMax));
    if (!is_through) return false;
    look.Count(event);
    if (passes) {
      taken_bytes += BytesOf(event);
      taken.push_back(std::move(event));
    }
    return true;
  });
  if (!read.ok()) {
    if (look.examined() == 0 || !absl::IsDataLoss(read)) {
      return Told(read, std::string(application::kAllStreams));
    }
    is_through = false;
  }
  page.examined = look.examined();
  if (!is_through) page.next = look.last();
  BrowsedPageFill fill(store_, query.deadline);
  std::optional<LogPosition> filled_to;
  for (RecordedEvent& event : taken) {
    const LogPosition position = ToLogPosition(event.position);
    const absl::StatusOr<bool> added = fill.TryAdd(std::move(event));
    if (!added.ok()) return Told(added.status(), std::string(application::kAllStreams));
    if (!*added) {
      page.next = filled_to;
      break;
    }
    filled_to = position;
  }
  page.events = fill.Take();
  return page;
}

absl::StatusOr<application::BrowsedStreams> StoreEventBrowser::ListStreams(
    const application::BrowseStreams& query) {
  application::BrowsedStreams page;
  absl::flat_hash_set<std::string> seen;
  Look look(query.deadline);
  absl::Status asked;
  /// The stream by its newest event; absent: an earlier page has it, or it cannot be read.
  const auto look_up =
      [&](const RecordedEvent& event) -> std::optional<application::BrowsedStream> {
    std::optional<application::BrowsedStream> found;
    const absl::Status read = store_.ReadStream({.stream = event.stream,
                                                 .direction = eventstoredb::Direction::kBackwards,
                                                 .count_max = 1,
                                                 .deadline = query.deadline},
                                                [&](RecordedEvent&& newest) {
                                                  found = {.newest = PlaceOf(newest),
                                                           .type = std::move(newest.type),
                                                           .written = newest.created};
                                                  return false;
                                                });
    if (absl::IsFailedPrecondition(read) && event.type == eventstoredb::kStreamDeletedType) {
      return application::BrowsedStream{.newest = PlaceOf(event),
                                        .type = event.type,
                                        .written = event.created,
                                        .is_deleted = true};
    }
    const bool is_gone = absl::IsFailedPrecondition(read) || absl::IsNotFound(read) ||
                         absl::IsPermissionDenied(read);
    if (!read.ok() && !is_gone) asked = read;
    const bool was_listed =
        found.has_value() && query.before.has_value() && found->newest.position >= *query.before;
    return was_listed ? std::nullopt : std::move(found);
  };
  eventstoredb::ReadAllRequest request{.direction = eventstoredb::Direction::kBackwards,
                                       .count_max = application::kBrowsedExaminedMax + 1,
                                       .deadline = query.deadline};
  if (query.before.has_value()) request.from = ToStorePosition(*query.before);
  bool is_through = true;
  const absl::Status read = store_.ReadAll(request, [&](RecordedEvent&& event) {
    is_through =
        !look.IsOver() && page.streams.size() < query.streams_max && seen.size() < kLookUpsMax;
    if (!is_through) return false;
    look.Count(event);
    const bool is_wanted = event.stream.starts_with(query.stream_prefix) &&
                           (query.with_system || !event.stream.starts_with('$'));
    if (!is_wanted || !seen.insert(event.stream).second) return true;
    if (auto stream = look_up(event)) page.streams.push_back(*std::move(stream));
    return asked.ok();
  });
  for (const absl::Status& status : {asked, read}) {
    if (!status.ok()) return Told(status, std::string(application::kAllStreams));
  }
  page.examined = look.examined();
  if (!is_through) page.next = look.last();
  return page;
}

}  // namespace orders::infrastructure
