#include "infrastructure/views/view_comparison.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <tuple>
#include <utility>

#include "absl/hash/hash.h"
#include "absl/strings/str_cat.h"

#include "infrastructure/sqlite/database.h"
#include "infrastructure/sqlite/statement.h"

namespace orders::infrastructure {
namespace {

using application::kDifferencesMax;
using application::ViewComparison;
using application::ViewDifference;

constexpr std::uint64_t kRowsBetweenLooks = 1'000;

/// Columns of a compared row are: key, sub key, and the rest.
std::string SelectOf(const ComparedTable& table) {
  return absl::StrCat("SELECT ", table.key, ",", table.sub_key, ",", table.columns, " FROM ",
                      table.name);
}

std::size_t ContentHash(const sqlite::Statement& row) {
  std::size_t hash = 0;
  for (int column = 2; column < row.column_count(); ++column) {
    hash = absl::HashOf(hash, row.ColumnBlob(column));
  }
  return hash;
}

/// One file, seen as of one moment: the read transaction is open from Begin on.
class Side {
 public:
  absl::Status Begin(const std::string& path) {
    absl::StatusOr<std::unique_ptr<sqlite::Database>> opened =
        sqlite::Database::Open({.path = path, .mode = sqlite::OpenMode::kQueryOnly});
    if (!opened.ok()) return opened.status();
    database_ = *std::move(opened);
    if (absl::Status begun = database_->Execute("BEGIN;"); !begun.ok()) return begun;
    return database_->QueryInt64("SELECT count(*) FROM meta").status();
  }

  absl::Status Start(const ComparedTable& table) {
    absl::StatusOr<sqlite::Statement> rows = database_->Prepare(
        absl::StrCat(SelectOf(table), " ORDER BY ", table.key, ",", table.sub_key));
    if (!rows.ok()) return rows.status();
    rows_ = *std::move(rows);
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
  absl::StatusOr<std::optional<std::size_t>> HashOf(const ComparedTable& table,
                                                    const ViewDifference& row) {
    absl::StatusOr<sqlite::Statement*> read = database_->PrepareCached(
        absl::StrCat(SelectOf(table), " WHERE ", table.key, "=?1 AND ", table.sub_key, "=?2"));
    if (!read.ok()) return read.status();
    (*read)->BindTextView(1, row.key).BindTextView(2, row.sub_key);
    const sqlite::ResetAtExit reset(**read);
    const absl::StatusOr<bool> found = (*read)->Step();
    if (!found.ok()) return found.status();
    if (!*found) return std::nullopt;
    return ContentHash(**read);
  }

 private:
  std::unique_ptr<sqlite::Database> database_;
  std::optional<sqlite::Statement> rows_;
  bool has_row_ = false;
};

void Note(ViewDifference difference, ViewComparison& comparison) {
  ++comparison.differences;
  if (comparison.listed.size() < kDifferencesMax) {
    comparison.listed.push_back(std::move(difference));
  }
}

absl::Status CompareTable(const ComparedTable& table, Side& live, Side& rebuilt,
                          absl::FunctionRef<bool()> is_cancelled, ViewComparison& comparison) {
  if (absl::Status started = live.Start(table); !started.ok()) return started;
  if (absl::Status started = rebuilt.Start(table); !started.ok()) return started;
  while (live.has_row() || rebuilt.has_row()) {
    if (comparison.rows++ % kRowsBetweenLooks == 0 && is_cancelled()) {
      return absl::CancelledError("the comparison was cancelled");
    }
    const bool take_live = live.has_row() && (!rebuilt.has_row() || live.key() <= rebuilt.key());
    const bool take_rebuilt = rebuilt.has_row() && (!live.has_row() || rebuilt.key() <= live.key());
    const auto [key, sub_key] = take_live ? live.key() : rebuilt.key();
    ViewDifference difference{
        .table = table.name, .key = std::string(key), .sub_key = std::string(sub_key)};
    if (!take_rebuilt) {
      difference.kind = ViewDifference::Kind::kOnlyLive;
      Note(std::move(difference), comparison);
    } else if (!take_live) {
      difference.kind = ViewDifference::Kind::kOnlyRebuilt;
      Note(std::move(difference), comparison);
    } else if (live.hash() != rebuilt.hash()) {
      Note(std::move(difference), comparison);
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
    const auto in_live = live_side.HashOf(*table, suspect);
    if (!in_live.ok()) return in_live.status();
    const auto in_rebuilt = rebuilt_side.HashOf(*table, suspect);
    if (!in_rebuilt.ok()) return in_rebuilt.status();
    if (*in_live == *in_rebuilt) continue;
    ViewDifference difference = suspect;
    difference.kind = !in_live->has_value()      ? ViewDifference::Kind::kOnlyRebuilt
                      : !in_rebuilt->has_value() ? ViewDifference::Kind::kOnlyLive
                                                 : ViewDifference::Kind::kDiffers;
    Note(std::move(difference), comparison);
  }
  return comparison;
}

}  // namespace orders::infrastructure
