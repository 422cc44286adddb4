#pragma once

#include <string_view>

#include "infrastructure/access/json_web_keys.h"

namespace orders::infrastructure {

/// Whether `signature`, as a JWS has it (RFC 7518 section 3.4: ECDSA's is R and S, 32 bytes each),
/// is that of `text` by `key`.
bool IsSignatureOf(const JsonWebKey& key, std::string_view text, std::string_view signature);

}  // namespace orders::infrastructure
