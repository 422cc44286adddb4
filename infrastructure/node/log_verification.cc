#include "infrastructure/node/log_verification.h"

#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"

#include "eventstoredb/system_names.h"
#include "infrastructure/node/event_row.h"

namespace eventstoredb {
namespace {

// After an unclean end this many events before the end are checked against the chain.
constexpr int kTailEventsMax = 10'000;

// One row of a walk along the log that checks everything.
class LogWalk {
 public:
  explicit LogWalk(sqlite::Database& database) : database_(database) {}

  /// The row is read and its checksum proven. After StartChain the chain is proven as well.
  absl::Status Visit(const sqlite::Statement& row) {
    const absl::StatusOr<std::string> stream = Name("streams", RowStreamId(row));
    if (!stream.ok()) return stream.status();
    const absl::StatusOr<std::string> type = Name("types", RowTypeId(row));
    if (!type.ok()) return type.status();
    const absl::StatusOr<RecordedEvent> event = DecodeRow(row, *stream, *type);
    if (!event.ok()) return event.status();
    group_.push_back(RowChecksum(row));
    if (row.ColumnIsNull(kChainColumn)) return absl::OkStatus();
    const std::string_view stored = row.ColumnBlob(kChainColumn);
    if (chain_.has_value()) {
      chain_ = ExtendChain(*chain_, group_);
      if (stored != AsBlob(*chain_)) {
        return absl::DataLossError(
            absl::StrCat("position ", event->position.commit, ": the hash chain is broken"));
      }
    } else if (stored.size() == sizeof(ChainHash)) {
      chain_.emplace();
      std::memcpy(chain_->data(), stored.data(), stored.size());
    }
    group_.clear();
    return absl::OkStatus();
  }

  void StartChain() { chain_ = ChainHash{}; }
  bool EndsWithGroup() const { return group_.empty(); }

  static constexpr int kChainColumn = 10;

 private:
  absl::StatusOr<std::string> Name(const char* table, std::int64_t id) {
    absl::StatusOr<sqlite::Statement*> get =
        database_.PrepareCached(absl::StrCat("SELECT name FROM ", table, " WHERE id=?"));
    if (!get.ok()) return get.status();
    const sqlite::ResetAtExit reset(**get);
    const absl::StatusOr<bool> row = (*get)->BindInt64(1, id).Step();
    if (!row.ok()) return row.status();
    if (!*row) return absl::DataLossError(absl::StrCat(table, " lacks id ", id));
    return std::string((*get)->ColumnText(0));
  }

  sqlite::Database& database_;
  std::vector<std::uint32_t> group_;
  std::optional<ChainHash> chain_;
};

absl::Status Walk(sqlite::Database& database, std::uint64_t from, bool from_start) {
  absl::StatusOr<sqlite::Statement> rows =
      database.Prepare(absl::StrCat("SELECT ", std::string(kEventColumns),
                                    ",chain FROM events WHERE position>=? ORDER BY position"));
  if (!rows.ok()) return rows.status();
  rows->BindInt64(1, static_cast<std::int64_t>(from));
  LogWalk walk(database);
  if (from_start) walk.StartChain();
  while (true) {
    const absl::StatusOr<bool> row = rows->Step();
    if (!row.ok()) return row.status();
    if (!*row) break;
    if (const absl::Status visited = walk.Visit(*rows); !visited.ok()) return visited;
  }
  if (!walk.EndsWithGroup()) return absl::DataLossError("the log ends inside a group");
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckAfterUncleanEnd(sqlite::Database& database) {
  const absl::StatusOr<std::string> checked = database.QueryText("PRAGMA quick_check(1)");
  if (!checked.ok()) return checked.status();
  if (*checked != "ok") return absl::DataLossError(absl::StrCat("the log is damaged: ", *checked));
  const absl::StatusOr<std::int64_t> first = database.QueryInt64(
      absl::StrCat("SELECT ifnull(min(position),0) FROM (SELECT position FROM events ORDER BY "
                   "position DESC LIMIT ",
                   kTailEventsMax, ")"));
  if (!first.ok()) return first.status();
  const absl::StatusOr<std::int64_t> before = database.QueryInt64(absl::StrCat(
      "SELECT count(*) FROM (SELECT 1 FROM events WHERE position<", *first, " LIMIT 1)"));
  if (!before.ok()) return before.status();
  return Walk(database, static_cast<std::uint64_t>(*first), *before == 0);
}

absl::Status VerifyLog(sqlite::Database& database) {
  if (const absl::Status walked = Walk(database, 0, true); !walked.ok()) return walked;
  const absl::StatusOr<std::int64_t> gaps = database.QueryInt64(absl::StrCat(
      "SELECT count(*) FROM (SELECT 1 FROM events WHERE revision<>", kTombstoneRevision,
      " GROUP BY stream HAVING max(revision)+1<>count(*) OR min(revision)<>0)"));
  if (!gaps.ok()) return gaps.status();
  if (*gaps > 0) return absl::DataLossError(absl::StrCat(*gaps, " streams have gaps"));
  const absl::StatusOr<std::string> checked = database.QueryText("PRAGMA integrity_check(1)");
  if (!checked.ok()) return checked.status();
  if (*checked != "ok") return absl::DataLossError(absl::StrCat("the log is damaged: ", *checked));
  return absl::OkStatus();
}

}  // namespace eventstoredb
