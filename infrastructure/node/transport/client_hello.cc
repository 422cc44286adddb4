#include "infrastructure/node/transport/client_hello.h"

#include <cstddef>
#include <cstdint>
#include <string>

namespace eventstoredb {
namespace {

constexpr std::uint8_t kHandshakeRecord = 22;
constexpr std::uint8_t kClientHello = 1;
constexpr std::uint16_t kApplicationLayerProtocols = 16;  // RFC 7301, 3.1.
constexpr std::string_view kHttp2Name = "h2";

/// Reads big-endian numbers and what they are the length of. After a failure it gives nothing.
class Cursor {
 public:
  explicit Cursor(std::string_view bytes) : bytes_(bytes) {}

  std::size_t Number(std::size_t size) {
    std::size_t number = 0;
    for (const char c : Take(size)) number = number << 8 | static_cast<std::uint8_t>(c);
    return number;
  }
  std::string_view Take(std::size_t size) {
    if (size > bytes_.size()) {
      failed_ = true;
      bytes_ = {};
      return {};
    }
    const std::string_view taken = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return taken;
  }
  /// What follows a length of `size` bytes.
  std::string_view Vector(std::size_t size) { return Take(Number(size)); }
  bool empty() const { return bytes_.empty(); }
  bool failed() const { return failed_; }

 private:
  std::string_view bytes_;
  bool failed_ = false;
};

bool NamesHttp2(std::string_view extension) {
  Cursor cursor(extension);
  Cursor names(cursor.Vector(2));
  while (!names.empty()) {
    if (names.Vector(1) == kHttp2Name) return true;
  }
  return false;
}

/// `message` is whole.
Speech OfMessage(std::string_view message) {
  Cursor cursor(message);
  cursor.Take(2 + 32);  // Version and random.
  cursor.Vector(1);     // Session.
  cursor.Vector(2);     // Ciphers.
  cursor.Vector(1);     // Compressions.
  if (cursor.failed()) return Speech::kUnknown;
  if (cursor.empty()) return Speech::kHttp1;  // Without extensions.
  Cursor extensions(cursor.Vector(2));
  while (!extensions.empty()) {
    const std::size_t type = extensions.Number(2);
    const std::string_view extension = extensions.Vector(2);
    if (type == kApplicationLayerProtocols && NamesHttp2(extension)) return Speech::kHttp2;
  }
  return cursor.failed() || extensions.failed() ? Speech::kUnknown : Speech::kHttp1;
}

}  // namespace

Speech ClassifyTls(std::string_view first_bytes) {
  if (first_bytes.size() > kClientHelloBytesMax) return Speech::kUnknown;
  // The message may be spread over records.
  std::string message;
  Cursor records(first_bytes);
  while (!records.empty()) {
    if (records.Number(1) != kHandshakeRecord) return Speech::kUnknown;
    records.Take(2);  // A version that means nothing any more.
    const std::size_t size = records.Number(2);
    if (records.failed()) break;
    if (size == 0) return Speech::kUnknown;
    const std::string_view fragment = records.Take(size);
    if (records.failed()) break;
    message.append(fragment);
    Cursor header(message);
    if (header.Number(1) != kClientHello) return Speech::kUnknown;
    const std::string_view body = header.Vector(3);
    if (!header.failed()) return OfMessage(body);
  }
  return Speech::kUndecided;
}

}  // namespace eventstoredb
