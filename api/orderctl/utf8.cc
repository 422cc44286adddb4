#include "api/orderctl/utf8.h"

#include <cstdint>

namespace orders::api {
namespace {

constexpr char32_t kInvalid = 0xFFFFFFFF;

/// Takes one character off the front; kInvalid and one byte when it is no UTF-8.
char32_t TakeCharacter(absl::string_view& text) {
  const auto byte_at = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t first = byte_at(0);
  std::size_t length = 1;
  char32_t value = first;
  char32_t smallest = 0;
  if (first >= 0xF0 && first <= 0xF4) {
    length = 4, value = first & 0x07U, smallest = 0x10000;
  } else if (first >= 0xE0 && first < 0xF0) {
    length = 3, value = first & 0x0FU, smallest = 0x800;
  } else if (first >= 0xC2 && first < 0xE0) {
    length = 2, value = first & 0x1FU, smallest = 0x80;
  } else if (first >= 0x80) {
    text.remove_prefix(1);
    return kInvalid;
  }
  bool valid = length <= text.size();
  for (std::size_t i = 1; valid && i < length; ++i) {
    valid = (byte_at(i) & 0xC0U) == 0x80U;
    value = (value << 6U) | (byte_at(i) & 0x3FU);
  }
  const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
  if (!valid || value < smallest || surrogate || value > 0x10FFFF) {
    text.remove_prefix(1);
    return kInvalid;
  }
  text.remove_prefix(length);
  return value;
}

bool Between(char32_t value, char32_t first, char32_t last) {
  return value >= first && value <= last;
}

bool IsControl(char32_t value) { return value < 0x20 || Between(value, 0x7F, 0x9F); }

bool Reorders(char32_t value) {
  return Between(value, 0x200E, 0x200F) || Between(value, 0x2028, 0x202E) ||
         Between(value, 0x2066, 0x2069);
}

int WidthOf(char32_t value) {
  if (Between(value, 0x0300, 0x036F) || Between(value, 0x200B, 0x200D) ||
      Between(value, 0xFE00, 0xFE0F)) {
    return 0;
  }
  const bool wide = Between(value, 0x1100, 0x115F) || Between(value, 0x2E80, 0xA4CF) ||
                    Between(value, 0xAC00, 0xD7A3) || Between(value, 0xF900, 0xFAFF) ||
                    Between(value, 0xFE30, 0xFE6F) || Between(value, 0xFF00, 0xFF60) ||
                    Between(value, 0xFFE0, 0xFFE6) || Between(value, 0x1F300, 0x1F64F) ||
                    Between(value, 0x1F900, 0x1F9FF) || Between(value, 0x20000, 0x3FFFD);
  return wide ? 2 : 1;
}

}  // namespace

bool IsValidUtf8(absl::string_view text) {
  while (!text.empty()) {
    if (TakeCharacter(text) == kInvalid) return false;
  }
  return true;
}

std::string Printable(absl::string_view text) {
  std::string shown;
  shown.reserve(text.size());
  while (!text.empty()) {
    const absl::string_view before = text;
    const char32_t value = TakeCharacter(text);
    if (value == kInvalid || IsControl(value) || Reorders(value)) {
      shown += '?';
    } else {
      shown.append(before.data(), before.size() - text.size());
    }
  }
  return shown;
}

std::size_t DisplayWidth(absl::string_view text) {
  std::size_t width = 0;
  while (!text.empty()) width += static_cast<std::size_t>(WidthOf(TakeCharacter(text)));
  return width;
}

}  // namespace orders::api
