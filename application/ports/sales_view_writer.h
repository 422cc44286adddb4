#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/civil_time.h"

#include "application/ports/view_writer.h"
#include "application/queries/sales_report.h"

namespace orders::application {

struct SalesLine {
  domain::LineId id;
  domain::Sku sku;
  std::int64_t quantity = 0;
  bool operator==(const SalesLine&) const = default;
};

/// What the sales' read model keeps of one order.
struct SalesOrderState {
  domain::OrderId order_id;
  domain::Currency currency;
  domain::OrderStatus status = domain::OrderStatus::kNone;
  std::vector<SalesLine> lines;
  std::uint64_t revision = 0;
  bool operator==(const SalesOrderState&) const = default;
};

/// What one event adds to a day's sales in one currency: of whole orders (no sku), or of a sku.
/// Adding commutes, so that the order in which orders' events arrive makes no difference.
struct SalesDelta {
  absl::CivilDay day;
  std::optional<std::string> sku;
  domain::Currency currency;
  SalesFigures change;
};

/// One row an order, one a day and currency, one a day, sku and currency.
class SalesViewWriter : public ViewWriter {
 public:
  /// As OrdersViewWriter::Load.
  virtual absl::StatusOr<std::optional<SalesOrderState>> Load(const domain::OrderId& order,
                                                              bool expect_new) = 0;
  virtual void Put(SalesOrderState state) = 0;
  virtual void Add(const SalesDelta& delta) = 0;
};

}  // namespace orders::application
