#include "infrastructure/node/stream_lookup.h"

#include "absl/strings/str_cat.h"

#include "eventstoredb/system_names.h"
#include "infrastructure/node/event_row.h"

namespace eventstoredb {

absl::StatusOr<FoundStream> FindStream(sqlite::Database& database, std::string_view name) {
  absl::StatusOr<sqlite::Statement*> find = database.PrepareCached(
      "SELECT id,(SELECT revision FROM events INDEXED BY events_by_stream WHERE stream=streams.id "
      "ORDER BY revision DESC LIMIT 1) FROM streams WHERE name=?");
  if (!find.ok()) return find.status();
  const sqlite::ResetAtExit reset(**find);
  const absl::StatusOr<bool> row = (*find)->BindTextView(1, name).Step();
  if (!row.ok()) return row.status();
  FoundStream found;
  if (!*row) return found;
  found.id = (*find)->ColumnInt64(0);
  if ((*find)->ColumnIsNull(1)) return found;
  const auto last = static_cast<std::uint64_t>((*find)->ColumnInt64(1));
  found.is_tombstoned = last == kTombstoneRevision;
  if (!found.is_tombstoned) found.last = last;
  return found;
}

absl::StatusOr<std::optional<RecordedEvent>> ReadEventAt(sqlite::Database& database,
                                                         std::int64_t stream_id,
                                                         const std::string& name,
                                                         std::uint64_t revision) {
  static const std::string* const kSelect = new std::string(
      absl::StrCat("SELECT ", std::string(kEventColumns),
                   ",(SELECT name FROM types WHERE types.id=events.type) FROM events INDEXED BY "
                   "events_by_stream WHERE stream=? AND revision=?"));
  absl::StatusOr<sqlite::Statement*> get = database.PrepareCached(*kSelect);
  if (!get.ok()) return get.status();
  const sqlite::ResetAtExit reset(**get);
  const absl::StatusOr<bool> row =
      (*get)->BindInt64(1, stream_id).BindInt64(2, static_cast<std::int64_t>(revision)).Step();
  if (!row.ok()) return row.status();
  if (!*row) return std::nullopt;
  absl::StatusOr<RecordedEvent> event =
      DecodeRow(**get, name, std::string((*get)->ColumnText(kEventColumnCount)));
  if (!event.ok()) return event.status();
  return *std::move(event);
}

absl::StatusOr<std::uint64_t> FirstCreatedSince(sqlite::Database& database, std::int64_t stream_id,
                                                std::uint64_t first, std::uint64_t last,
                                                absl::Time since) {
  absl::StatusOr<sqlite::Statement*> get = database.PrepareCached(
      "SELECT created FROM events INDEXED BY events_by_stream WHERE stream=? AND revision=?");
  if (!get.ok()) return get.status();
  const std::int64_t since_micros = absl::ToUnixMicros(since);
  std::uint64_t end = last + 1;
  while (first < end) {
    const std::uint64_t middle = first + (end - first) / 2;
    const sqlite::ResetAtExit reset(**get);
    const absl::StatusOr<bool> row =
        (*get)->BindInt64(1, stream_id).BindInt64(2, static_cast<std::int64_t>(middle)).Step();
    if (!row.ok()) return row.status();
    if (!*row) return absl::DataLossError(absl::StrCat("revision ", middle, " is missing"));
    if ((*get)->ColumnInt64(0) < since_micros) {
      first = middle + 1;
    } else {
      end = middle;
    }
  }
  return first;
}

absl::StatusOr<bool> HasMetastreams(sqlite::Database& database) {
  // From "$$" up to what follows every name that begins so.
  const absl::StatusOr<std::int64_t> found =
      database.QueryInt64("SELECT EXISTS(SELECT 1 FROM streams WHERE name>='$$' AND name<'$%')");
  if (!found.ok()) return found.status();
  return *found != 0;
}

absl::StatusOr<bool> HasTombstones(sqlite::Database& database) {
  absl::StatusOr<sqlite::Statement*> find =
      database.PrepareCached("SELECT 1 FROM types WHERE name=?");
  if (!find.ok()) return find.status();
  const sqlite::ResetAtExit reset(**find);
  return (*find)->BindTextView(1, kStreamDeletedType).Step();
}

}  // namespace eventstoredb
