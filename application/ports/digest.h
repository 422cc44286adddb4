#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace orders::application {

using Sha256 = std::array<std::uint8_t, 32>;

/// The hashes that the use cases need, without their library. Thread-safe.
class Digest {
 public:
  virtual ~Digest() = default;
  virtual Sha256 Hash(std::string_view bytes) const = 0;
  /// HMAC-SHA256 under the service's own key, which no client knows: seals page tokens.
  virtual Sha256 Seal(std::string_view bytes) const = 0;
  /// A UUID of version 5 (RFC 9562 section 5.5) of `name` in the service's namespace, as text.
  virtual std::string NamedId(std::string_view name) const = 0;
};

}  // namespace orders::application
