#pragma once

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace orders::v1 {
class Money;
}

namespace orders::api {

/// Decimal digits of a currency's minor unit: 0 (JPY), 3 (KWD), 2 of all that are not listed.
int CurrencyExponent(absl::string_view currency_code);

/// 1230 EUR is "12.30 EUR", JPY "1230 JPY", KWD "1.230 KWD"; without a code, "1230".
std::string MoneyText(std::int64_t minor_units, absl::string_view currency_code);
std::string MoneyText(const v1::Money& money);

}  // namespace orders::api
