#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"

#include "application/caller.h"
#include "application/ports/digest.h"

namespace orders::infrastructure {

/// What a static token begins with: so that tools find it where it should not be, and no JWT.
inline constexpr std::string_view kStaticTokenPrefix = "orders_";
/// Random bytes, which follow in base64url.
inline constexpr std::size_t kStaticTokenRandomBytes = 32;
inline constexpr std::size_t kTokenFileBytesMax = 1 << 20;
inline constexpr std::size_t kStaticTokensMax = 4'096;

/// Whose the static tokens are, by the tokens' SHA-256. A hash that is made to be slow is for
/// passwords, which can be guessed: 256 random bits cannot. Does not change; may be read by many
/// threads.
class TokenTable {
 public:
  /// Null: nobody's, or not made as a static token is. Compared are hashes, so that how long it
  /// takes tells nothing of a token that is right: who tries one cannot choose its hash.
  std::shared_ptr<const application::Caller> Find(std::string_view token) const;
  std::size_t size() const { return callers_.size(); }

 private:
  friend absl::StatusOr<TokenTable> ReadTokenFile(const std::string& path,
                                                  double calls_per_second_max);
  absl::flat_hash_map<application::Sha256, std::shared_ptr<const application::Caller>> callers_;
};

/// Reads a file of TOML that only its owner may read:
///   [[token]]
///   name = "shop-backend"      # of the caller, 1 to 128 printable ASCII characters, given once
///   sha256 = "64 hex digits"   # of the token
///   role = "write"             # read, write or admin
///   customer = "ada"           # bound to this customer's orders; left out: all
///   calls_per_second = 100     # 0: no bound of its own; left out: `calls_per_second_max`
/// A file without tokens is taken: nobody has one. Errors, all FailedPrecondition with the file
/// and, once it is read, line and column: whatever is not as above.
absl::StatusOr<TokenTable> ReadTokenFile(const std::string& path, double calls_per_second_max);

}  // namespace orders::infrastructure
