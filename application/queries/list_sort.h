#pragma once

#include <string_view>

#include "absl/status/statusor.h"

namespace orders::application {

enum class SortField { kCreateTime, kUpdateTime, kTotal, kOrderId };

/// What a list is sorted by; the order id, in the same direction, breaks ties.
struct OrderSort {
  SortField field = SortField::kCreateTime;
  bool descending = true;
  bool operator==(const OrderSort&) const = default;
};

/// `order_by`: one of create_time, update_time, total, order_id, then "asc" (the default) or
/// "desc". Empty: "create_time desc". Error: InvalidArgument with a violation of "order_by".
absl::StatusOr<OrderSort> ParseOrderSort(std::string_view text);

}  // namespace orders::application
