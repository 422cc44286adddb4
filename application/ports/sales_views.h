#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "application/queries/sales_report.h"

namespace orders::application {

/// The reading side of the sales' read model; as OrderViews.
class SalesViews {
 public:
  virtual ~SalesViews() = default;
  /// At most `query.rows_max` rows, by day, sku and currency as far as the grouping has them.
  virtual absl::StatusOr<std::vector<SalesRow>> Report(const SalesQuery& query,
                                                       absl::Time deadline) = 0;
};

}  // namespace orders::application
