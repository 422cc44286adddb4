#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/time/civil_time.h"

#include "application/queries/sales_report.h"
#include "infrastructure/views/view_file.h"

namespace orders::infrastructure {

/// The tables of the sales' read model.
///
/// sales_orders: one row an order: what later events of it need. `lines` holds its lines' ids, skus
/// and quantities.
/// day_sales: one row a day and currency, of whole orders.
/// sku_sales: one row a day, sku and currency.
/// Both have a column for each of SalesFigures; amounts are minor units, a day is counted from
/// 1970-01-01.
ViewSchema SalesSchema();

/// The columns of SalesFigures, in the order of SalesCells.
inline constexpr std::array<std::string_view, 11> kSalesColumns{
    "orders",          "units",     "gross",          "discount", "tax",    "shipping",
    "cancelled_units", "cancelled", "returned_units", "returned", "refunds"};

/// The cells of `figures`, to be read or written.
std::array<std::int64_t*, kSalesColumns.size()> SalesCells(application::SalesFigures& figures);

std::int64_t DayNumber(absl::CivilDay day);
absl::CivilDay DayOfNumber(std::int64_t number);

}  // namespace orders::infrastructure
