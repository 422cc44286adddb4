#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"

struct evp_pkey_st;

namespace orders::infrastructure {

/// How a token may be signed. Nothing else is taken: with a shared secret (HS256) everyone who can
/// verify could sign as well.
enum class SignatureAlgorithm {
  kRs256,  ///< RSASSA-PKCS1-v1_5 and SHA-256, RFC 7518 section 3.3; of a key of 2048 bits or more.
  kEs256,  ///< ECDSA on P-256 and SHA-256, RFC 7518 section 3.4.
  kEdDsa,  ///< Ed25519, RFC 8037.
};
/// "RS256", "ES256", "EdDSA".
std::optional<SignatureAlgorithm> ParseSignatureAlgorithm(std::string_view name);

struct JsonWebKey {
  SignatureAlgorithm algorithm = SignatureAlgorithm::kRs256;  ///< The one that fits its type.
  std::shared_ptr<evp_pkey_st> key;                           ///< Never null.
};

inline constexpr std::size_t kJsonWebKeysMax = 64;
inline constexpr std::size_t kJsonWebKeyFileBytesMax = 256 << 10;

/// The public keys of an issuer of tokens, by their id. Does not change; may be read by many
/// threads.
class JsonWebKeys {
 public:
  /// A JWK set (RFC 7517 section 5). Each key has a `kid` of its own, and says nothing with `alg`,
  /// `use` or `key_ops` that it is not good for. Errors: InvalidArgument, which key is wrong and
  /// how; a private or a shared key is, whoever has this file could sign.
  static absl::StatusOr<JsonWebKeys> Parse(std::string_view text);

  /// Null: none. `kid` is compared with those that are there, and used for nothing else.
  const JsonWebKey* Find(std::string_view kid) const;
  std::size_t size() const { return keys_.size(); }

 private:
  absl::flat_hash_map<std::string, JsonWebKey> keys_;
};

/// What the file holds. Errors: FailedPrecondition, with the file's name.
absl::StatusOr<JsonWebKeys> ReadJsonWebKeys(const std::string& path);

}  // namespace orders::infrastructure
