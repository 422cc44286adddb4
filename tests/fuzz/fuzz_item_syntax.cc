#include <string_view>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

#include "api/orderctl/address_syntax.h"
#include "api/orderctl/item_syntax.h"
#include "tests/fuzz/fuzz_target.h"

// The input: a word of orderctl's command line.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using orders::fuzz::Demand;
  namespace api = orders::api;

  const std::string_view bytes = orders::fuzz::AsText(data, size);
  const absl::string_view text(bytes.data(), bytes.size());
  if (const auto item = api::ParseItem(text); item.ok()) {
    Demand(item->quantity >= 1 && item->unit_price_minor >= 0, "quantity and price are in range");
    const auto again = api::ParseItem(api::FormatItem(*item));
    Demand(again.ok() && *again == *item, "an item's text reads back as the item");
  } else {
    Demand(item.status().code() == absl::StatusCode::kInvalidArgument,
           "a word that is no item is InvalidArgument");
  }
  if (const auto units = api::ParseLineQuantity(text); units.ok()) {
    Demand(units->line_id >= 1 && units->quantity >= 1, "line and quantity are in range");
  }
  if (const auto address = api::ParseAddress(text); !address.ok()) {
    Demand(address.status().code() == absl::StatusCode::kInvalidArgument,
           "a word that is no address is InvalidArgument");
  }
  return 0;
}
