#include "infrastructure/views/sqlite_search_views.h"

#include <cstdint>
#include <limits>
#include <optional>
#include <utility>

#include "application/commands/request_errors.h"
#include "infrastructure/sqlite/statement.h"
#include "infrastructure/sqlite/transaction.h"
#include "infrastructure/views/matched_columns.h"
#include "infrastructure/views/search_tables.h"

namespace orders::infrastructure {
namespace {

using application::SearchField;
using application::SearchHit;

// Newest first: the index's own order, backwards, so that it is walked no further than the page.
constexpr char kSearch[] =
    "SELECT s.number,s.order_id,s.customer_id,s.create_time,matched_columns(documents)"
    " FROM documents CROSS JOIN search_orders AS s ON s.number=documents.rowid"
    " WHERE documents MATCH ?1 AND documents.rowid<?2"
    " AND (?4='' OR s.customer_id=?4) ORDER BY documents.rowid DESC LIMIT ?3";

SearchHit ReadHit(const sqlite::Statement& row) {
  SearchHit hit{.order_id = {std::string(row.ColumnText(1))},
                .customer_id = {std::string(row.ColumnText(2))},
                .create_time = absl::FromUnixMicros(row.ColumnInt64(3)),
                .position = static_cast<std::uint64_t>(row.ColumnInt64(0))};
  const std::int64_t columns = row.ColumnInt64(4);
  for (std::size_t i = 0; i < application::kSearchFields.size(); ++i) {
    if ((columns >> i & 1) != 0) hit.matched.push_back(application::kSearchFields[i]);
  }
  return hit;
}

}  // namespace

SqliteSearchViews::SqliteSearchViews(const std::string& path, const ViewReaderOptions& options)
    : readers_(path, options.list_readers_max, options.cache_kib, AddMatchedColumns) {}

absl::StatusOr<std::vector<SearchHit>> SqliteSearchViews::Search(
    const std::vector<application::SearchTerm>& terms, const domain::CustomerId& customer,
    std::optional<std::uint64_t> before, int hits_max, absl::Time deadline) {
  absl::StatusOr<ReaderPool::Lease> database = readers_.Take(deadline);
  if (!database.ok()) return database.status();
  absl::StatusOr<sqlite::Transaction> snapshot =
      sqlite::Transaction::Begin(**database, sqlite::TransactionKind::kRead);
  if (!snapshot.ok()) return snapshot.status();
  const absl::StatusOr<std::int64_t> building =
      (*database)->QueryInt64("SELECT building FROM meta WHERE id=1");
  if (!building.ok()) return building.status();
  if (*building != 0) {
    return application::MakeRequestError(absl::StatusCode::kUnavailable,
                                         "the search's index is not made yet",
                                         {.reason = "NOT_YET_VISIBLE"});
  }
  absl::StatusOr<sqlite::Statement*> read = (*database)->PrepareCached(kSearch);
  if (!read.ok()) return read.status();
  sqlite::Statement& row = **read;
  const sqlite::ResetAtExit reset(row);
  row.BindText(1, MatchExpression(terms))
      .BindInt64(2, before.has_value() ? static_cast<std::int64_t>(*before)
                                       : std::numeric_limits<std::int64_t>::max())
      .BindInt64(3, hits_max)
      .BindText(4, customer.value);
  std::vector<SearchHit> hits;
  while (true) {
    const absl::StatusOr<bool> found = row.Step();
    if (!found.ok()) return found.status();
    if (!*found) return hits;
    hits.push_back(ReadHit(row));
  }
}

}  // namespace orders::infrastructure
