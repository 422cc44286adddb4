#include "eventstoredb/uuid.h"

#include <array>
#include <cstddef>
#include <cstdint>

namespace eventstoredb {
namespace {

constexpr std::size_t kTextLength = 36;
constexpr std::string_view kHex = "0123456789abcdef";
constexpr std::array<std::size_t, 4> kHyphens = {8, 13, 18, 23};
/// Where the digits of each byte stand.
constexpr std::array<std::size_t, 16> kDigits = {0,  2,  4,  6,  9,  11, 14, 16,
                                                 19, 21, 24, 26, 28, 30, 32, 34};

constexpr std::uint8_t kNoDigit = 0xFF;
/// By character. Every event that is read has one to three ids.
constexpr std::array<std::uint8_t, 256> kHexValues = [] {
  std::array<std::uint8_t, 256> values{};
  for (std::uint8_t& value : values) value = kNoDigit;
  for (std::uint8_t i = 0; i < 10; ++i) values['0' + i] = i;
  for (std::uint8_t i = 10; i < 16; ++i) values['a' + i - 10] = values['A' + i - 10] = i;
  return values;
}();

std::uint8_t HexValue(char c) { return kHexValues[static_cast<unsigned char>(c)]; }

}  // namespace

std::string Uuid::ToString() const {
  std::string text(kTextLength, '-');
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    text[kDigits[i]] = kHex[bytes[i] >> 4];
    text[kDigits[i] + 1] = kHex[bytes[i] & 0xF];
  }
  return text;
}

std::optional<Uuid> Uuid::Parse(std::string_view text) {
  if (text.size() != kTextLength) return std::nullopt;
  for (const std::size_t place : kHyphens) {
    if (text[place] != '-') return std::nullopt;
  }
  Uuid id;
  std::uint8_t seen = 0;
  for (std::size_t i = 0; i < id.bytes.size(); ++i) {
    const std::uint8_t high = HexValue(text[kDigits[i]]);
    const std::uint8_t low = HexValue(text[kDigits[i] + 1]);
    seen |= high | low;
    id.bytes[i] = static_cast<std::uint8_t>(high << 4 | low);
  }
  if (seen > 0xF) return std::nullopt;
  return id;
}

}  // namespace eventstoredb
