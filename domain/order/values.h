#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"

#include "domain/order/ids.h"
#include "domain/order/money.h"

namespace orders::domain {

/// Where something goes to. Country is ISO 3166-1 alpha-2.
struct Address {
  std::string name;
  std::string line1;
  std::string line2;
  std::string city;
  std::string region;
  std::string postal_code;
  std::string country;
  bool operator==(const Address&) const = default;
};

/// A line as a caller asks for it.
struct NewLine {
  Sku sku;
  std::string title;
  std::int64_t quantity = 0;
  Money unit_price;
  bool operator==(const NewLine&) const = default;
};

/// A line as the order holds it.
struct Line {
  LineId id;
  Sku sku;
  std::string title;
  std::int64_t quantity = 0;
  Amount unit_price;
  bool operator==(const Line&) const = default;
};

/// A discount or a tax: a rate, or else an amount.
struct RateOrAmount {
  std::optional<Rate> rate;
  Amount amount;  ///< Used when there is no rate.
  bool operator==(const RateOrAmount&) const = default;
};

struct Discount {
  DiscountCode code;
  RateOrAmount value;
  bool operator==(const Discount&) const = default;
};

/// Some units of one line.
struct LineQuantity {
  LineId line_id;
  std::int64_t quantity = 0;
  bool operator==(const LineQuantity&) const = default;
};

/// Some units of one line, with what they are worth: their share of the line's goods, discount, tax
/// and shipping.
struct LineValue {
  LineId line_id;
  std::int64_t quantity = 0;
  Amount value;
  bool operator==(const LineValue&) const = default;
};

/// goods - discount + tax + shipping = total, for a line and for the order.
struct Totals {
  Amount goods;
  Amount discount;
  Amount tax;
  Amount shipping;
  Amount total;
  bool operator==(const Totals&) const = default;
};

/// One line's part of each total.
struct LineTotals {
  LineId line_id;
  Totals totals;
  bool operator==(const LineTotals&) const = default;
};

enum class HoldKind { kFraud, kAddress, kStock, kPayment, kManual };

/// A time the caller states beside the server's: when it happened in the shop. Microseconds.
using BusinessTime = std::optional<absl::Time>;

}  // namespace orders::domain
