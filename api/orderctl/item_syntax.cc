#include "api/orderctl/item_syntax.h"

#include <limits>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

#include "api/orderctl/scalar_syntax.h"

namespace orders::api {
namespace {

constexpr std::int64_t kInt64Max = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kInt32Max = std::numeric_limits<std::int32_t>::max();

absl::Status ItemForm(absl::string_view what) {
  return absl::InvalidArgumentError(
      absl::StrCat("an item is SKU:QUANTITY:UNIT_PRICE_MINOR[:TITLE]: ", what));
}

/// Takes the sku and the colon after it off the front.
absl::StatusOr<std::string> TakeSku(absl::string_view& text) {
  std::string sku;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == ':') {
      if (sku.empty()) return ItemForm("the sku is empty");
      text.remove_prefix(i + 1);
      return sku;
    }
    if (text[i] == '\\') {
      const bool known = i + 1 < text.size() && (text[i + 1] == ':' || text[i + 1] == '\\');
      if (!known) return ItemForm("a backslash stands before a colon or a backslash only");
      ++i;
    }
    sku += text[i];
  }
  return ItemForm("no colon after the sku");
}

}  // namespace

absl::StatusOr<ItemArgument> ParseItem(absl::string_view text) {
  absl::StatusOr<std::string> checked = ParseText(text);
  if (!checked.ok()) return checked.status();

  absl::StatusOr<std::string> sku = TakeSku(text);
  if (!sku.ok()) return sku.status();

  const std::size_t second = text.find(':');
  if (second == absl::string_view::npos) return ItemForm("no colon after the quantity");
  const absl::StatusOr<std::int64_t> quantity = ParseInteger(text.substr(0, second), 1, kInt64Max);
  if (!quantity.ok()) return ItemForm(absl::StrCat("quantity ", quantity.status().message()));
  text.remove_prefix(second + 1);

  const std::size_t third = text.find(':');
  const absl::StatusOr<std::int64_t> price = ParseInteger(text.substr(0, third), 0, kInt64Max);
  if (!price.ok()) return ItemForm(absl::StrCat("unit price ", price.status().message()));

  const bool titled = third != absl::string_view::npos;
  return ItemArgument{.sku = *std::move(sku),
                      .quantity = *quantity,
                      .unit_price_minor = *price,
                      .title = titled ? std::string(text.substr(third + 1)) : ""};
}

std::string FormatItem(const ItemArgument& item) {
  std::string text;
  for (const char c : item.sku) {
    if (c == ':' || c == '\\') text += '\\';
    text += c;
  }
  absl::StrAppend(&text, ":", item.quantity, ":", item.unit_price_minor);
  if (!item.title.empty()) absl::StrAppend(&text, ":", item.title);
  return text;
}

absl::StatusOr<LineQuantityArgument> ParseLineQuantity(absl::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == absl::string_view::npos) {
    return absl::InvalidArgumentError("units of a line are LINE:QUANTITY, as in 1:2");
  }
  const absl::StatusOr<std::int64_t> line = ParseInteger(text.substr(0, colon), 1, kInt32Max);
  if (!line.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("LINE:QUANTITY: line ", line.status().message()));
  }
  const absl::StatusOr<std::int64_t> quantity = ParseInteger(text.substr(colon + 1), 1, kInt64Max);
  if (!quantity.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("LINE:QUANTITY: quantity ", quantity.status().message()));
  }
  return LineQuantityArgument{.line_id = static_cast<std::int32_t>(*line), .quantity = *quantity};
}

}  // namespace orders::api
