#include "infrastructure/views/sqlite_sales_views.h"

#include <cstdint>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "infrastructure/sqlite/statement.h"
#include "infrastructure/views/sales_tables.h"

namespace orders::infrastructure {
namespace {

using application::SalesGrouping;
using application::SalesQuery;
using application::SalesRow;

/// A statement and what its parameters are bound to, in their order. Values never become text.
struct Sql {
  std::string text;
  std::vector<std::variant<std::int64_t, std::string>> values;
};

// The key of the grouping, by which rows are sorted.
const char* KeyColumns(SalesGrouping grouping) {
  switch (grouping) {
    case SalesGrouping::kDay:
      return "day,currency";
    case SalesGrouping::kSku:
      return "sku,currency";
    case SalesGrouping::kCurrency:
      return "currency";
  }
  return "currency";
}

void AddCursor(const SalesQuery& query, Sql& sql) {
  switch (query.grouping) {
    case SalesGrouping::kDay:
      absl::StrAppend(&sql.text, " AND (day,currency)>(?,?)");
      sql.values.emplace_back(DayNumber(query.after->day));
      break;
    case SalesGrouping::kSku:
      absl::StrAppend(&sql.text, " AND (sku,currency)>(?,?)");
      sql.values.emplace_back(query.after->sku);
      break;
    case SalesGrouping::kCurrency:
      absl::StrAppend(&sql.text, " AND currency>?");
      break;
  }
  sql.values.emplace_back(query.after->currency);
}

Sql BuildSql(const SalesQuery& query) {
  const bool is_of_skus = query.IsOfSkus();
  std::vector<std::string> sums;
  for (const std::string_view column : kSalesColumns) {
    sums.push_back(absl::StrCat("sum(", std::string(column), ")"));
  }
  Sql sql{.text = absl::StrCat(
              "SELECT currency,", query.grouping == SalesGrouping::kDay ? "day" : "0", ",",
              query.grouping == SalesGrouping::kSku ? "sku" : "''", ",", absl::StrJoin(sums, ","),
              " FROM ", is_of_skus ? "sku_sales" : "day_sales", " WHERE day BETWEEN ? AND ?"),
          .values = {DayNumber(query.first_day), DayNumber(query.last_day)}};
  if (!query.sku.empty()) {
    absl::StrAppend(&sql.text, " AND sku=?");
    sql.values.emplace_back(query.sku);
  }
  if (!query.currency.empty()) {
    absl::StrAppend(&sql.text, " AND currency=?");
    sql.values.emplace_back(query.currency);
  }
  if (query.after.has_value()) AddCursor(query, sql);
  const char* const key = KeyColumns(query.grouping);
  absl::StrAppend(&sql.text, " GROUP BY ", key, " ORDER BY ", key, " LIMIT ?");
  sql.values.emplace_back(std::int64_t{query.rows_max});
  return sql;
}

SalesRow ReadRow(const sqlite::Statement& row, const SalesQuery& query) {
  SalesRow sales{
      .sku = query.grouping == SalesGrouping::kSku ? std::string(row.ColumnText(2)) : query.sku,
      .currency = domain::Currency::Parse(row.ColumnText(0)).value_or(domain::Currency())};
  if (query.grouping == SalesGrouping::kDay) sales.day = DayOfNumber(row.ColumnInt64(1));
  int index = 3;
  for (std::int64_t* const cell : SalesCells(sales.figures)) *cell = row.ColumnInt64(index++);
  return sales;
}

}  // namespace

SqliteSalesViews::SqliteSalesViews(const std::string& path, const ViewReaderOptions& options)
    : readers_(path, options.list_readers_max, options.cache_kib) {}

absl::StatusOr<std::vector<SalesRow>> SqliteSalesViews::Report(const SalesQuery& query,
                                                               absl::Time deadline) {
  const Sql sql = BuildSql(query);
  absl::StatusOr<ReaderPool::Lease> database = readers_.Take(deadline);
  if (!database.ok()) return database.status();
  absl::StatusOr<sqlite::Statement*> read = (*database)->PrepareCached(sql.text);
  if (!read.ok()) return read.status();
  sqlite::Statement& row = **read;
  const sqlite::ResetAtExit reset(row);
  for (std::size_t i = 0; i < sql.values.size(); ++i) {
    const int index = static_cast<int>(i) + 1;
    if (const auto* const number = std::get_if<std::int64_t>(&sql.values[i])) {
      row.BindInt64(index, *number);
    } else {
      row.BindText(index, std::get<std::string>(sql.values[i]));
    }
  }
  std::vector<SalesRow> rows;
  while (true) {
    const absl::StatusOr<bool> found = row.Step();
    if (!found.ok()) return found.status();
    if (!*found) return rows;
    rows.push_back(ReadRow(row, query));
  }
}

}  // namespace orders::infrastructure
