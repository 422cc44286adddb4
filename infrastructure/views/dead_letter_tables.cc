#include "infrastructure/views/dead_letter_tables.h"

#include <utility>

#include "infrastructure/sqlite/statement.h"

namespace orders::infrastructure {
namespace {

using application::DeadLetter;
using application::LogPosition;
using application::SkippedEvent;

DeadLetter LetterOf(const sqlite::Statement& row) {
  return {.order_id = {std::string(row.ColumnText(0))},
          .revision = static_cast<std::uint64_t>(row.ColumnInt64(1)),
          .position = {.commit = static_cast<std::uint64_t>(row.ColumnInt64(2)),
                       .prepare = static_cast<std::uint64_t>(row.ColumnInt64(3))},
          .event_id = std::string(row.ColumnText(4)),
          .type = std::string(row.ColumnText(5)),
          .created = absl::FromUnixMicros(row.ColumnInt64(6)),
          .error = std::string(row.ColumnText(7)),
          .attempts = row.ColumnInt64(8),
          .blocked_since = absl::FromUnixMicros(row.ColumnInt64(9)),
          .last_tried = absl::FromUnixMicros(row.ColumnInt64(10)),
          .waiting = static_cast<std::uint64_t>(row.ColumnInt64(11))};
}

constexpr char kSelectLetters[] =
    "SELECT "
    "order_id,revision,commit_position,prepare_position,event_id,type,created,error,attempts,"
    "blocked_since,last_tried,waiting FROM dead_letters ORDER BY order_id";
constexpr char kSelectLetter[] =
    "SELECT "
    "order_id,revision,commit_position,prepare_position,event_id,type,created,error,attempts,"
    "blocked_since,last_tried,waiting,data,metadata FROM dead_letters WHERE order_id=?";
constexpr char kPutLetter[] =
    "INSERT INTO dead_letters(order_id,revision,commit_position,prepare_position,event_id,type,"
    "created,error,attempts,blocked_since,last_tried,waiting,data,metadata)"
    " VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14)"
    " ON CONFLICT(order_id) DO UPDATE SET"
    // A letter of the same event that comes without its bytes leaves them.
    " data=CASE WHEN revision=excluded.revision AND length(excluded.data)=0 THEN data"
    "  ELSE excluded.data END,"
    " metadata=CASE WHEN revision=excluded.revision AND length(excluded.metadata)=0 THEN metadata"
    "  ELSE excluded.metadata END,"
    " revision=excluded.revision,commit_position=excluded.commit_position,"
    " prepare_position=excluded.prepare_position,event_id=excluded.event_id,type=excluded.type,"
    " created=excluded.created,error=excluded.error,attempts=excluded.attempts,"
    " blocked_since=excluded.blocked_since,last_tried=excluded.last_tried,"
    " waiting=excluded.waiting";

}  // namespace

const char kDeadLetterTables[] =
    "CREATE TABLE dead_letters("
    " order_id TEXT PRIMARY KEY, revision INTEGER NOT NULL, commit_position INTEGER NOT NULL,"
    " prepare_position INTEGER NOT NULL, event_id TEXT NOT NULL, type TEXT NOT NULL,"
    " created INTEGER NOT NULL, error TEXT NOT NULL, attempts INTEGER NOT NULL,"
    " blocked_since INTEGER NOT NULL, last_tried INTEGER NOT NULL, waiting INTEGER NOT NULL,"
    " data BLOB NOT NULL, metadata BLOB NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE skipped_events("
    " order_id TEXT NOT NULL, revision INTEGER NOT NULL, commit_position INTEGER NOT NULL,"
    " prepare_position INTEGER NOT NULL, event_id TEXT NOT NULL, type TEXT NOT NULL,"
    " error TEXT NOT NULL, reason TEXT NOT NULL, skipped_by TEXT NOT NULL, time INTEGER NOT NULL,"
    " PRIMARY KEY(order_id, revision)) WITHOUT ROWID;";

absl::StatusOr<std::vector<DeadLetter>> DeadLetterTables::ReadLetters() {
  absl::StatusOr<sqlite::Statement> read = database_.Prepare(kSelectLetters);
  if (!read.ok()) return read.status();
  std::vector<DeadLetter> letters;
  while (true) {
    const absl::StatusOr<bool> row = read->Step();
    if (!row.ok()) return row.status();
    if (!*row) return letters;
    letters.push_back(LetterOf(*read));
  }
}

absl::StatusOr<std::optional<DeadLetter>> DeadLetterTables::ReadLetter(
    const domain::OrderId& order) {
  absl::StatusOr<sqlite::Statement> read = database_.Prepare(kSelectLetter);
  if (!read.ok()) return read.status();
  read->BindText(1, order.value);
  const absl::StatusOr<bool> row = read->Step();
  if (!row.ok()) return row.status();
  if (!*row) return std::nullopt;
  DeadLetter letter = LetterOf(*read);
  letter.data = std::string(read->ColumnBlob(12));
  letter.metadata = std::string(read->ColumnBlob(13));
  return letter;
}

void DeadLetterTables::PutLetter(const DeadLetter& letter) {
  std::optional<DeadLetter>& put = letters_[letter.order_id.value];
  // The bytes of the same event that are put already are to be kept.
  const bool keeps = put.has_value() && put->revision == letter.revision && letter.data.empty() &&
                     letter.metadata.empty();
  DeadLetter next = letter;
  if (keeps) {
    next.data = std::move(put->data);
    next.metadata = std::move(put->metadata);
  }
  put = std::move(next);
}

void DeadLetterTables::RemoveLetter(const domain::OrderId& order) {
  letters_[order.value] = std::nullopt;
}

absl::StatusOr<std::vector<SkippedEvent>> DeadLetterTables::ReadSkips() {
  absl::StatusOr<sqlite::Statement> read = database_.Prepare(
      "SELECT order_id,revision,commit_position,prepare_position,event_id,type,error,reason,"
      "skipped_by,time FROM skipped_events ORDER BY order_id,revision");
  if (!read.ok()) return read.status();
  std::vector<SkippedEvent> skips;
  while (true) {
    const absl::StatusOr<bool> row = read->Step();
    if (!row.ok()) return row.status();
    if (!*row) return skips;
    skips.push_back({.order_id = {std::string(read->ColumnText(0))},
                     .revision = static_cast<std::uint64_t>(read->ColumnInt64(1)),
                     .position = {.commit = static_cast<std::uint64_t>(read->ColumnInt64(2)),
                                  .prepare = static_cast<std::uint64_t>(read->ColumnInt64(3))},
                     .event_id = std::string(read->ColumnText(4)),
                     .type = std::string(read->ColumnText(5)),
                     .error = std::string(read->ColumnText(6)),
                     .reason = std::string(read->ColumnText(7)),
                     .skipped_by = std::string(read->ColumnText(8)),
                     .time = absl::FromUnixMicros(read->ColumnInt64(9))});
  }
}

void DeadLetterTables::PutSkip(const SkippedEvent& skipped) { skips_.push_back(skipped); }

absl::Status DeadLetterTables::Write() {
  for (const auto& [order, letter] : letters_) {
    const absl::Status written = letter.has_value() ? Write(*letter) : Remove(order);
    if (!written.ok()) return written;
  }
  for (const SkippedEvent& skipped : skips_) {
    if (absl::Status written = Write(skipped); !written.ok()) return written;
  }
  return absl::OkStatus();
}

void DeadLetterTables::Discard() {
  letters_.clear();
  skips_.clear();
}

absl::Status DeadLetterTables::Write(const DeadLetter& letter) {
  absl::StatusOr<sqlite::Statement*> put = database_.PrepareCached(kPutLetter);
  if (!put.ok()) return put.status();
  return (*put)
      ->BindTextView(1, letter.order_id.value)
      .BindInt64(2, static_cast<std::int64_t>(letter.revision))
      .BindInt64(3, static_cast<std::int64_t>(letter.position.commit))
      .BindInt64(4, static_cast<std::int64_t>(letter.position.prepare))
      .BindTextView(5, letter.event_id)
      .BindTextView(6, letter.type)
      .BindInt64(7, absl::ToUnixMicros(letter.created))
      .BindTextView(8, letter.error)
      .BindInt64(9, letter.attempts)
      .BindInt64(10, absl::ToUnixMicros(letter.blocked_since))
      .BindInt64(11, absl::ToUnixMicros(letter.last_tried))
      .BindInt64(12, static_cast<std::int64_t>(letter.waiting))
      .BindBlobView(13, letter.data)
      .BindBlobView(14, letter.metadata)
      .Run();
}

absl::Status DeadLetterTables::Remove(const std::string& order) {
  absl::StatusOr<sqlite::Statement*> remove =
      database_.PrepareCached("DELETE FROM dead_letters WHERE order_id=?");
  if (!remove.ok()) return remove.status();
  return (*remove)->BindTextView(1, order).Run();
}

absl::Status DeadLetterTables::Write(const SkippedEvent& skipped) {
  absl::StatusOr<sqlite::Statement*> put =
      database_.PrepareCached("INSERT OR REPLACE INTO skipped_events VALUES(?,?,?,?,?,?,?,?,?,?)");
  if (!put.ok()) return put.status();
  return (*put)
      ->BindTextView(1, skipped.order_id.value)
      .BindInt64(2, static_cast<std::int64_t>(skipped.revision))
      .BindInt64(3, static_cast<std::int64_t>(skipped.position.commit))
      .BindInt64(4, static_cast<std::int64_t>(skipped.position.prepare))
      .BindTextView(5, skipped.event_id)
      .BindTextView(6, skipped.type)
      .BindTextView(7, skipped.error)
      .BindTextView(8, skipped.reason)
      .BindTextView(9, skipped.skipped_by)
      .BindInt64(10, absl::ToUnixMicros(skipped.time))
      .Run();
}

}  // namespace orders::infrastructure
