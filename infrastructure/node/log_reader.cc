#include "infrastructure/node/log_reader.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

#include "eventstoredb/errors.h"
#include "eventstoredb/system_names.h"
#include "infrastructure/node/event_row.h"
#include "infrastructure/sqlite/transaction.h"

namespace eventstoredb {
namespace {

constexpr std::int64_t kInt64Max = std::numeric_limits<std::int64_t>::max();

std::int64_t Clamp(std::uint64_t value) {
  return value > static_cast<std::uint64_t>(kInt64Max) ? kInt64Max
                                                       : static_cast<std::int64_t>(value);
}

absl::Status At(const absl::Status& status, const std::string& where) {
  return absl::Status(status.code(), absl::StrCat(where, ": ", std::string(status.message())));
}

}  // namespace

std::vector<ResolvedEvent> EventPage::TakeResolved() {
  std::vector<ResolvedEvent> resolved;
  resolved.reserve(events.size());
  auto target = targets.begin();
  for (std::size_t i = 0; i < events.size(); ++i) {
    if (target != targets.end() && target->link == i) {
      resolved.push_back({std::move(target->event), std::move(events[i])});
      ++target;
    } else {
      resolved.push_back({std::move(events[i]), std::nullopt});
    }
  }
  events.clear();
  targets.clear();
  return resolved;
}

LogReader::LogReader(LogPlace place, const EmbeddedEventStoreOptions& options,
                     sqlite::Database* shared, bool has_metastreams, const Uuid& store_id)
    : clock_(options.clock),
      connections_(std::move(place), options.readers_max, shared),
      has_metastreams_(has_metastreams),
      has_projections_(options.system_projections),
      store_id_(store_id) {}

absl::Time LogReader::Now() const { return clock_ ? clock_() : absl::Now(); }

absl::StatusOr<StreamVisibility> LogReader::MetadataOf(ReadConnection& connection,
                                                       const std::string& stream) {
  if (IsMetastream(stream)) return MetadataOfMetastreams();
  if (!has_metastreams_.load(std::memory_order_acquire)) return StreamVisibility{};
  const std::string metastream = MetastreamOf(stream);
  const absl::StatusOr<FoundStream> found = FindStream(connection.database(), metastream);
  if (!found.ok()) return found.status();
  if (!found->last.has_value()) return StreamVisibility{};
  return connection.Metadata(found->id, metastream, *found->last);
}

absl::StatusOr<LogReader::StreamView> LogReader::View(ReadConnection& connection,
                                                      const std::string& stream) {
  absl::StatusOr<FoundStream> found = FindStream(connection.database(), stream);
  if (!found.ok()) return found.status();
  if (found->is_tombstoned) return StreamDeletedError(stream);
  if (IsMetastream(stream)) {
    const absl::StatusOr<FoundStream> of =
        FindStream(connection.database(), StreamOfMetastream(stream));
    if (!of.ok()) return of.status();
    if (of->is_tombstoned) return StreamDeletedError(stream);
  }
  const absl::StatusOr<StreamVisibility> metadata = MetadataOf(connection, stream);
  if (!metadata.ok()) return metadata.status();
  return StreamView{*found, *metadata};
}

absl::StatusOr<std::uint64_t> LogReader::FirstAvailable(ReadConnection& connection,
                                                        const StreamView& view) {
  const std::uint64_t last = *view.found.last;
  const std::uint64_t first = view.metadata.FirstAvailable(last);
  if (!view.metadata.max_age.has_value()) return first;
  return FirstCreatedSince(connection.database(), view.found.id, first, last,
                           Now() - *view.metadata.max_age);
}

absl::StatusOr<EventPage> LogReader::ReadStream(const StreamQuery& query) {
  absl::StatusOr<ReadConnections::Lease> lease = connections_.Take(query.deadline);
  if (!lease.ok()) return lease.status();
  absl::StatusOr<sqlite::Transaction> transaction =
      sqlite::Transaction::Begin((*lease)->database(), sqlite::TransactionKind::kRead);
  if (!transaction.ok()) return transaction.status();
  EventPage page;
  const std::optional<SystemProjection> projection = LinksOf(query.stream);
  page.status = projection.has_value() ? FillLinkPage(**lease, *projection, query, page)
                                       : FillStreamPage(**lease, query, page);
  if (query.resolve_links && !projection.has_value()) {
    const absl::Status resolved = ResolveLinks(**lease, query.bytes_max, page);
    if (!resolved.ok()) page.status = resolved;
  }
  if (!page.status.ok() && page.events.empty()) return page.status;
  if (!page.status.ok()) page.at_end = false;
  if (!page.events.empty()) {
    const std::uint64_t revision = page.events.back().revision;
    const bool forwards = query.direction == Direction::kForwards;
    page.next = forwards ? revision + 1 : revision - (page.at_end ? 0 : 1);
  }
  return page;
}

absl::Status LogReader::FillStreamPage(ReadConnection& connection, const StreamQuery& query,
                                       EventPage& page) {
  const std::string where = absl::StrCat("stream ", query.stream);
  const absl::StatusOr<StreamView> view = View(connection, query.stream);
  if (absl::IsFailedPrecondition(view.status())) return view.status();
  if (!view.ok()) return At(view.status(), where);
  if (!view->exists()) {
    return MakeError(absl::StatusCode::kNotFound, absl::StrCat(where, " does not exist"),
                     {.kind = ErrorKind::kStreamNotFound, .stream = query.stream});
  }
  const absl::StatusOr<std::uint64_t> first = FirstAvailable(connection, *view);
  if (!first.ok()) return At(first.status(), where);
  page.last = *view->found.last;
  page.first_available = *first;
  const std::optional<Revisions> wanted = RevisionsOf(query, page);
  if (!wanted.has_value()) return absl::OkStatus();
  return ReadRevisions(connection, query, view->found.id, wanted->low, wanted->high, page);
}

std::optional<LogReader::Revisions> LogReader::RevisionsOf(const StreamQuery& query,
                                                           EventPage& page) {
  const std::uint64_t first = page.first_available;
  if (query.direction == Direction::kForwards) {
    const std::uint64_t from = query.from.value_or(0);
    const std::uint64_t window =
        from + std::min<std::uint64_t>(query.events_max, UINT64_MAX - from);
    page.next = std::max(first, std::min(from, page.last + 1));
    page.at_end = page.next > page.last;
    if (page.at_end || window <= first) return std::nullopt;
    return Revisions{page.next, std::min(window - 1, page.last)};
  }
  const std::uint64_t from = std::min(query.from.value_or(page.last), page.last);
  page.at_end = from < first;
  if (page.at_end) return std::nullopt;
  const std::uint64_t below = from + 1 - first;  // Of those that may be read.
  return Revisions{first + (below - std::min<std::uint64_t>(query.events_max, below)), from};
}

// Every revision from `low` to `high` was written and is not hidden: one that is missing is lost.
absl::Status LogReader::ReadRevisions(ReadConnection& connection, const StreamQuery& query,
                                      std::int64_t stream_id, std::uint64_t low, std::uint64_t high,
                                      EventPage& page) {
  const bool forwards = query.direction == Direction::kForwards;
  static const std::string* const kSelect = new std::string(
      absl::StrCat("SELECT ", std::string(kEventColumns),
                   " FROM events INDEXED BY events_by_stream WHERE stream=? AND revision>=? AND "
                   "revision<=? ORDER BY revision"));
  static const std::string* const kSelectBackwards =
      new std::string(absl::StrCat(*kSelect, " DESC"));
  absl::StatusOr<sqlite::Statement*> select =
      connection.database().PrepareCached(forwards ? *kSelect : *kSelectBackwards);
  const std::string where = absl::StrCat("stream ", query.stream);
  if (!select.ok()) return At(select.status(), where);
  const sqlite::ResetAtExit reset_select(**select);
  (*select)
      ->BindInt64(1, stream_id)
      .BindInt64(2, static_cast<std::int64_t>(low))
      .BindInt64(3, static_cast<std::int64_t>(high));
  std::size_t bytes = 0;
  for (std::uint64_t left = high - low + 1; left > 0; --left) {
    const std::uint64_t expected = forwards ? high + 1 - left : low + left - 1;
    const auto place = [&] { return absl::StrCat(where, ", revision ", expected); };
    const absl::StatusOr<bool> row = (*select)->Step();
    if (!row.ok()) return At(row.status(), place());
    if (!*row || RowRevision(**select) != expected) {
      return absl::DataLossError(absl::StrCat(place(), " is missing"));
    }
    const absl::StatusOr<const std::string*> type = connection.TypeName(RowTypeId(**select));
    if (!type.ok()) return At(type.status(), place());
    absl::StatusOr<RecordedEvent> event = DecodeRow(**select, query.stream, **type);
    if (!event.ok()) return event.status();
    bytes += PayloadBytes(*event);
    page.events.push_back(*std::move(event));
    page.at_end = expected == (forwards ? page.last : page.first_available);
    if (bytes >= query.bytes_max) break;
  }
  return absl::OkStatus();
}

absl::StatusOr<std::optional<std::uint64_t>> LogReader::LastRevision(const std::string& stream,
                                                                     absl::Time deadline) {
  absl::StatusOr<ReadConnections::Lease> lease = connections_.Take(deadline);
  if (!lease.ok()) return lease.status();
  absl::StatusOr<sqlite::Transaction> transaction =
      sqlite::Transaction::Begin((*lease)->database(), sqlite::TransactionKind::kRead);
  if (!transaction.ok()) return transaction.status();
  if (const std::optional<SystemProjection> projection = LinksOf(stream)) {
    const absl::StatusOr<FoundLinks> links = VisibleLinks(**lease, *projection, stream);
    if (!links.ok()) return links.status();
    return links->count == 0 ? std::nullopt : std::optional(links->count - 1);
  }
  const absl::StatusOr<StreamView> view = View(**lease, stream);
  if (!view.ok()) return view.status();
  return view->found.last;
}

absl::StatusOr<std::optional<RecordedEvent>> LogReader::ReadTarget(ReadConnection& connection,
                                                                   const LinkTarget& target) {
  if (!target.stream.has_value()) return std::nullopt;
  const absl::StatusOr<StreamView> view = View(connection, *target.stream);
  if (absl::IsFailedPrecondition(view.status())) return std::nullopt;  // It has a tombstone.
  if (!view.ok()) return view.status();
  if (!view->exists() || target.revision < -1) return std::nullopt;
  const std::uint64_t last = *view->found.last;
  const std::uint64_t revision =
      target.revision == -1 ? last : static_cast<std::uint64_t>(target.revision);
  if (revision > last || revision < view->metadata.FirstAvailable(last)) return std::nullopt;
  absl::StatusOr<std::optional<RecordedEvent>> event =
      ReadEventAt(connection.database(), view->found.id, *target.stream, revision);
  if (!event.ok()) return event.status();
  if (!event->has_value()) {
    return absl::DataLossError(
        absl::StrCat("stream ", *target.stream, ", revision ", revision, " is missing"));
  }
  const std::optional<absl::Duration>& max_age = view->metadata.max_age;
  if (max_age.has_value() && (*event)->created < Now() - *max_age) return std::nullopt;
  return event;
}

// What cannot be resolved ends the page before its link; targets that fill the page end it after
// theirs: links are small, and what they stand for may be large.
absl::Status LogReader::ResolveLinks(ReadConnection& connection, std::size_t bytes_max,
                                     EventPage& page) {
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < page.events.size(); ++i) {
    const std::optional<LinkTarget> target = ParseLink(page.events[i]);
    if (!target.has_value()) continue;
    absl::StatusOr<std::optional<RecordedEvent>> event = ReadTarget(connection, *target);
    if (!event.ok()) {
      page.events.resize(i);
      return event.status();
    }
    if (event->has_value()) bytes += PayloadBytes(**event);
    page.targets.push_back({i, *std::move(event)});
    if (bytes >= bytes_max && i + 1 < page.events.size()) {
      page.events.resize(i + 1);
      page.at_end = false;
      page.status = absl::OkStatus();  // What is wrong behind it comes with its own page.
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<ResolvedEvent> LogReader::Resolve(const LinkTarget& target, RecordedEvent link,
                                                 absl::Time deadline) {
  absl::StatusOr<ReadConnections::Lease> lease = connections_.Take(deadline);
  if (!lease.ok()) return lease.status();
  absl::StatusOr<sqlite::Transaction> transaction =
      sqlite::Transaction::Begin((*lease)->database(), sqlite::TransactionKind::kRead);
  if (!transaction.ok()) return transaction.status();
  absl::StatusOr<std::optional<RecordedEvent>> event = ReadTarget(**lease, target);
  if (!event.ok()) return event.status();
  return ResolvedEvent{*std::move(event), std::move(link)};
}

absl::StatusOr<EventPage> LogReader::ReadAll(const AllQuery& query) {
  absl::StatusOr<ReadConnections::Lease> lease = connections_.Take(query.deadline);
  if (!lease.ok()) return lease.status();
  absl::StatusOr<sqlite::Transaction> transaction =
      sqlite::Transaction::Begin((*lease)->database(), sqlite::TransactionKind::kRead);
  if (!transaction.ok()) return transaction.status();
  EventPage page;
  page.examined_to = query.bound;
  page.status = FillAllPage(**lease, query, page);
  if (query.resolve_links) {
    const std::size_t found = page.events.size();
    const absl::Status resolved = ResolveLinks(**lease, query.bytes_max, page);
    if (!resolved.ok()) page.status = resolved;
    if (page.events.size() < found) {
      page.examined_to = page.events.empty() ? query.bound : page.events.back().position.commit;
    }
  }
  if (!page.status.ok() && page.events.empty()) return page.status;
  if (!page.status.ok()) page.at_end = false;
  return page;
}

absl::Status LogReader::FillAllPage(ReadConnection& connection, const AllQuery& query,
                                    EventPage& page) {
  const bool forwards = query.direction == Direction::kForwards;
  absl::StatusOr<sqlite::Statement*> select = connection.database().PrepareCached(absl::StrCat(
      "SELECT ", std::string(kEventColumns), std::string(kThenStreamName),
      " FROM events WHERE position",
      forwards ? ">? ORDER BY position LIMIT ?" : "<? ORDER BY position DESC LIMIT ?"));
  if (!select.ok()) return select.status();
  const sqlite::ResetAtExit reset(**select);
  (*select)->BindInt64(1, Clamp(query.bound)).BindInt64(2, Clamp(query.examined_max));
  const bool by_stream =
      query.filter != nullptr && query.filter->subject() == Filter::Subject::kStream;
  std::string stream;
  std::size_t bytes = 0;
  while (page.events.size() < query.events_max && bytes < query.bytes_max) {
    const absl::StatusOr<bool> row = (*select)->Step();
    if (!row.ok()) return At(row.status(), absl::StrCat("after position ", page.examined_to));
    if (!*row) {
      page.at_end = page.examined < query.examined_max;
      return absl::OkStatus();
    }
    // No cache of streams' names: in a log of many streams it would hold none that is needed.
    stream = (*select)->ColumnText(kEventColumnCount);
    if (stream.empty()) {
      return absl::DataLossError(absl::StrCat("stream id ", RowStreamId(**select), " has no name"));
    }
    const absl::StatusOr<const std::string*> type = connection.TypeName(RowTypeId(**select));
    if (!type.ok()) return type.status();
    const bool passes =
        query.filter == nullptr || query.filter->Passes(by_stream ? stream : **type);
    if (passes && !IsHiddenFromAll(stream)) {
      absl::StatusOr<RecordedEvent> event = DecodeRow(**select, stream, **type);
      if (!event.ok()) return event.status();
      bytes += PayloadBytes(*event);
      page.events.push_back(*std::move(event));
    }
    ++page.examined;
    page.examined_to = RowPosition(**select);
  }
  return absl::OkStatus();
}

absl::Status LogReader::With(absl::Time deadline,
                             absl::FunctionRef<absl::Status(sqlite::Database&)> work) {
  absl::StatusOr<ReadConnections::Lease> lease = connections_.Take(deadline);
  if (!lease.ok()) return lease.status();
  return work((*lease)->database());
}

}  // namespace eventstoredb
