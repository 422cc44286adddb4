#pragma once

#include <cstddef>
#include <string_view>

#include "absl/status/statusor.h"

#include "infrastructure/access/json_web_keys.h"
#include "infrastructure/access/token_claims.h"

namespace orders::infrastructure {

inline constexpr std::size_t kJsonWebTokenBytesMax = 8 << 10;

/// Verifies signed JWTs in their compact form (RFC 7515 section 3.1) as RFC 8725 advises: which
/// algorithms there are is fixed here, and a key is used with its own alone, whatever a token says.
/// Does not change; may be used by many threads.
class JsonWebTokenVerifier {
 public:
  JsonWebTokenVerifier(JsonWebKeys keys, TokenRules rules);

  /// Everything but the time: see CheckTokenTimes. Errors: Unauthenticated, with a reason that
  /// holds nothing of the token.
  absl::StatusOr<TokenClaims> Verify(std::string_view token) const;

  const TokenRules& rules() const { return rules_; }
  const JsonWebKeys& keys() const { return keys_; }

 private:
  const JsonWebKeys keys_;
  const TokenRules rules_;
};

}  // namespace orders::infrastructure
