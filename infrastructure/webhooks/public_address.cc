#include "infrastructure/webhooks/public_address.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace orders::infrastructure {
namespace {

namespace ip = boost::asio::ip;

struct Range4 {
  std::uint32_t network;
  int bits;
};

constexpr std::uint32_t Network(std::uint32_t a, std::uint32_t b, std::uint32_t c = 0,
                                std::uint32_t d = 0) {
  return a << 24 | b << 16 | c << 8 | d;
}

constexpr std::array kNotPublic = {
    Range4{Network(0, 0), 8},           // this network
    Range4{Network(10, 0), 8},          // private
    Range4{Network(100, 64), 10},       // shared by carriers
    Range4{Network(127, 0), 8},         // loopback
    Range4{Network(169, 254), 16},      // link; where clouds keep their secrets
    Range4{Network(172, 16), 12},       // private
    Range4{Network(192, 0, 0), 24},     // protocols
    Range4{Network(192, 0, 2), 24},     // documentation
    Range4{Network(192, 88, 99), 24},   // 6to4 relays
    Range4{Network(192, 168), 16},      // private
    Range4{Network(198, 18), 15},       // benchmarks
    Range4{Network(198, 51, 100), 24},  // documentation
    Range4{Network(203, 0, 113), 24},   // documentation
    Range4{Network(224, 0), 4},         // groups
    Range4{Network(240, 0), 4},         // reserved, broadcast
};

bool IsPublic4(std::uint32_t address) {
  return std::none_of(kNotPublic.begin(), kNotPublic.end(), [address](const Range4& range) {
    return address >> (32 - range.bits) == range.network >> (32 - range.bits);
  });
}

bool IsPublic6(const ip::address_v6::bytes_type& bytes) {
  const auto at = [&bytes](std::size_t index) { return static_cast<std::uint32_t>(bytes[index]); };
  const auto four = [&at](std::size_t first) {
    return Network(at(first), at(first + 1), at(first + 2), at(first + 3));
  };
  // 64:ff9b::/96 and 2002::/16 stand for an address of IPv4, and lead there.
  if (four(0) == 0x0064ff9b && four(4) == 0 && four(8) == 0) return IsPublic4(four(12));
  if (four(0) >> 16 == 0x2002) return IsPublic4(four(2));
  if (four(0) >> 29 != 1) return false;                      // All that is global lies in 2000::/3.
  if (four(0) >> 9 == 0x20010000 >> 9) return false;         // 2001::/23: protocols, Teredo
  return four(0) != 0x20010db8 && four(0) >> 12 != 0x3fff0;  // documentation
}

}  // namespace

bool IsPublicAddress(const ip::address& address) {
  if (address.is_v4()) return IsPublic4(address.to_v4().to_uint());
  const ip::address_v6 v6 = address.to_v6();
  if (v6.is_v4_mapped()) return IsPublic4(ip::make_address_v4(ip::v4_mapped, v6).to_uint());
  return IsPublic6(v6.to_bytes());
}

}  // namespace orders::infrastructure
