// The part of LogReader that answers the system projections' streams.
#include <algorithm>
#include <unordered_map>
#include <utility>

#include "absl/strings/str_cat.h"
#include <nlohmann/json.hpp>

#include "eventstoredb/errors.h"
#include "eventstoredb/system_names.h"
#include "infrastructure/node/event_row.h"
#include "infrastructure/node/event_seeker.h"
#include "infrastructure/node/linked_streams.h"
#include "infrastructure/node/log_reader.h"
#include "infrastructure/node/name_uuid.h"

namespace eventstoredb {
namespace {

/// The type of the events of `$category-…`, which name a stream and are never resolved.
constexpr std::string_view kStreamReferenceType = "$@";

std::string QuotedJson(const std::string& text) {
  const bool is_plain = std::all_of(text.begin(), text.end(), [](char c) {
    return c >= 0x20 && c < 0x7F && c != '"' && c != '\\';
  });
  return is_plain ? absl::StrCat("\"", text, "\"") : nlohmann::json(text).dump();
}

/// As the real projections write it (protocol section 3.16).
std::string LinkMetadata(SystemProjection projection, const RecordedEvent& event) {
  const std::uint64_t at = event.position.commit;
  const bool is_deletion = IsDeletion({.stream = event.stream,
                                       .revision = event.revision,
                                       .type = event.type,
                                       .is_json = event.is_json,
                                       .data = event.data});
  return absl::StrCat("{\"$v\":\"", static_cast<int>(projection) + 1, ":-1:1:1\",\"$c\":", at,
                      ",\"$p\":", at, ",\"$o\":", QuotedJson(event.stream), ",\"$causedBy\":\"",
                      event.id.ToString(), is_deletion ? "\",\"$deleted\":-1}" : "\"}");
}

// Links of links would stand for the same event: they are copied.
bool CopiesLinks(SystemProjection projection) {
  return projection == SystemProjection::kByCategory ||
         projection == SystemProjection::kByCorrelationId;
}

std::string LinkData(SystemProjection projection, const RecordedEvent& event) {
  if (projection == SystemProjection::kStreamByCategory) return event.stream;
  const bool is_copied = CopiesLinks(projection) && event.type == kLinkType;
  return is_copied ? event.data : absl::StrCat(event.revision, "@", event.stream);
}

RecordedEvent MakeLink(SystemProjection projection, const Uuid& store_id, const std::string& stream,
                       std::uint64_t revision, const RecordedEvent& event) {
  RecordedEvent link;
  link.stream = stream;
  link.revision = revision;
  link.id = MakeNameUuid(store_id, absl::StrCat(revision, "@", stream));
  link.type = projection == SystemProjection::kStreamByCategory ? kStreamReferenceType : kLinkType;
  link.is_json = false;
  link.created = event.created;
  link.position = event.position;
  link.data = LinkData(projection, event);
  link.metadata = LinkMetadata(projection, event);
  return link;
}

}  // namespace

/// What was found out for one page.
struct LogReader::SeenStreams {
  bool hides_nothing = false;  ///< No stream has metadata or a tombstone.
  std::unordered_map<std::string, std::optional<StreamView>>
      views;  ///< Absent: it has a tombstone.
};

std::optional<SystemProjection> LogReader::LinksOf(const std::string& stream) const {
  return has_projections_ ? ProjectionOf(stream) : std::nullopt;
}

absl::StatusOr<FoundLinks> LogReader::VisibleLinks(ReadConnection& connection,
                                                   SystemProjection projection,
                                                   const std::string& stream) {
  sqlite::Database& database = connection.database();
  absl::StatusOr<FoundLinks> links = FindLinks(database, stream);
  if (!links.ok() || links->count == 0) return links;
  const std::string management = ManagementStreamOf(projection);
  const absl::StatusOr<FoundStream> state = FindStream(database, management);
  if (!state.ok()) return state.status();
  if (!state->last.has_value()) return links;
  const absl::StatusOr<std::optional<RecordedEvent>> said =
      ReadEventAt(database, state->id, management, *state->last);
  if (!said.ok()) return said.status();
  if (!said->has_value() || (*said)->type != kProjectionDisabledType) return links;
  const absl::StatusOr<std::uint64_t> count =
      CountLinksUpTo(database, *links, (*said)->position.commit);
  if (!count.ok()) return count.status();
  links->count = *count;
  return links;
}

absl::Status LogReader::FillLinkPage(ReadConnection& connection, SystemProjection projection,
                                     const StreamQuery& query, EventPage& page) {
  const absl::StatusOr<FoundLinks> links = VisibleLinks(connection, projection, query.stream);
  if (!links.ok()) return links.status();
  const absl::StatusOr<StreamVisibility> metadata = MetadataOf(connection, query.stream);
  if (!metadata.ok()) return metadata.status();
  if (links->count == 0 || metadata->IsSoftDeleted()) {
    return MakeError(absl::StatusCode::kNotFound,
                     absl::StrCat("stream ", query.stream, " does not exist"),
                     {.kind = ErrorKind::kStreamNotFound, .stream = query.stream});
  }
  page.last = links->count - 1;
  page.first_available = metadata->FirstAvailable(page.last);
  const std::optional<Revisions> wanted = RevisionsOf(query, page);
  if (!wanted.has_value()) return absl::OkStatus();
  absl::StatusOr<std::vector<std::uint64_t>> positions =
      ReadLinkPositions(connection.database(), *links, wanted->low, wanted->high);
  if (!positions.ok()) return positions.status();
  if (query.direction == Direction::kBackwards) std::reverse(positions->begin(), positions->end());
  page.next = query.direction == Direction::kForwards ? wanted->low : wanted->high;
  return ReadLinks(connection, projection, query, *positions, page);
}

// The first of `positions` is that of revision `page.next`.
absl::Status LogReader::ReadLinks(ReadConnection& connection, SystemProjection projection,
                                  const StreamQuery& query,
                                  const std::vector<std::uint64_t>& positions, EventPage& page) {
  const bool forwards = query.direction == Direction::kForwards;
  const bool resolves = query.resolve_links && projection != SystemProjection::kStreamByCategory;
  absl::StatusOr<EventSeeker> seeker = EventSeeker::Open(connection.database(), query.direction);
  if (!seeker.ok()) return seeker.status();
  SeenStreams seen;
  if (resolves && !has_metastreams_.load(std::memory_order_acquire)) {
    const absl::StatusOr<bool> has_tombstones = HasTombstones(connection.database());
    if (!has_tombstones.ok()) return has_tombstones.status();
    seen.hides_nothing = !*has_tombstones;
  }
  page.events.reserve(positions.size());
  if (resolves) page.targets.reserve(positions.size());
  std::size_t bytes = 0;
  std::uint64_t revision = page.next;
  for (const std::uint64_t position : positions) {
    const absl::StatusOr<bool> found = seeker->Find(position);
    if (!found.ok()) return found.status();
    if (!*found) {
      return absl::DataLossError(absl::StrCat("stream ", query.stream, ", revision ", revision,
                                              ": position ", position, " is missing"));
    }
    const absl::StatusOr<const std::string*> type = connection.TypeName(RowTypeId(seeker->row()));
    if (!type.ok()) return type.status();
    absl::StatusOr<RecordedEvent> event =
        DecodeRow(seeker->row(), std::string(seeker->stream()), **type);
    if (!event.ok()) return event.status();
    RecordedEvent link = MakeLink(projection, store_id_, query.stream, revision, *event);
    bytes += PayloadBytes(link);
    if (resolves) {
      const absl::StatusOr<std::size_t> more =
          ResolveMadeLink(connection, projection, link, *std::move(event), seen, page);
      if (!more.ok()) return more.status();
      bytes += *more;
    }
    page.events.push_back(std::move(link));
    page.at_end = revision == (forwards ? page.last : page.first_available);
    revision += forwards ? 1 : -1;
    if (bytes >= query.bytes_max) break;
  }
  return absl::OkStatus();
}

// Adds what the next event of the page, `link`, made for `event`, stands for: so many bytes. A
// copied link that does not parse stands for itself.
absl::StatusOr<std::size_t> LogReader::ResolveMadeLink(ReadConnection& connection,
                                                       SystemProjection projection,
                                                       const RecordedEvent& link,
                                                       RecordedEvent&& event, SeenStreams& seen,
                                                       EventPage& page) {
  std::optional<RecordedEvent> stands_for;
  if (CopiesLinks(projection) && event.type == kLinkType) {
    const std::optional<LinkTarget> target = ParseLink(link);
    if (!target.has_value()) return 0;
    absl::StatusOr<std::optional<RecordedEvent>> found = ReadTarget(connection, *target);
    if (!found.ok()) return found.status();
    stands_for = *std::move(found);
  } else {
    const absl::StatusOr<bool> visible = IsVisible(connection, event, seen);
    if (!visible.ok()) return visible.status();
    if (*visible) stands_for = std::move(event);
  }
  const std::size_t bytes = stands_for.has_value() ? PayloadBytes(*stands_for) : 0;
  page.targets.push_back({page.events.size(), std::move(stands_for)});
  return bytes;
}

// Whether a reader of its own stream gets the event.
absl::StatusOr<bool> LogReader::IsVisible(ReadConnection& connection, const RecordedEvent& event,
                                          SeenStreams& seen) {
  if (seen.hides_nothing) return true;
  auto known = seen.views.find(event.stream);
  if (known == seen.views.end()) {
    const absl::StatusOr<StreamView> view = View(connection, event.stream);
    if (!view.ok() && !absl::IsFailedPrecondition(view.status())) return view.status();
    known = seen.views.emplace(event.stream, view.ok() ? std::optional(*view) : std::nullopt).first;
  }
  const std::optional<StreamView>& view = known->second;
  if (!view.has_value() || !view->exists()) return false;
  if (event.revision < view->metadata.FirstAvailable(*view->found.last)) return false;
  const std::optional<absl::Duration>& max_age = view->metadata.max_age;
  return !max_age.has_value() || event.created >= Now() - *max_age;
}

}  // namespace eventstoredb
