#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"

namespace orders::domain {

/// An ISO 4217 code whose exponent is known. Default-constructed: none given.
class Currency {
 public:
  Currency() = default;
  /// Absent unless `code` is three upper-case letters of the table in money.cc.
  static std::optional<Currency> Parse(std::string_view code);

  bool IsNone() const { return code_[0] == '\0'; }
  std::string_view code() const { return {code_.data(), IsNone() ? 0U : code_.size()}; }
  /// Decimal digits of the minor unit: EUR 2, JPY 0, KWD 3.
  int exponent() const { return exponent_; }
  friend bool operator==(const Currency&, const Currency&) = default;

 private:
  std::array<char, 3> code_{};
  int exponent_ = 0;
};

/// A whole number of minor units of the order's currency.
struct Amount {
  std::int64_t minor = 0;
  friend auto operator<=>(const Amount&, const Amount&) = default;
};

/// An amount as a caller gives it. No currency means the order's own.
struct Money {
  Amount amount;
  Currency currency;
  friend bool operator==(const Money&, const Money&) = default;
};

/// Parts per million: 190,000 is 19 %. 1 to 1,000,000 for discounts, 0 to 10,000,000 for tax.
struct Rate {
  std::int32_t ppm = 0;
  friend auto operator<=>(const Rate&, const Rate&) = default;
};

/// The most an order, or any amount in it, may come to: sums over a million orders stay exact.
inline constexpr Amount kAmountMax{1'000'000'000'000};

// Checked arithmetic. Error of all: OutOfRange, the result is beyond +/- kAmountMax.
absl::StatusOr<Amount> Add(Amount a, Amount b);
absl::StatusOr<Amount> Subtract(Amount a, Amount b);
absl::StatusOr<Amount> Multiply(Amount unit, std::int64_t quantity);

/// `amount` * `rate`, rounded half to even. Both are not negative.
absl::StatusOr<Amount> ApplyRate(Amount amount, Rate rate);

/// `amount` * `part` / `whole`, rounded half to even; the whole of it when part == whole.
/// 0 <= part <= whole, 0 < whole, 0 <= amount <= kAmountMax.
Amount Share(Amount amount, std::int64_t part, std::int64_t whole);

/// Splits `total` by `weights` with the largest remainder (ties: the earlier one), so that the
/// parts sum to `total`. All weights 0: they count as equal. `weights` is not empty, none is
/// negative; 0 <= total <= kAmountMax.
std::vector<Amount> Spread(Amount total, absl::Span<const std::int64_t> weights);

/// "12.30 EUR", "1230 JPY"; for texts, never for arithmetic.
std::string FormatMoney(Amount amount, const Currency& currency);

}  // namespace orders::domain
