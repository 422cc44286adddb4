#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace orders::api {

/// An address as typed.
struct AddressArgument {
  std::string name;
  std::string line1;
  std::string line2;  ///< May be empty.
  std::string city;
  std::string region;  ///< May be empty.
  std::string postal_code;
  std::string country_code;
  bool operator==(const AddressArgument&) const = default;
};

/// "Name|Line 1|City|Postal code|Country", or with all parts
/// "Name|Line 1|Line 2|City|Region|Postal code|Country". Blanks around a part are dropped. Total
/// and pure; InvalidArgument else. Which parts may be empty is the service's to say.
absl::StatusOr<AddressArgument> ParseAddress(absl::string_view text);

}  // namespace orders::api
