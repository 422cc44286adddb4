#pragma once

#include <cstddef>
#include <string>

#include "application/ports/order_views.h"
#include "infrastructure/views/reader_pool.h"

namespace orders::infrastructure {

struct ViewReaderOptions {
  std::size_t point_readers_max = 4;  ///< Connections for look-ups by key.
  std::size_t list_readers_max = 4;   ///< Connections for lists, which take longer.
  int cache_kib = 1 << 10;            ///< Page cache of each.
};

/// Reads the orders' read model. A list that no index serves, such as one by status alone, walks
/// the index of its order and is ended at the deadline.
class SqliteOrderViews final : public application::OrderViews {
 public:
  SqliteOrderViews(const std::string& path, const ViewReaderOptions& options);
  absl::StatusOr<std::optional<application::OrderView>> Find(const domain::OrderId& order) override;
  absl::StatusOr<std::vector<application::OrderSummary>> List(
      const application::OrderListQuery& query, absl::Time deadline) override;

 private:
  ReaderPool points_;
  ReaderPool lists_;
};

/// Reads the customers' read model.
class SqliteCustomerViews final : public application::CustomerViews {
 public:
  SqliteCustomerViews(const std::string& path, const ViewReaderOptions& options);
  absl::StatusOr<std::optional<application::CustomerAnswer>> Find(
      const domain::CustomerId& customer,
      const std::optional<application::CustomerOrderCursor>& after, int rows_max,
      absl::Time deadline) override;

 private:
  ReaderPool readers_;
};

}  // namespace orders::infrastructure
