#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace eventstoredb {

/// An event's id: 16 bytes in network order (RFC 9562 section 4). The zero id names no event.
struct Uuid {
  std::array<std::uint8_t, 16> bytes{};

  friend auto operator<=>(const Uuid&, const Uuid&) = default;
  bool IsZero() const { return *this == Uuid{}; }

  /// The 36 characters of RFC 9562, lower case.
  std::string ToString() const;
  /// Accepts the 36 characters in either case, nothing else.
  static std::optional<Uuid> Parse(std::string_view text);
};

template <typename H>
H AbslHashValue(H state, const Uuid& id) {
  return H::combine(std::move(state), id.bytes);
}

}  // namespace eventstoredb
