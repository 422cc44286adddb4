#pragma once

#include <string>
#include <vector>

#include "application/ports/sales_views.h"
#include "infrastructure/views/reader_pool.h"
#include "infrastructure/views/sqlite_order_views.h"

namespace orders::infrastructure {

/// Reads the sales' read model. A report by sku walks every row of its days, and is ended at the
/// deadline; the others read few rows a day, or those of one sku.
class SqliteSalesViews final : public application::SalesViews {
 public:
  SqliteSalesViews(const std::string& path, const ViewReaderOptions& options);
  absl::StatusOr<std::vector<application::SalesRow>> Report(const application::SalesQuery& query,
                                                            absl::Time deadline) override;

 private:
  ReaderPool readers_;
};

}  // namespace orders::infrastructure
