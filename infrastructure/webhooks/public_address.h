#pragma once

#include <boost/asio/ip/address.hpp>

namespace orders::infrastructure {

/// An address of the internet at large: not of this machine, a private network, a link, a test, a
/// group, nor one of IPv6 that stands for such a one of IPv4 (the special-purpose registries of
/// IANA, RFC 6890).
bool IsPublicAddress(const boost::asio::ip::address& address);

}  // namespace orders::infrastructure
