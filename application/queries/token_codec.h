#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace orders::application {

// What position and page tokens are made of: bytes, and their URL-safe text.

/// base64url without padding (RFC 4648 section 5).
std::string ToTokenText(std::string_view bytes);
/// Absent unless `text` is exactly what ToTokenText gives for some bytes: one token, one spelling.
std::optional<std::string> FromTokenText(std::string_view text);

class TokenWriter {
 public:
  void Byte(std::uint8_t value) { bytes_.push_back(static_cast<char>(value)); }
  void Number(std::uint64_t value);
  /// Its length, then its bytes.
  void Text(std::string_view value);
  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

/// After a read beyond the end, or of what no writer makes, `ok` is false and values are empty.
class TokenReader {
 public:
  explicit TokenReader(std::string_view bytes) : bytes_(bytes) {}
  std::uint8_t Byte();
  std::uint64_t Number();
  std::string Text();
  bool ok() const { return ok_; }
  bool AtEnd() const { return ok_ && bytes_.empty(); }

 private:
  std::string_view bytes_;
  bool ok_ = true;
};

}  // namespace orders::application
