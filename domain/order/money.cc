#include "domain/order/money.h"

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <numeric>
#include <utility>

#include "absl/numeric/int128.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

#include "domain/order/absl_view.h"

namespace orders::domain {
namespace {

constexpr std::int64_t kPpm = 1'000'000;
constexpr std::size_t kCodeSize = 3;

// Codes without a separator, sorted: "BIFCLP" is BIF and CLP. Funds, metals and test codes, which
// have no exponent, are left out on purpose.
constexpr std::string_view kExponent0 = "BIFCLPDJFGNFISKJPYKMFKRWPYGRWFUGXUYIVNDVUVXAFXOFXPF";
constexpr std::string_view kExponent2 =
    "AEDAFNALLAMDANGAOAARSAUDAWGAZNBAMBBDBDTBGNBMDBNDBOBBRLBSDBTNBWPBYNBZDCADCDFCHFCNYCOPCRCCUPCVE"
    "CZKDKKDOPDZDEGPERNETBEURFJDFKPGBPGELGHSGIPGMDGTQGYDHKDHNLHTGHUFIDRILSINRIRRJMDKESKGSKHRKPWKYD"
    "KZTLAKLBPLKRLRDLSLMADMDLMGAMKDMMKMNTMOPMRUMURMVRMWKMXNMYRMZNNADNGNNIONOKNPRNZDPABPENPGKPHPPKR"
    "PLNQARRONRSDRUBSARSBDSCRSDGSEKSGDSHPSLESOSSRDSSPSTNSVCSYPSZLTHBTJSTMTTOPTRYTTDTWDTZSUAHUSDUYU"
    "UZSVESWSTXCDYERZARZMWZWG";
constexpr std::string_view kExponent3 = "BHDIQDJODKWDLYDOMRTND";
constexpr std::string_view kExponent4 = "CLFUYW";

constexpr bool IsSorted(std::string_view codes) {
  if (codes.size() % kCodeSize != 0) return false;
  for (std::size_t at = kCodeSize; at < codes.size(); at += kCodeSize) {
    if (codes.substr(at - kCodeSize, kCodeSize) >= codes.substr(at, kCodeSize)) return false;
  }
  return true;
}
static_assert(IsSorted(kExponent0) && IsSorted(kExponent2) && IsSorted(kExponent3) &&
              IsSorted(kExponent4));

bool Lists(std::string_view codes, std::string_view code) {
  for (std::size_t at = 0; at < codes.size(); at += kCodeSize) {
    if (codes.substr(at, kCodeSize) == code) return true;
  }
  return false;
}

std::optional<int> ExponentOf(std::string_view code) {
  if (Lists(kExponent2, code)) return 2;
  if (Lists(kExponent0, code)) return 0;
  if (Lists(kExponent3, code)) return 3;
  if (Lists(kExponent4, code)) return 4;
  return std::nullopt;
}

absl::StatusOr<Amount> InRange(absl::int128 minor) {
  if (minor > kAmountMax.minor || minor < -kAmountMax.minor) {
    return absl::OutOfRangeError(
        absl::StrCat("an amount is beyond ", kAmountMax.minor, " minor units"));
  }
  return Amount{static_cast<std::int64_t>(minor)};
}

// dividend / divisor, rounded half to even. 0 <= dividend, 0 < divisor.
absl::int128 DivideHalfEven(absl::int128 dividend, absl::int128 divisor) {
  const absl::int128 quotient = dividend / divisor;
  const absl::int128 rest = dividend % divisor;
  const absl::int128 other_half = divisor - rest;
  const bool is_odd = quotient % 2 != 0;
  return rest > other_half || (rest == other_half && is_odd) ? quotient + 1 : quotient;
}

}  // namespace

std::optional<Currency> Currency::Parse(std::string_view code) {
  if (code.size() != kCodeSize) return std::nullopt;
  const std::optional<int> exponent = ExponentOf(code);
  if (!exponent.has_value()) return std::nullopt;
  Currency currency;
  std::copy(code.begin(), code.end(), currency.code_.begin());
  currency.exponent_ = *exponent;
  return currency;
}

absl::StatusOr<Amount> Add(Amount a, Amount b) { return InRange(absl::int128(a.minor) + b.minor); }

absl::StatusOr<Amount> Subtract(Amount a, Amount b) {
  return InRange(absl::int128(a.minor) - b.minor);
}

absl::StatusOr<Amount> Multiply(Amount unit, std::int64_t quantity) {
  return InRange(absl::int128(unit.minor) * quantity);
}

absl::StatusOr<Amount> ApplyRate(Amount amount, Rate rate) {
  if (amount.minor < 0 || rate.ppm < 0) {
    return absl::OutOfRangeError("neither an amount nor its rate may be negative");
  }
  return InRange(DivideHalfEven(absl::int128(amount.minor) * rate.ppm, kPpm));
}

Amount Share(Amount amount, std::int64_t part, std::int64_t whole) {
  assert(amount.minor >= 0 && part >= 0 && whole > 0 && part <= whole);
  return Amount{
      static_cast<std::int64_t>(DivideHalfEven(absl::int128(amount.minor) * part, whole))};
}

std::vector<Amount> Spread(Amount total, absl::Span<const std::int64_t> weights) {
  assert(!weights.empty() && total.minor >= 0);
  const absl::int128 weights_sum =
      std::accumulate(weights.begin(), weights.end(), absl::int128(0),
                      [](absl::int128 sum, std::int64_t weight) { return sum + weight; });
  const bool all_equal = weights_sum == 0;
  const absl::int128 whole = all_equal ? absl::int128(weights.size()) : weights_sum;

  std::vector<Amount> parts(weights.size());
  std::vector<std::pair<absl::int128, std::size_t>> rests;
  rests.reserve(weights.size());
  std::int64_t left = total.minor;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    assert(weights[i] >= 0);
    const absl::int128 exact =
        absl::int128(total.minor) * (all_equal ? absl::int128(1) : absl::int128(weights[i]));
    parts[i].minor = static_cast<std::int64_t>(exact / whole);
    left -= parts[i].minor;
    rests.emplace_back(exact % whole, i);
  }
  // What is left is less than the number of parts with a rest, so no part gets more than one unit,
  // and none gets one that had no rest.
  std::stable_sort(rests.begin(), rests.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  for (std::size_t i = 0; left > 0; ++i, --left) ++parts[rests[i].second].minor;
  return parts;
}

std::string FormatMoney(Amount amount, const Currency& currency) {
  const bool negative = amount.minor < 0;
  // As unsigned: the least int64 has no positive counterpart.
  const std::uint64_t minor = negative ? 0 - static_cast<std::uint64_t>(amount.minor)
                                       : static_cast<std::uint64_t>(amount.minor);
  std::uint64_t unit = 1;
  for (int digit = 0; digit < currency.exponent(); ++digit) unit *= 10;
  std::string text = absl::StrCat(negative ? "-" : "", minor / unit);
  if (unit > 1) absl::StrAppendFormat(&text, ".%0*d", currency.exponent(), minor % unit);
  if (!currency.IsNone()) absl::StrAppend(&text, " ", View(currency.code()));
  return text;
}

}  // namespace orders::domain
