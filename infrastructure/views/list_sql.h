#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "application/ports/order_views.h"

namespace orders::infrastructure {

/// A statement and what its parameters are bound to, in their order. Values never become text.
struct ListSql {
  std::string text;
  std::vector<std::variant<std::int64_t, std::string>> values;
};

/// Selects the columns of a summary (SqliteOrderViews reads them) in the query's order.
ListSql BuildListSql(const application::OrderListQuery& query);

}  // namespace orders::infrastructure
