#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "application/log_position.h"
#include "application/ports/order_views.h"
#include "application/ports/read_model.h"
#include "application/ports/telemetry.h"
#include "application/queries/order_view_cache.h"
#include "infrastructure/views/scratch_read_models.h"
#include "infrastructure/views/served_views.h"
#include "infrastructure/views/sqlite_order_views.h"
#include "infrastructure/views/sqlite_orders_view_writer.h"
#include "infrastructure/views/sqlite_read_model.h"
#include "infrastructure/views/view_directory.h"

namespace orders::infrastructure {

struct SqliteViewsOptions {
  /// Holds `orders-v3-g1.db`, a file of each other read model, and `views.json`, which names the
  /// live ones. Made if missing. Empty: a folder of its own under the system's temporary one,
  /// deleted at the end.
  std::string directory;
  std::string boot_id = ReadBootId();
  ViewReaderOptions readers;
  StateBufferOptions buffers;
  /// Of the disk: read models of the past, which are made on demand, leave it to others.
  std::uint64_t free_bytes_min = 0;
};

/// All read models of one service: files, projections, readers. The readers are thread-safe.
class SqliteViews {
 public:
  /// `cache` is kept in step with the orders' read model; it and `telemetry` outlive this. Errors:
  /// those of the file system and of SQLite; a file that cannot be used is no error, it is deleted
  /// and built anew, with a warning.
  static absl::StatusOr<std::unique_ptr<SqliteViews>> Open(const SqliteViewsOptions& options,
                                                           const application::StoreIdentity& store,
                                                           application::OrderViewCache& cache,
                                                           application::Telemetry& telemetry);
  /// Projections and queries have ended. Syncs and closes the files.
  ~SqliteViews();

  application::ReadModel& orders_model() { return *orders_model_; }
  application::ReadModel& customers_model() { return *customers_model_; }
  application::ReadModel& sales_model() { return *sales_model_; }
  application::ReadModel& search_model() { return *search_model_; }
  application::ScratchReadModels& past_models() { return *past_models_; }
  application::OrderViews& orders() { return orders_; }
  application::CustomerViews& customers() { return customers_; }
  application::SalesViews& sales() { return sales_; }
  application::SearchViews& search() { return search_; }
  const std::string& directory() const { return path_; }

 private:
  SqliteViews() = default;

  std::string path_;
  bool is_temporary_ = false;
  std::unique_ptr<ViewDirectory> directory_;
  ServedOrderViews orders_;
  ServedCustomerViews customers_;
  ServedSalesViews sales_;
  ServedSearchViews search_;
  std::unique_ptr<SqliteReadModel> orders_model_;
  std::unique_ptr<SqliteReadModel> customers_model_;
  std::unique_ptr<SqliteReadModel> sales_model_;
  std::unique_ptr<SqliteReadModel> search_model_;
  std::unique_ptr<SqliteScratchReadModels> past_models_;
};

}  // namespace orders::infrastructure
