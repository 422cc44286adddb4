#include "tests/support/test_tokens.h"

#include <cstdlib>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/rand.h>

namespace orders::testing_support {
namespace {

constexpr int kNumberBytes = 32;

const unsigned char* AsBytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

// Not by the code that is tested.
std::string Encoded(std::string_view bytes) {
  return absl::WebSafeBase64Escape(absl::string_view(bytes.data(), bytes.size()));
}

/// A number of a key in base64url; `size` 0: as few bytes as it has.
std::string NumberOf(EVP_PKEY* key, const char* name, int size = 0) {
  BIGNUM* number = nullptr;
  if (EVP_PKEY_get_bn_param(key, name, &number) != 1) std::abort();
  std::string bytes(static_cast<std::size_t>(size > 0 ? size : BN_num_bytes(number)), '\0');
  BN_bn2binpad(number, reinterpret_cast<unsigned char*>(bytes.data()),
               static_cast<int>(bytes.size()));
  BN_free(number);
  return Encoded(bytes);
}

}  // namespace

std::string AlgorithmOf(EVP_PKEY* key) {
  if (EVP_PKEY_is_a(key, "RSA") == 1) return "RS256";
  return EVP_PKEY_is_a(key, "EC") == 1 ? "ES256" : "EdDSA";
}

nlohmann::json PublicJwk(EVP_PKEY* key, const std::string& kid) {
  const std::string algorithm = AlgorithmOf(key);
  nlohmann::json jwk = {{"kid", kid}, {"alg", algorithm}, {"use", "sig"}};
  if (algorithm == "RS256") {
    jwk.update({{"kty", "RSA"},
                {"n", NumberOf(key, OSSL_PKEY_PARAM_RSA_N)},
                {"e", NumberOf(key, OSSL_PKEY_PARAM_RSA_E)}});
  } else if (algorithm == "ES256") {
    jwk.update({{"kty", "EC"},
                {"crv", "P-256"},
                {"x", NumberOf(key, OSSL_PKEY_PARAM_EC_PUB_X, kNumberBytes)},
                {"y", NumberOf(key, OSSL_PKEY_PARAM_EC_PUB_Y, kNumberBytes)}});
  } else {
    std::string x(kNumberBytes, '\0');
    std::size_t size = x.size();
    EVP_PKEY_get_raw_public_key(key, reinterpret_cast<unsigned char*>(x.data()), &size);
    jwk.update({{"kty", "OKP"}, {"crv", "Ed25519"}, {"x", Encoded(x)}});
  }
  return jwk;
}

std::string KeySet(const std::vector<nlohmann::json>& keys) {
  return nlohmann::json{{"keys", keys}}.dump();
}

std::string SignText(EVP_PKEY* key, std::string_view text) {
  const std::string algorithm = AlgorithmOf(key);
  EVP_MD_CTX* const context = EVP_MD_CTX_new();
  std::string signature(1024, '\0');
  std::size_t size = signature.size();
  const bool is_signed =
      EVP_DigestSignInit(context, nullptr, algorithm == "EdDSA" ? nullptr : EVP_sha256(), nullptr,
                         key) == 1 &&
      EVP_DigestSign(context, reinterpret_cast<unsigned char*>(signature.data()), &size,
                     AsBytes(text), text.size()) == 1;
  EVP_MD_CTX_free(context);
  if (!is_signed) std::abort();
  signature.resize(size);
  if (algorithm != "ES256") return signature;
  const unsigned char* der = AsBytes(signature);
  ECDSA_SIG* const both = d2i_ECDSA_SIG(nullptr, &der, static_cast<long>(size));
  std::string raw(2 * kNumberBytes, '\0');
  auto* const out = reinterpret_cast<unsigned char*>(raw.data());
  BN_bn2binpad(ECDSA_SIG_get0_r(both), out, kNumberBytes);
  BN_bn2binpad(ECDSA_SIG_get0_s(both), out + kNumberBytes, kNumberBytes);
  ECDSA_SIG_free(both);
  return raw;
}

std::string MakeTokenOfTexts(std::string_view header, std::string_view payload, EVP_PKEY* key) {
  const std::string text = absl::StrCat(Encoded(header), ".", Encoded(payload));
  return absl::StrCat(text, ".", Encoded(SignText(key, text)));
}

std::string MakeToken(const nlohmann::json& header, const nlohmann::json& payload, EVP_PKEY* key) {
  return MakeTokenOfTexts(header.dump(), payload.dump(), key);
}

std::string NewStaticToken() {
  std::string random(32, '\0');
  if (RAND_bytes(reinterpret_cast<unsigned char*>(random.data()), 32) != 1) std::abort();
  return absl::StrCat("orders_", Encoded(random));
}

std::string StaticTokenEntry(const std::string& name, const std::string& token,
                             const std::string& more) {
  return absl::StrCat("[[token]]\nname = \"", name, "\"\nsha256 = \"", HexSha256(token), "\"\n",
                      more);
}

std::string HexSha256(std::string_view text) {
  std::string hash(32, '\0');
  std::size_t size = hash.size();
  if (EVP_Q_digest(nullptr, "SHA256", nullptr, text.data(), text.size(),
                   reinterpret_cast<unsigned char*>(hash.data()), &size) != 1) {
    std::abort();
  }
  return absl::BytesToHexString(hash);
}

}  // namespace orders::testing_support
