#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace eventstoredb {

/// What is kept of a password: PBKDF2-HMAC-SHA256 (RFC 8018) over a random salt.
struct PasswordHash {
  int iterations = 0;
  std::string salt;  ///< Bytes.
  std::string hash;  ///< Bytes.
};

/// Iterations of a new hash: 0.1 to 0.3 s of one core, as OWASP's Password Storage Cheat Sheet of
/// 2023 asks for.
inline constexpr int kPasswordIterations = 600'000;
inline constexpr int kPasswordIterationsMin = 1'000;
inline constexpr int kPasswordIterationsMax = 10'000'000;
inline constexpr std::size_t kPasswordBytesMax = 1'024;

/// Computes for as long as `iterations` say. Errors: InvalidArgument, the password is empty or too
/// long; Internal.
absl::StatusOr<PasswordHash> HashPassword(std::string_view password, int iterations);
/// Takes as long as HashPassword did; the comparison takes the same time whatever differs.
bool IsPassword(const PasswordHash& hash, std::string_view password);

}  // namespace eventstoredb
