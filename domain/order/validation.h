#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"

#include "domain/order/commands.h"

namespace orders::domain {

inline constexpr int kLinesMax = 500;
inline constexpr std::int64_t kQuantityMax = 1'000'000;
inline constexpr int kDiscountsMax = 20;
/// Payments, refunds, shipments, returns: of each, in one order.
inline constexpr int kEntriesMax = 1'000;
inline constexpr int kNoteBytesMax = 4'000;
inline constexpr int kTextBytesMax =
    500;  ///< Titles, reasons, carriers, tracking codes, address parts.
inline constexpr int kViolationsMax = 50;  ///< Named in one answer.
/// How far a caller's business time may lie ahead of the server's.
inline constexpr absl::Duration kTimeAheadMax = absl::Minutes(5);

struct FieldViolation {
  std::string field;        ///< Path as in the API: "lines[1].quantity".
  std::string description;  ///< What to change.
};

// What no state of an order could make right. The patterns:
//   order id          [A-Za-z0-9_-]{1,64}
//   customer id       [A-Za-z0-9_.@-]{1,64}
//   sku               [A-Za-z0-9_.:/-]{1,64}, beginning with a letter or a digit
//   payment, refund, shipment and return ids, discount codes   [A-Za-z0-9_.:-]{1,64}
//   texts             UTF-8 without control characters (notes may hold newlines and tabs)
//   country           two upper-case letters
std::vector<FieldViolation> ValidateOrderId(const OrderId& id);
std::vector<FieldViolation> ValidateCustomerId(const CustomerId& id);
/// Field names are those of the API's request for the command.
std::vector<FieldViolation> Validate(const OrderCommand& command);

/// InvalidArgument with the violations as payload; Ok when there are none.
absl::Status ToStatus(const std::vector<FieldViolation>& violations);
/// Empty if `status` carries none.
std::vector<FieldViolation> GetFieldViolations(const absl::Status& status);

}  // namespace orders::domain
