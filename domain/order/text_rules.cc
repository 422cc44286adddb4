#include "domain/order/text_rules.h"

#include <cstdint>

namespace orders::domain {
namespace {

// One code point of UTF-8; `size` 0 if there is none at the beginning of `text`.
struct CodePoint {
  std::uint32_t value = 0;
  std::size_t size = 0;
};

CodePoint Decode(std::string_view text) {
  const auto byte = [&](std::size_t i) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(text[i]));
  };
  const std::uint32_t lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  // Least value of each length: a smaller one is overlong, another spelling of a shorter form.
  std::size_t size = 0;
  std::uint32_t value = 0;
  std::uint32_t least = 0;
  if ((lead & 0xE0U) == 0xC0) {
    size = 2, value = lead & 0x1FU, least = 0x80;
  } else if ((lead & 0xF0U) == 0xE0) {
    size = 3, value = lead & 0x0FU, least = 0x800;
  } else if ((lead & 0xF8U) == 0xF0) {
    size = 4, value = lead & 0x07U, least = 0x10000;
  } else {
    return {};
  }
  if (text.size() < size) return {};
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xC0U) != 0x80) return {};
    value = (value << 6U) | (byte(i) & 0x3FU);
  }
  const bool is_surrogate = value >= 0xD800 && value <= 0xDFFF;
  if (value < least || value > 0x10FFFF || is_surrogate) return {};
  return {value, size};
}

bool IsControl(std::uint32_t value) { return value < 0x20 || (value >= 0x7F && value <= 0x9F); }

bool IsLineCharacter(std::uint32_t value) {
  return value == '\n' || value == '\r' || value == '\t';
}

}  // namespace

TextFault FindTextFault(std::string_view text, bool lines_allowed) {
  while (!text.empty()) {
    const CodePoint point = Decode(text);
    if (point.size == 0) return TextFault::kNotUtf8;
    if (IsControl(point.value) && !(lines_allowed && IsLineCharacter(point.value))) {
      return TextFault::kControlCharacter;
    }
    text.remove_prefix(point.size);
  }
  return TextFault::kNone;
}

}  // namespace orders::domain
