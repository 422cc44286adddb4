#include "infrastructure/access/json_web_token.h"

#include <optional>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

#include "infrastructure/access/base64url.h"
#include "infrastructure/access/json_web_signature.h"
#include "infrastructure/access/strict_json.h"

namespace orders::infrastructure {
namespace {

using nlohmann::json;

constexpr int kHeaderDepthMax = 4;

absl::Status RefuseToken(const std::string& reason) { return absl::UnauthenticatedError(reason); }

/// The three parts of the compact form, still encoded.
struct TokenParts {
  std::string_view header;
  std::string_view payload;
  std::string_view signature;
  std::string_view signed_text;  ///< Header, dot, payload.
};

std::optional<TokenParts> Split(std::string_view token) {
  const std::size_t first = token.find('.');
  if (first == std::string_view::npos) return std::nullopt;
  const std::size_t second = token.find('.', first + 1);
  if (second == std::string_view::npos || token.find('.', second + 1) != std::string_view::npos) {
    return std::nullopt;
  }
  return TokenParts{.header = token.substr(0, first),
                    .payload = token.substr(first + 1, second - first - 1),
                    .signature = token.substr(second + 1),
                    .signed_text = token.substr(0, second)};
}

/// A token of another kind (a notice of a logout, a proof) may come from the same issuer, signed by
/// the same key, and is no leave to call (RFC 8725 section 3.11).
bool IsAccessToken(const json& type) {
  if (!type.is_string()) return false;
  const auto& name = type.get_ref<const std::string&>();
  return absl::EqualsIgnoreCase(name, "JWT") || absl::EqualsIgnoreCase(name, "at+jwt") ||
         absl::EqualsIgnoreCase(name, "application/at+jwt");
}

/// The key that the header names, if it may sign with the algorithm that the header names.
absl::StatusOr<const JsonWebKey*> FindSigner(const json& header, const JsonWebKeys& keys) {
  if (header.contains("crit")) {
    return RefuseToken("crit asks for an extension, and none is known");
  }
  if (header.contains("typ") && !IsAccessToken(header["typ"])) {
    return RefuseToken("typ is of another kind of token");
  }
  const auto named = header.find("alg");
  if (named == header.end() || !named->is_string()) return RefuseToken("alg is missing");
  if (*named == "none") return RefuseToken("alg is none: it is not signed");
  const std::optional<SignatureAlgorithm> algorithm =
      ParseSignatureAlgorithm(named->get_ref<const std::string&>());
  if (!algorithm.has_value()) return RefuseToken("alg is none of RS256, ES256 and EdDSA");
  const auto kid = header.find("kid");
  if (kid == header.end() || !kid->is_string()) return RefuseToken("kid is missing");
  const JsonWebKey* const key = keys.Find(kid->get_ref<const std::string&>());
  if (key == nullptr) return RefuseToken("kid names no key that is known");
  if (key->algorithm != *algorithm) return RefuseToken("alg is not that of the key");
  return key;
}

}  // namespace

JsonWebTokenVerifier::JsonWebTokenVerifier(JsonWebKeys keys, TokenRules rules)
    : keys_(std::move(keys)), rules_(std::move(rules)) {}

absl::StatusOr<TokenClaims> JsonWebTokenVerifier::Verify(std::string_view token) const {
  if (token.size() > kJsonWebTokenBytesMax) {
    return RefuseToken(absl::StrCat("it has more than ", kJsonWebTokenBytesMax, " bytes"));
  }
  const std::optional<TokenParts> parts = Split(token);
  if (!parts.has_value()) return RefuseToken("it is not three parts with dots between them");
  const std::optional<std::string> header_text = DecodeBase64Url(parts->header);
  const std::optional<std::string> payload = DecodeBase64Url(parts->payload);
  const std::optional<std::string> signature = DecodeBase64Url(parts->signature);
  if (!header_text.has_value() || !payload.has_value() || !signature.has_value()) {
    return RefuseToken("a part of it is no base64url");
  }
  const absl::StatusOr<json> header = ParseStrictJson(*header_text, kHeaderDepthMax);
  if (!header.ok()) return RefuseToken(absl::StrCat("the header ", header.status().message()));
  const absl::StatusOr<const JsonWebKey*> signer = FindSigner(*header, keys_);
  if (!signer.ok()) return signer.status();
  if (!IsSignatureOf(**signer, parts->signed_text, *signature)) {
    return RefuseToken("the signature is wrong");
  }
  return ReadTokenClaims(*payload, rules_);
}

}  // namespace orders::infrastructure
