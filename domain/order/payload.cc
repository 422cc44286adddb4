#include "domain/order/payload.h"

#include <cstdint>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

#include "domain/order/absl_view.h"

namespace orders::domain {

std::string EncodeTexts(const std::vector<std::string_view>& texts) {
  std::string encoded;
  for (const std::string_view text : texts) absl::StrAppend(&encoded, text.size(), ":", View(text));
  return encoded;
}

std::optional<std::vector<std::string>> DecodeTexts(std::string_view encoded) {
  std::vector<std::string> texts;
  while (!encoded.empty()) {
    const std::string_view::size_type colon = encoded.find(':');
    std::uint64_t size = 0;
    if (colon == std::string_view::npos ||
        !absl::SimpleAtoi(View(encoded.substr(0, colon)), &size)) {
      return std::nullopt;
    }
    encoded.remove_prefix(colon + 1);
    if (size > encoded.size()) return std::nullopt;
    texts.emplace_back(encoded.substr(0, size));
    encoded.remove_prefix(size);
  }
  return texts;
}

}  // namespace orders::domain
