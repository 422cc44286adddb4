#include "application/queries/token_codec.h"

#include "absl/strings/escaping.h"
#include "absl/strings/string_view.h"

namespace orders::application {
namespace {

constexpr int kNumberBits = 64;

absl::string_view ToAbsl(std::string_view text) { return {text.data(), text.size()}; }

}  // namespace

std::string ToTokenText(std::string_view bytes) { return absl::WebSafeBase64Escape(ToAbsl(bytes)); }

std::optional<std::string> FromTokenText(std::string_view text) {
  std::string bytes;
  if (!absl::WebSafeBase64Unescape(ToAbsl(text), &bytes)) return std::nullopt;
  // Padding, blanks and unused bits would give one token several spellings.
  if (ToTokenText(bytes) != text) return std::nullopt;
  return bytes;
}

void TokenWriter::Number(std::uint64_t value) {
  while (value >= 0x80) {
    Byte(static_cast<std::uint8_t>(value | 0x80));
    value >>= 7;
  }
  Byte(static_cast<std::uint8_t>(value));
}

void TokenWriter::Text(std::string_view value) {
  Number(value.size());
  bytes_.append(value);
}

std::uint8_t TokenReader::Byte() {
  if (bytes_.empty()) ok_ = false;
  if (!ok_) return 0;
  const auto value = static_cast<std::uint8_t>(bytes_.front());
  bytes_.remove_prefix(1);
  return value;
}

std::uint64_t TokenReader::Number() {
  std::uint64_t value = 0;
  for (int shift = 0; shift < kNumberBits; shift += 7) {
    const std::uint8_t byte = Byte();
    value |= std::uint64_t{byte & 0x7FU} << shift;
    if ((byte & 0x80U) == 0) return ok_ ? value : 0;
  }
  ok_ = false;
  return 0;
}

std::string TokenReader::Text() {
  const std::uint64_t size = Number();
  if (size > bytes_.size()) ok_ = false;
  if (!ok_) return {};
  std::string value(bytes_.substr(0, size));
  bytes_.remove_prefix(size);
  return value;
}

}  // namespace orders::application
