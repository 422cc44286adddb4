#include "api/orderctl/money_text.h"

#include <algorithm>
#include <array>

#include "absl/strings/str_cat.h"

#include "api/orderctl/utf8.h"
#include "orders/v1/types.pb.h"

namespace orders::api {
namespace {

constexpr std::array<absl::string_view, 16> kWithoutMinorUnit = {
    "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW",
    "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"};
constexpr std::array<absl::string_view, 7> kThousandths = {"BHD", "IQD", "JOD", "KWD",
                                                           "LYD", "OMR", "TND"};

template <typename Codes>
bool Contains(const Codes& codes, absl::string_view code) {
  return std::find(codes.begin(), codes.end(), code) != codes.end();
}

}  // namespace

int CurrencyExponent(absl::string_view currency_code) {
  if (Contains(kWithoutMinorUnit, currency_code)) return 0;
  if (Contains(kThousandths, currency_code)) return 3;
  return 2;
}

std::string MoneyText(std::int64_t minor_units, absl::string_view currency_code) {
  if (currency_code.empty()) return absl::StrCat(minor_units);
  const auto exponent = static_cast<std::size_t>(CurrencyExponent(currency_code));
  // Unsigned: the smallest int64 has no positive counterpart.
  const auto bits = static_cast<std::uint64_t>(minor_units);
  std::string digits = absl::StrCat(minor_units < 0 ? std::uint64_t{0} - bits : bits);
  if (digits.size() <= exponent) digits = std::string(exponent + 1 - digits.size(), '0') + digits;
  const absl::string_view all = digits;
  const absl::string_view whole = all.substr(0, all.size() - exponent);
  return absl::StrCat(minor_units < 0 ? "-" : "", whole, exponent > 0 ? "." : "",
                      all.substr(whole.size()), " ", Printable(currency_code));
}

std::string MoneyText(const v1::Money& money) {
  return MoneyText(money.minor_units(), money.currency_code());
}

}  // namespace orders::api
