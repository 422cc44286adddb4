#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"

#include "domain/order/order.h"

namespace orders::application {

struct PastView;

/// Days that one report may span, both ends counted: a leap year.
inline constexpr int kReportDaysMax = 366;

/// What was sold, each on the day of the event that says so: a day's figures never change because
/// of what happens to its orders later. Everything only adds up; amounts are of one currency.
struct SalesFigures {
  std::int64_t orders = 0;  ///< Confirmed. Of a sku: those with a line of it.
  std::int64_t units = 0;   ///< In them.
  domain::Amount gross;     ///< Their goods, before discounts.
  domain::Amount discount;
  domain::Amount tax;
  domain::Amount shipping;
  std::int64_t cancelled_units = 0;
  domain::Amount
      cancelled;  ///< What those were worth: their part of goods, discount, tax, shipping.
  std::int64_t returned_units = 0;
  domain::Amount returned;
  domain::Amount refunds;  ///< Paid back. Of whole orders alone: a refund is of no line.
  bool operator==(const SalesFigures&) const = default;
};

/// Rows are always of one currency each: amounts of two do not add up.
enum class SalesGrouping {
  kDay,
  kSku,
  kCurrency,
};

/// As a caller asks for it.
struct SalesReportRequest {
  std::string first_day;  ///< "2026-01-31", UTC.
  std::string last_day;   ///< Included.
  std::string sku;        ///< Empty: all.
  std::string currency;   ///< Empty: all.
  SalesGrouping grouping = SalesGrouping::kDay;
  int page_size = 0;
  std::string page_token;
  std::shared_ptr<const PastView> past;  ///< As it was; null: as it is.
};

/// Where a page ended: the key of its last row. Only what the grouping sorts by counts.
struct SalesCursor {
  absl::CivilDay day;
  std::string sku;
  std::string currency;
};

/// As the read model is asked.
struct SalesQuery {
  absl::CivilDay first_day;
  absl::CivilDay last_day;
  std::string sku;
  std::string currency;
  SalesGrouping grouping = SalesGrouping::kDay;
  std::optional<SalesCursor> after;
  int rows_max = 0;

  /// Whole orders have refunds, parts of them have none.
  bool IsOfSkus() const { return grouping == SalesGrouping::kSku || !sku.empty(); }
};

struct SalesRow {
  std::optional<absl::CivilDay> day;  ///< Of SalesGrouping::kDay.
  std::string sku;                    ///< Of SalesGrouping::kSku, or the one that was asked for.
  domain::Currency currency;
  SalesFigures figures;
};

struct SalesReportAnswer {
  std::vector<SalesRow> rows;  ///< By day, sku, currency: as far as the grouping has them.
  bool has_refunds = false;
  std::string next_page_token;
};

/// All but page size and token. Error: InvalidArgument with a violation for each field that is
/// wrong: first_day, last_day (no day, before the first, more than kReportDaysMax), sku, currency.
absl::StatusOr<SalesQuery> ParseSalesQuery(const SalesReportRequest& request);

}  // namespace orders::application
