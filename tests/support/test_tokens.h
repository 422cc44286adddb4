#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "nlohmann/json.hpp"

#include "infrastructure/access/openssl_handles.h"

namespace orders::testing_support {

/// "RS256", "ES256" or "EdDSA", as fits `key`.
std::string AlgorithmOf(EVP_PKEY* key);
/// The public key as RFC 7517 has it, with kid, alg and use.
nlohmann::json PublicJwk(EVP_PKEY* key, const std::string& kid);
/// {"keys": [...]}
std::string KeySet(const std::vector<nlohmann::json>& keys);

/// A signature of `text`, as a JWS has it.
std::string SignText(EVP_PKEY* key, std::string_view text);
/// The compact form, signed by `key` whatever the header says.
std::string MakeToken(const nlohmann::json& header, const nlohmann::json& payload, EVP_PKEY* key);
/// The same of texts that need not be JSON.
std::string MakeTokenOfTexts(std::string_view header, std::string_view payload, EVP_PKEY* key);

/// A static token, and a [[token]] of it with these last lines.
std::string NewStaticToken();
std::string StaticTokenEntry(const std::string& name, const std::string& token,
                             const std::string& more = "role = \"write\"\n");
std::string HexSha256(std::string_view text);

}  // namespace orders::testing_support
