#include "application/queries/sales_report.h"

#include <string_view>

#include "absl/strings/str_cat.h"

#include "domain/order/validation.h"

namespace orders::application {
namespace {

constexpr std::size_t kSkuBytesMax = 64;

constexpr std::size_t kDayBytes = 10;

// Exactly as it is written out again, with a year of four digits: ParseCivilTime takes more.
std::optional<absl::CivilDay> ParseDay(const std::string& text) {
  absl::CivilDay day;
  if (text.size() != kDayBytes || text.front() == '-') return std::nullopt;
  if (!absl::ParseCivilTime(text, &day) || absl::FormatCivilTime(day) != text) return std::nullopt;
  return day;
}

bool IsSku(std::string_view text) {
  if (text.size() > kSkuBytesMax) return false;
  for (const char byte : text) {
    if (static_cast<unsigned char>(byte) <= ' ') return false;
  }
  return true;
}

}  // namespace

absl::StatusOr<SalesQuery> ParseSalesQuery(const SalesReportRequest& request) {
  std::vector<domain::FieldViolation> violations;
  const std::optional<absl::CivilDay> first = ParseDay(request.first_day);
  const std::optional<absl::CivilDay> last = ParseDay(request.last_day);
  constexpr char kNoDay[] = "must be a day like 2026-01-31";
  if (!first.has_value()) violations.push_back({.field = "first_day", .description = kNoDay});
  if (!last.has_value()) violations.push_back({.field = "last_day", .description = kNoDay});
  if (first.has_value() && last.has_value()) {
    if (*last < *first) {
      violations.push_back({.field = "last_day", .description = "must not be before first_day"});
    } else if (*last - *first >= kReportDaysMax) {
      violations.push_back(
          {.field = "last_day",
           .description = absl::StrCat("must be at most ", kReportDaysMax,
                                       " days, both counted, "
                                       "from first_day on: ask for a year at a time")});
    }
  }
  if (!IsSku(request.sku)) {
    violations.push_back(
        {.field = "sku",
         .description = absl::StrCat("must be a sku of at most ", kSkuBytesMax,
                                     " characters without blanks, or empty for all")});
  }
  if (!request.currency.empty() && !domain::Currency::Parse(request.currency).has_value()) {
    violations.push_back({.field = "currency_code",
                          .description = "must be an ISO 4217 code like EUR, or empty for all"});
  }
  if (!violations.empty()) return domain::ToStatus(violations);
  return SalesQuery{.first_day = *first,
                    .last_day = *last,
                    .sku = request.sku,
                    .currency = request.currency,
                    .grouping = request.grouping};
}

}  // namespace orders::application
