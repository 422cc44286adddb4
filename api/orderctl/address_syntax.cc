#include "api/orderctl/address_syntax.h"

#include <vector>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

#include "api/orderctl/scalar_syntax.h"

namespace orders::api {
namespace {

constexpr std::size_t kShortParts = 5;
constexpr std::size_t kAllParts = 7;

}  // namespace

absl::StatusOr<AddressArgument> ParseAddress(absl::string_view text) {
  absl::StatusOr<std::string> checked = ParseText(text);
  if (!checked.ok()) return checked.status();

  std::vector<std::string> parts = absl::StrSplit(text, '|');
  for (std::string& part : parts) absl::StripAsciiWhitespace(&part);
  if (parts.size() == kShortParts) {
    return AddressArgument{.name = parts[0],
                           .line1 = parts[1],
                           .line2 = "",
                           .city = parts[2],
                           .region = "",
                           .postal_code = parts[3],
                           .country_code = parts[4]};
  }
  if (parts.size() == kAllParts) {
    return AddressArgument{.name = parts[0],
                           .line1 = parts[1],
                           .line2 = parts[2],
                           .city = parts[3],
                           .region = parts[4],
                           .postal_code = parts[5],
                           .country_code = parts[6]};
  }
  return absl::InvalidArgumentError(
      absl::StrCat("an address is 'Name|Line 1|City|Postal code|Country' or "
                   "'Name|Line 1|Line 2|City|Region|Postal code|Country', not ",
                   parts.size(), " parts"));
}

}  // namespace orders::api
