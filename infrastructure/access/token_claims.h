#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "application/caller.h"

namespace orders::infrastructure {

/// By how much an issuer's clock may be ahead of ours.
inline constexpr absl::Duration kTokenLeeway = absl::Seconds(60);

/// What a JWT must say to be taken here.
struct TokenRules {
  std::string issuer;                        ///< `iss` is exactly this.
  std::string audience;                      ///< `aud` is this, or a list that holds it.
  absl::Duration life_max = absl::Hours(1);  ///< No token that holds for longer is taken.
  double calls_per_second_max = 0;           ///< Of its caller; 0: no bound of his own.
};

/// What a token claims, once its signature is known to be right.
struct TokenClaims {
  std::shared_ptr<const application::Caller> caller;  ///< Never null.
  absl::Time expires;
  absl::Time begins = absl::InfinitePast();  ///< The later one of `iat` and `nbf`.
};

/// Reads a JWT's payload (RFC 7519) and looks at what no time changes. `sub` is the caller's name;
/// `scope` (RFC 8693 section 4.2) holds orders:read, orders:write or orders:admin, of which the
/// highest counts; `customer_id` binds the caller to a customer. Errors: Unauthenticated, with a
/// reason that holds nothing of the payload.
absl::StatusOr<TokenClaims> ReadTokenClaims(std::string_view payload, const TokenRules& rules);

/// Whether the claims hold at `now`. Errors: Unauthenticated.
absl::Status CheckTokenTimes(const TokenClaims& claims, const TokenRules& rules, absl::Time now);

}  // namespace orders::infrastructure
