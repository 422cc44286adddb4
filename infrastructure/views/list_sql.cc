#include "infrastructure/views/list_sql.h"

#include <string_view>
#include <type_traits>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "infrastructure/views/orders_tables.h"

namespace orders::infrastructure {
namespace {

using application::FilterField;
using application::FilterOperator;
using application::FilterTerm;
using application::FilterValue;
using application::SortField;

const char* Column(FilterField field) {
  switch (field) {
    case FilterField::kCustomerId:
      return "customer_id";
    case FilterField::kStatus:
      return "status";
    case FilterField::kPayment:
      return "payment";
    case FilterField::kFulfilment:
      return "fulfilment";
    case FilterField::kHeld:
      return "held";
    case FilterField::kSku:
      return "sku";
    case FilterField::kCurrency:
      return "currency";
    case FilterField::kCreateTime:
      return "create_time";
    case FilterField::kUpdateTime:
      return "update_time";
    case FilterField::kTotal:
      return "total";
    case FilterField::kWork:
      return "work";
  }
  return "";
}

const char* Operator(FilterOperator op) {
  switch (op) {
    case FilterOperator::kEqual:
      return "=";
    case FilterOperator::kNotEqual:
      return "<>";
    case FilterOperator::kLess:
      return "<";
    case FilterOperator::kLessOrEqual:
      return "<=";
    case FilterOperator::kGreater:
      return ">";
    case FilterOperator::kGreaterOrEqual:
      return ">=";
  }
  return "=";
}

const char* Column(SortField field) {
  switch (field) {
    case SortField::kCreateTime:
      return "create_time";
    case SortField::kUpdateTime:
      return "update_time";
    case SortField::kTotal:
      return "total";
    case SortField::kOrderId:
      return "order_id";
  }
  return "order_id";
}

// Rows have whole microseconds. A time between two of them is compared as such: t < 1.5 and
// t <= 1.5 are t < 2 and t <= 1; t >= 1.5 and t > 1.5 are t >= 2 and t > 1.
std::int64_t Micros(absl::Time time, FilterOperator op) {
  const std::int64_t floor = absl::ToUnixMicros(time);
  const bool is_whole = absl::FromUnixMicros(floor) == time;
  const bool rounds_up = op == FilterOperator::kLess || op == FilterOperator::kGreaterOrEqual;
  return is_whole || !rounds_up ? floor : floor + 1;
}

std::variant<std::int64_t, std::string> Bound(const FilterTerm& term) {
  return std::visit(
      [&](const auto& value) -> std::variant<std::int64_t, std::string> {
        using Value = std::decay_t<decltype(value)>;
        if constexpr (std::is_same_v<Value, std::string>) {
          return value;
        } else if constexpr (std::is_same_v<Value, absl::Time>) {
          return Micros(value, term.op);
        } else {
          return static_cast<std::int64_t>(value);
        }
      },
      term.value);
}

}  // namespace

ListSql BuildListSql(const application::OrderListQuery& query) {
  ListSql sql;
  std::vector<std::string> conditions;
  if (query.active_only) conditions.emplace_back("active=1");
  for (const FilterTerm& term : query.filter.terms) {
    if (term.field == FilterField::kSku) {
      conditions.emplace_back("number IN (SELECT number FROM order_skus WHERE sku=?)");
    } else if (term.field == FilterField::kWork) {
      conditions.push_back(OnWorkList(std::get<application::WorkList>(term.value)));
      continue;  // Nothing to bind.
    } else {
      conditions.push_back(absl::StrCat(Column(term.field), Operator(term.op), "?"));
    }
    sql.values.push_back(Bound(term));
  }
  const char* const direction = query.sort.descending ? " DESC" : " ASC";
  const char* const beyond = query.sort.descending ? "<" : ">";
  const bool by_order_id = query.sort.field == SortField::kOrderId;
  if (query.after.has_value()) {
    if (by_order_id) {
      conditions.push_back(absl::StrCat("order_id", beyond, "?"));
    } else {
      conditions.push_back(
          absl::StrCat("(", Column(query.sort.field), ",order_id)", beyond, "(?,?)"));
      sql.values.emplace_back(query.after->sort_value);
    }
    sql.values.emplace_back(query.after->order_id.value);
  }
  sql.text =
      "SELECT order_id,customer_id,status,payment,fulfilment,held,currency,total,line_count,"
      "revision,create_time,update_time FROM orders";
  if (!conditions.empty()) {
    absl::StrAppend(&sql.text, " WHERE ", absl::StrJoin(conditions, " AND "));
  }
  absl::StrAppend(&sql.text, " ORDER BY ");
  if (!by_order_id) absl::StrAppend(&sql.text, Column(query.sort.field), direction, ",");
  absl::StrAppend(&sql.text, "order_id", direction, " LIMIT ?");
  sql.values.emplace_back(std::int64_t{query.rows_max});
  return sql;
}

}  // namespace orders::infrastructure
