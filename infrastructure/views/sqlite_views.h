#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"

#include "application/log_position.h"
#include "application/ports/order_views.h"
#include "application/ports/telemetry.h"
#include "application/ports/view_writer.h"
#include "infrastructure/views/sqlite_customers_view_writer.h"
#include "infrastructure/views/sqlite_order_views.h"
#include "infrastructure/views/sqlite_orders_view_writer.h"

namespace orders::infrastructure {

struct SqliteViewsOptions {
  /// Holds `orders-v1-g1.db`, `customers-v1-g1.db` and `views.json`, which names the live ones.
  /// Made if missing. Empty: a folder of its own under the system's temporary one, deleted at the
  /// end.
  std::string directory;
  std::string boot_id = ReadBootId();
  ViewReaderOptions readers;
  StateBufferOptions buffers;
};

/// All read models of one service: files, writers, readers. The writers are for one projection
/// each; the readers are thread-safe.
class SqliteViews {
 public:
  /// Errors: those of the file system and of SQLite; a file that cannot be used is no error, it is
  /// deleted and built anew, with a warning.
  static absl::StatusOr<std::unique_ptr<SqliteViews>> Open(const SqliteViewsOptions& options,
                                                           const application::StoreIdentity& store,
                                                           application::Telemetry& telemetry);
  /// Projections and queries have ended. Syncs and closes the files.
  ~SqliteViews();

  application::OrdersViewWriter& orders_writer() { return *orders_writer_; }
  application::CustomersViewWriter& customers_writer() { return *customers_writer_; }
  application::OrderViews& orders() { return *orders_; }
  application::CustomerViews& customers() { return *customers_; }
  const std::string& directory() const { return directory_; }

 private:
  SqliteViews() = default;

  std::string directory_;
  bool is_temporary_ = false;
  std::unique_ptr<application::OrdersViewWriter> orders_writer_;
  std::unique_ptr<application::CustomersViewWriter> customers_writer_;
  std::unique_ptr<application::OrderViews> orders_;
  std::unique_ptr<application::CustomerViews> customers_;
};

}  // namespace orders::infrastructure
