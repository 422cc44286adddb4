#pragma once

#include <string_view>

#include "infrastructure/node/transport/first_bytes.h"

namespace eventstoredb {

/// A client's first message is undecided for so many bytes at most.
inline constexpr std::size_t kClientHelloBytesMax = 16 << 10;

/// What a TLS connection is going to carry, by the protocols that its ClientHello (RFC 8446, 4.1.2)
/// offers: kHttp2 if h2 is among them, else kHttp1. kUnknown: it does not begin with a ClientHello.
Speech ClassifyTls(std::string_view first_bytes);

}  // namespace eventstoredb
