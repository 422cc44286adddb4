#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "application/order_view.h"
#include "application/queries/list_filter.h"
#include "application/queries/list_sort.h"
#include "application/queries/order_query_handler.h"

namespace orders::application {

/// Where a page ended: the values that its last row was sorted by.
struct OrderListCursor {
  std::int64_t sort_value = 0;  ///< Microseconds or minor units; unused when sorted by order id.
  domain::OrderId order_id;
};
struct OrderListQuery {
  OrderFilter filter;
  OrderSort sort;
  bool active_only = false;
  std::optional<OrderListCursor> after;  ///< Rows beyond it, in the order of `sort`.
  int rows_max = 0;
};

struct CustomerOrderCursor {
  absl::Time create_time;
  domain::OrderId order_id;
};

/// The reading side of the orders' read model. Thread-safe, blocks on disk; a read sees one
/// commit of the projection, whole. Errors of all: DeadlineExceeded, the deadline has passed;
/// DataLoss, the file is damaged; Unavailable.
class OrderViews {
 public:
  virtual ~OrderViews() = default;
  /// Absent: no such order.
  virtual absl::StatusOr<std::optional<OrderView>> Find(const domain::OrderId& order) = 0;
  virtual absl::StatusOr<std::vector<OrderSummary>> List(const OrderListQuery& query,
                                                         absl::Time deadline) = 0;
};

/// The reading side of the customers' read model; as OrderViews.
class CustomerViews {
 public:
  virtual ~CustomerViews() = default;
  /// Totals, times, and at most `rows_max` orders, newest first, beyond `after`. Absent: the
  /// customer has no order.
  virtual absl::StatusOr<std::optional<CustomerAnswer>> Find(
      const domain::CustomerId& customer, const std::optional<CustomerOrderCursor>& after,
      int rows_max, absl::Time deadline) = 0;
};

}  // namespace orders::application
