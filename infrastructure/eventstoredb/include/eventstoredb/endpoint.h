#pragma once

#include <cstdint>
#include <string>

namespace eventstoredb {

constexpr std::uint16_t kDefaultPort = 2113;

struct Endpoint {
  std::string host;  ///< A name or an address; IPv6 without brackets.
  std::uint16_t port = kDefaultPort;

  /// host:port, with brackets around an IPv6 address.
  std::string ToString() const;
  bool operator==(const Endpoint&) const = default;
};

}  // namespace eventstoredb
