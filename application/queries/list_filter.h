#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "application/queries/work_list.h"
#include "domain/order/order.h"

namespace orders::application {

// A list's `filter`: the part of AIP-160 that indexes and columns can answer.
//
//   filter     = [ comparison { "AND" comparison } ]
//   comparison = field operator value
//   field      = "customer_id" | "status" | "payment" | "fulfilment" | "held" | "sku" | "currency"
//              | "create_time" | "update_time" | "total" | "work"
//   operator   = "=" | "!=" | "<" | "<=" | ">" | ">=" | ":"
//   value      = word | '"' { character | '\"' | '\\' } '"'
//
//   customer_id, currency      =            text, as it stands in the order
//   status, payment, fulfilment  =  !=      names as in the API: status = CONFIRMED
//   held                       =            true or false
//   sku                        =  :         an order with a line of exactly that sku
//   create_time, update_time   <  <=  >  >=   RFC 3339, quoted: "2026-01-31T12:00:00Z"
//   total                      <  <=  >  >=  =   minor units, a whole number
//   work                       =            a work list: TO_CONFIRM, TO_SHIP, PAYMENT_FAILED, ...
//
// Blanks separate, and may stand around operators. A word is made of letters, digits and
// _ - . @ : / + and ends before a blank or an operator. "AND" is in upper case. No OR, no NOT, no
// brackets: what they would select is asked for with another list.

inline constexpr std::size_t kFilterBytesMax = 2'048;
inline constexpr std::size_t kFilterTermsMax = 16;

enum class FilterField {
  kCustomerId,
  kStatus,
  kPayment,
  kFulfilment,
  kHeld,
  kSku,
  kCurrency,
  kCreateTime,
  kUpdateTime,
  kTotal,
  kWork,
};
enum class FilterOperator { kEqual, kNotEqual, kLess, kLessOrEqual, kGreater, kGreaterOrEqual };

/// The alternative follows from the field: text for customer_id, sku and currency; held is bool;
/// total is in minor units.
using FilterValue = std::variant<std::string, bool, std::int64_t, absl::Time, domain::OrderStatus,
                                 domain::PaymentStatus, domain::FulfilmentStatus, WorkList>;

struct FilterTerm {
  FilterField field = FilterField::kStatus;
  FilterOperator op = FilterOperator::kEqual;
  FilterValue value;
  bool operator==(const FilterTerm&) const = default;
};

/// All of its terms hold; none: everything matches.
struct OrderFilter {
  std::vector<FilterTerm> terms;
  bool operator==(const OrderFilter&) const = default;
};

/// Error: InvalidArgument with a violation of the field "filter", which says at which byte it
/// stopped and what was expected there.
absl::StatusOr<OrderFilter> ParseOrderFilter(std::string_view text);

}  // namespace orders::application
