#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace orders::api {

/// A line as typed.
struct ItemArgument {
  std::string sku;
  std::int64_t quantity = 0;          ///< 1 or more.
  std::int64_t unit_price_minor = 0;  ///< 0 or more.
  std::string title;                  ///< May hold colons; may be empty.
  bool operator==(const ItemArgument&) const = default;
};

/// Units of a line as typed.
struct LineQuantityArgument {
  std::int32_t line_id = 0;   ///< 1 or more.
  std::int64_t quantity = 0;  ///< 1 or more.
  bool operator==(const LineQuantityArgument&) const = default;
};

/// "SKU:QUANTITY:UNIT_PRICE_MINOR[:TITLE]". A colon within the sku is written "\:", a backslash
/// "\\"; the title is all that follows the third colon, as it is. Total and pure: any bytes give an
/// item or InvalidArgument. What the service demands beyond the form is the service's to say.
absl::StatusOr<ItemArgument> ParseItem(absl::string_view text);

/// The form that ParseItem reads back as `item`.
std::string FormatItem(const ItemArgument& item);

/// "LINE:QUANTITY". InvalidArgument else.
absl::StatusOr<LineQuantityArgument> ParseLineQuantity(absl::string_view text);

}  // namespace orders::api
