#include "infrastructure/views/view_comparison.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <tuple>
#include <utility>

#include "absl/hash/hash.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

#include "infrastructure/sqlite/database.h"
#include "infrastructure/sqlite/statement.h"

namespace orders::infrastructure {
namespace {

using application::AddDifference;
using application::ViewComparison;
using application::ViewDifference;

constexpr std::uint64_t kRowsBetweenLooks = 1'000;
/// Then both files are seen as of their newest commits: what one reader holds on to, the writer
/// cannot move out of its WAL.
constexpr std::uint64_t kRowsOfOneMoment = 50'000;

/// Columns of a compared row are: key, sub key, and the rest.
std::string SelectOf(const ComparedTable& table) {
  return absl::StrCat("SELECT ", table.key, ",", table.sub_key, ",", table.columns, " FROM ",
                      table.name);
}

constexpr int kKeyColumns = 2;

std::size_t ContentHash(const sqlite::Statement& row) {
  std::size_t hash = 0;
  for (int column = kKeyColumns; column < row.column_count(); ++column) {
    hash = absl::HashOf(hash, row.ColumnBlob(column));
  }
  return hash;
}

/// A hash for each column but the keys.
std::vector<std::size_t> ColumnHashes(const sqlite::Statement& row) {
  std::vector<std::size_t> hashes;
  for (int column = kKeyColumns; column < row.column_count(); ++column) {
    hashes.push_back(absl::HashOf(row.ColumnBlob(column)));
  }
  return hashes;
}

/// One file, seen as of one moment from Begin on, until Renew.
class Side {
 public:
  absl::Status Begin(const std::string& path) {
    absl::StatusOr<std::unique_ptr<sqlite::Database>> opened =
        sqlite::Database::Open({.path = path, .mode = sqlite::OpenMode::kQueryOnly});
    if (!opened.ok()) return opened.status();
    database_ = *std::move(opened);
    return Renew();
  }

  /// Ends what Start has begun.
  absl::Status Renew() {
    rows_.reset();
    if (std::exchange(is_begun_, false)) {
      if (absl::Status ended = database_->Execute("ROLLBACK;"); !ended.ok()) return ended;
    }
    if (absl::Status begun = database_->Execute("BEGIN;"); !begun.ok()) return begun;
    is_begun_ = true;
    return database_->QueryInt64("SELECT count(*) FROM meta").status();
  }

  /// From the first row on, or from the one behind `after`: a key and a sub key.
  absl::Status Start(const ComparedTable& table,
                     const std::optional<std::pair<std::string, std::string>>& after) {
    const std::string where = after.has_value()
                                  ? absl::StrCat(" WHERE ", table.key, ">=?1 AND (", table.key, ",",
                                                 table.sub_key, ")>(?1,?2)")
                                  : "";
    absl::StatusOr<sqlite::Statement> rows = database_->Prepare(
        absl::StrCat(SelectOf(table), where, " ORDER BY ", table.key, ",", table.sub_key));
    if (!rows.ok()) return rows.status();
    rows_ = *std::move(rows);
    if (after.has_value()) rows_->BindText(1, after->first).BindText(2, after->second);
    return Next();
  }
  absl::Status Next() {
    const absl::StatusOr<bool> row = rows_->Step();
    has_row_ = row.ok() && *row;
    return row.status();
  }
  bool has_row() const { return has_row_; }
  std::pair<std::string_view, std::string_view> key() const {
    return {rows_->ColumnText(0), rows_->ColumnText(1)};
  }
  std::size_t hash() const { return ContentHash(*rows_); }

  /// Absent: there is no such row.
  absl::StatusOr<std::optional<std::vector<std::size_t>>> HashesOf(const ComparedTable& table,
                                                                   const ViewDifference& row) {
    absl::StatusOr<sqlite::Statement*> read = database_->PrepareCached(
        absl::StrCat(SelectOf(table), " WHERE ", table.key, "=?1 AND ", table.sub_key, "=?2"));
    if (!read.ok()) return read.status();
    (*read)->BindTextView(1, row.key).BindTextView(2, row.sub_key);
    const sqlite::ResetAtExit reset(**read);
    const absl::StatusOr<bool> found = (*read)->Step();
    if (!found.ok()) return found.status();
    if (!*found) return std::nullopt;
    return ColumnHashes(**read);
  }

 private:
  std::unique_ptr<sqlite::Database> database_;
  std::optional<sqlite::Statement> rows_;
  bool is_begun_ = false;
  bool has_row_ = false;
};

/// The names of the columns in which both rows differ.
std::string DifferingColumns(const ComparedTable& table, const std::vector<std::size_t>& live,
                             const std::vector<std::size_t>& rebuilt) {
  const std::vector<std::string> names = absl::StrSplit(table.columns, ',');
  std::vector<std::string> differing;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (live[i] != rebuilt[i]) differing.push_back(names[i]);
  }
  return absl::StrJoin(differing, ",");
}

absl::Status CompareTable(const ComparedTable& table, Side& live, Side& rebuilt,
                          absl::FunctionRef<bool()> is_cancelled, ViewComparison& comparison) {
  if (absl::Status started = live.Start(table, std::nullopt); !started.ok()) return started;
  if (absl::Status started = rebuilt.Start(table, std::nullopt); !started.ok()) return started;
  std::optional<std::pair<std::string, std::string>> last;
  for (std::uint64_t row = 1; live.has_row() || rebuilt.has_row(); ++row) {
    if (comparison.rows++ % kRowsBetweenLooks == 0 && is_cancelled()) {
      return absl::CancelledError("the comparison was cancelled");
    }
    if (row % kRowsOfOneMoment == 0) {
      for (Side* const side : {&live, &rebuilt}) {
        if (absl::Status renewed = side->Renew(); !renewed.ok()) return renewed;
        if (absl::Status started = side->Start(table, last); !started.ok()) return started;
      }
      if (!live.has_row() && !rebuilt.has_row()) break;
    }
    const bool take_live = live.has_row() && (!rebuilt.has_row() || live.key() <= rebuilt.key());
    const bool take_rebuilt = rebuilt.has_row() && (!live.has_row() || rebuilt.key() <= live.key());
    const auto [key, sub_key] = take_live ? live.key() : rebuilt.key();
    ViewDifference difference{
        .table = table.name, .key = std::string(key), .sub_key = std::string(sub_key)};
    last = {difference.key, difference.sub_key};
    if (!take_rebuilt) {
      difference.kind = ViewDifference::Kind::kOnlyLive;
      AddDifference(std::move(difference), comparison);
    } else if (!take_live) {
      difference.kind = ViewDifference::Kind::kOnlyRebuilt;
      AddDifference(std::move(difference), comparison);
    } else if (live.hash() != rebuilt.hash()) {
      AddDifference(std::move(difference), comparison);
    }
    if (take_live) {
      if (absl::Status next = live.Next(); !next.ok()) return next;
    }
    if (take_rebuilt) {
      if (absl::Status next = rebuilt.Next(); !next.ok()) return next;
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<ViewComparison> CompareViews(const std::vector<ComparedTable>& tables,
                                            const std::string& live, const std::string& rebuilt,
                                            absl::FunctionRef<bool()> is_cancelled) {
  Side live_side;
  Side rebuilt_side;
  if (absl::Status begun = live_side.Begin(live); !begun.ok()) return begun;
  if (absl::Status begun = rebuilt_side.Begin(rebuilt); !begun.ok()) return begun;
  ViewComparison comparison;
  for (const ComparedTable& table : tables) {
    const absl::Status compared =
        CompareTable(table, live_side, rebuilt_side, is_cancelled, comparison);
    if (!compared.ok()) return compared;
  }
  return comparison;
}

absl::StatusOr<ViewComparison> CompareAgain(const std::vector<ComparedTable>& tables,
                                            const std::string& live, const std::string& rebuilt,
                                            const ViewComparison& suspects) {
  if (suspects.differences > suspects.listed.size()) {
    return CompareViews(tables, live, rebuilt, [] { return false; });
  }
  Side live_side;
  Side rebuilt_side;
  if (absl::Status begun = live_side.Begin(live); !begun.ok()) return begun;
  if (absl::Status begun = rebuilt_side.Begin(rebuilt); !begun.ok()) return begun;
  ViewComparison comparison{.rows = suspects.rows};
  for (const ViewDifference& suspect : suspects.listed) {
    const auto table = std::find_if(tables.begin(), tables.end(), [&](const ComparedTable& one) {
      return one.name == suspect.table;
    });
    if (table == tables.end()) continue;
    const auto in_live = live_side.HashesOf(*table, suspect);
    if (!in_live.ok()) return in_live.status();
    const auto in_rebuilt = rebuilt_side.HashesOf(*table, suspect);
    if (!in_rebuilt.ok()) return in_rebuilt.status();
    if (*in_live == *in_rebuilt) continue;
    ViewDifference difference = suspect;
    difference.kind = !in_live->has_value()      ? ViewDifference::Kind::kOnlyRebuilt
                      : !in_rebuilt->has_value() ? ViewDifference::Kind::kOnlyLive
                                                 : ViewDifference::Kind::kDiffers;
    if (difference.kind == ViewDifference::Kind::kDiffers) {
      difference.what = DifferingColumns(*table, **in_live, **in_rebuilt);
    }
    AddDifference(std::move(difference), comparison);
  }
  return comparison;
}

absl::Status CheckRows(const ComparedTable& table, const RowCheck& check, const std::string& path,
                       absl::FunctionRef<bool()> is_cancelled, ViewComparison& comparison) {
  absl::StatusOr<std::unique_ptr<sqlite::Database>> database =
      sqlite::Database::Open({.path = path, .mode = sqlite::OpenMode::kQueryOnly});
  if (!database.ok()) return database.status();
  absl::StatusOr<sqlite::Statement> rows =
      (*database)->Prepare(absl::StrCat("SELECT ", table.key, ",doc FROM ", table.name, " WHERE ",
                                        table.key, ">?1 ORDER BY ", table.key, " LIMIT ?2"));
  if (!rows.ok()) return rows.status();
  std::string last;
  for (bool any = true; any;) {
    if (is_cancelled()) return absl::CancelledError("the look at the rules was cancelled");
    const sqlite::ResetAtExit reset(*rows);
    rows->BindText(1, last).BindInt64(2, kRowsBetweenLooks);
    absl::StatusOr<bool> row = rows->Step();
    any = row.ok() && *row;
    for (; row.ok() && *row; row = rows->Step()) {
      last = std::string(rows->ColumnText(0));
      absl::StatusOr<std::optional<std::string>> wrong = check(rows->ColumnBlob(1));
      if (!wrong.ok()) return wrong.status();
      if (!wrong->has_value()) continue;
      AddDifference({.table = table.name,
                     .key = last,
                     .kind = ViewDifference::Kind::kBreaksRule,
                     .what = **std::move(wrong)},
                    comparison);
    }
    if (!row.ok()) return row.status();
  }
  return absl::OkStatus();
}

}  // namespace orders::infrastructure
