#include "infrastructure/views/sales_tables.h"

#include "absl/strings/str_cat.h"

#include "domain/order/absl_view.h"

namespace orders::infrastructure {
namespace {

constexpr absl::CivilDay kDayZero(1970, 1, 1);

std::string FigureColumns() {
  std::string columns;
  for (const std::string_view column : kSalesColumns) {
    absl::StrAppend(&columns, domain::View(column), " INTEGER NOT NULL, ");
  }
  return columns;
}

}  // namespace

ViewSchema SalesSchema() {
  const std::string figures = FigureColumns();
  return {.name = "sales",
          .version = 1,
          .tables =
              absl::StrCat("CREATE TABLE sales_orders("
                           " number INTEGER PRIMARY KEY, order_id TEXT NOT NULL UNIQUE,"
                           " currency TEXT NOT NULL, status INTEGER NOT NULL, lines BLOB NOT NULL,"
                           " revision INTEGER NOT NULL);"
                           "CREATE TABLE day_sales("
                           " day INTEGER NOT NULL, currency TEXT NOT NULL, ",
                           figures,
                           " PRIMARY KEY(day, currency)) WITHOUT ROWID;"
                           "CREATE TABLE sku_sales("
                           " day INTEGER NOT NULL, sku TEXT NOT NULL, currency TEXT NOT NULL, ",
                           figures, " PRIMARY KEY(day, sku, currency)) WITHOUT ROWID;"),
          .indexes = {"CREATE INDEX sku_sales_by_sku ON sku_sales(sku, day);"}};
}

std::array<std::int64_t*, kSalesColumns.size()> SalesCells(application::SalesFigures& figures) {
  return {&figures.orders,          &figures.units,           &figures.gross.minor,
          &figures.discount.minor,  &figures.tax.minor,       &figures.shipping.minor,
          &figures.cancelled_units, &figures.cancelled.minor, &figures.returned_units,
          &figures.returned.minor,  &figures.refunds.minor};
}

std::int64_t DayNumber(absl::CivilDay day) { return day - kDayZero; }
absl::CivilDay DayOfNumber(std::int64_t number) { return kDayZero + number; }

}  // namespace orders::infrastructure
