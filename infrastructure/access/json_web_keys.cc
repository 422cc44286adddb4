#include "infrastructure/access/json_web_keys.h"

#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/param_build.h>

#include "domain/order/absl_view.h"
#include "infrastructure/access/base64url.h"
#include "infrastructure/access/file_bytes.h"
#include "infrastructure/access/openssl_handles.h"
#include "infrastructure/access/strict_json.h"

namespace orders::infrastructure {
namespace {

using nlohmann::json;
using NumberPtr = std::unique_ptr<BIGNUM, OpensslFree<BN_free>>;
using ParameterBuilderPtr = std::unique_ptr<OSSL_PARAM_BLD, OpensslFree<OSSL_PARAM_BLD_free>>;
using ParametersPtr = std::unique_ptr<OSSL_PARAM, OpensslFree<OSSL_PARAM_free>>;
using KeyContextPtr = std::unique_ptr<EVP_PKEY_CTX, OpensslFree<EVP_PKEY_CTX_free>>;

constexpr int kKeySetDepthMax = 8;
constexpr std::size_t kKidBytesMax = 128;
constexpr int kRsaBitsMin = 2'048;
constexpr int kRsaBitsMax = 8'192;  // Above it one signature costs as much as a hundred.
constexpr int kExponentBitsMax = 64;
constexpr int kExponentMin = 65'537;
constexpr std::size_t kCoordinateBytes = 32;

absl::Status WrongKey(std::string_view text) {
  return absl::InvalidArgumentError(domain::View(text));
}

/// A member that holds bytes.
std::optional<std::string> BytesOf(const json& key, const char* name) {
  const auto found = key.find(name);
  if (found == key.end() || !found->is_string()) return std::nullopt;
  return DecodeBase64Url(found->get_ref<const std::string&>());
}

std::string TextOfMember(const json& key, const char* name) {
  const auto found = key.find(name);
  return found != key.end() && found->is_string() ? found->get<std::string>() : "";
}

NumberPtr ToNumber(const std::string& bytes) {
  return NumberPtr(BN_bin2bn(reinterpret_cast<const unsigned char*>(bytes.data()),
                             static_cast<int>(bytes.size()), nullptr));
}

/// Null: OpenSSL does not take them, as a point that is on no curve.
KeyPtr MakePublicKey(const char* type, OSSL_PARAM_BLD* builder) {
  const ParametersPtr parameters(OSSL_PARAM_BLD_to_param(builder));
  const KeyContextPtr context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  EVP_PKEY* made = nullptr;
  if (parameters == nullptr || context == nullptr || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &made, EVP_PKEY_PUBLIC_KEY, parameters.get()) != 1) {
    return nullptr;
  }
  KeyPtr key(made);
  const KeyContextPtr check(EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr));
  if (check == nullptr || EVP_PKEY_public_check(check.get()) != 1) return nullptr;
  return key;
}

absl::StatusOr<KeyPtr> MakeRsaKey(const json& key) {
  const std::optional<std::string> modulus = BytesOf(key, "n");
  const std::optional<std::string> exponent = BytesOf(key, "e");
  if (!modulus.has_value() || !exponent.has_value()) {
    return WrongKey("an RSA key has n and e, in base64url without padding");
  }
  const NumberPtr n = ToNumber(*modulus);
  const NumberPtr e = ToNumber(*exponent);
  if (BN_num_bits(n.get()) < kRsaBitsMin || BN_num_bits(n.get()) > kRsaBitsMax) {
    return WrongKey(absl::StrCat("an RSA key has ", kRsaBitsMin, " to ", kRsaBitsMax, " bits, not ",
                                 BN_num_bits(n.get())));
  }
  if (BN_num_bits(e.get()) > kExponentBitsMax || BN_get_word(e.get()) < kExponentMin ||
      BN_is_odd(e.get()) == 0) {
    return WrongKey(absl::StrCat("e of an RSA key is odd, and ", kExponentMin, " or more"));
  }
  const ParameterBuilderPtr builder(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get());
  return MakePublicKey("RSA", builder.get());
}

absl::StatusOr<KeyPtr> MakeEcKey(const json& key) {
  if (TextOfMember(key, "crv") != "P-256") return WrongKey("crv of an EC key is P-256");
  const std::optional<std::string> x = BytesOf(key, "x");
  const std::optional<std::string> y = BytesOf(key, "y");
  if (!x.has_value() || !y.has_value() || x->size() != kCoordinateBytes ||
      y->size() != kCoordinateBytes) {
    return WrongKey("an EC key has x and y of 32 bytes each, in base64url without padding");
  }
  const std::string point = absl::StrCat("\x04", *x, *y);  // Uncompressed, SEC 1 section 2.3.3.
  const ParameterBuilderPtr builder(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0);
  OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                   point.size());
  return MakePublicKey("EC", builder.get());
}

absl::StatusOr<KeyPtr> MakeEdKey(const json& key) {
  if (TextOfMember(key, "crv") != "Ed25519") return WrongKey("crv of an OKP key is Ed25519");
  const std::optional<std::string> x = BytesOf(key, "x");
  if (!x.has_value() || x->size() != kCoordinateBytes) {
    return WrongKey("an Ed25519 key has x of 32 bytes, in base64url without padding");
  }
  return KeyPtr(EVP_PKEY_new_raw_public_key(
      EVP_PKEY_ED25519, nullptr, reinterpret_cast<const unsigned char*>(x->data()), x->size()));
}

struct KeyType {
  std::string_view name;
  SignatureAlgorithm algorithm;
  const char* algorithm_name;
  absl::StatusOr<KeyPtr> (*make)(const json& key);
};
constexpr KeyType kKeyTypes[] = {
    {"RSA", SignatureAlgorithm::kRs256, "RS256", MakeRsaKey},
    {"EC", SignatureAlgorithm::kEs256, "ES256", MakeEcKey},
    {"OKP", SignatureAlgorithm::kEdDsa, "EdDSA", MakeEdKey},
};

/// What a key says of its purpose must be what it is used for.
absl::Status CheckPurpose(const json& key, const KeyType& type) {
  if (key.contains("alg") && key["alg"] != type.algorithm_name) {
    return WrongKey(absl::StrCat("alg of this key is ", type.algorithm_name,
                                 "; take a key for anything else out of the file"));
  }
  if (key.contains("use") && key["use"] != "sig") {
    return WrongKey("use is sig; take a key for anything else out of the file");
  }
  if (!key.contains("key_ops")) return absl::OkStatus();
  if (key["key_ops"].is_array()) {
    for (const json& operation : key["key_ops"]) {
      if (operation == "verify") return absl::OkStatus();
    }
  }
  return WrongKey("key_ops names verify; take a key for anything else out of the file");
}

absl::StatusOr<JsonWebKey> MakeKey(const json& key) {
  // RFC 7518 sections 6.2.2, 6.3.2 and 6.4.1.
  for (const char* const part : {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}) {
    if (key.contains(part)) {
      return WrongKey(absl::StrCat("holds the secret part ", part,
                                   ": whoever has that can sign. Write the public key alone, and "
                                   "make a new one if others could read this file"));
    }
  }
  const std::string name = TextOfMember(key, "kty");
  for (const KeyType& type : kKeyTypes) {
    if (type.name != name) continue;
    if (absl::Status purpose = CheckPurpose(key, type); !purpose.ok()) return purpose;
    absl::StatusOr<KeyPtr> made = type.make(key);
    if (!made.ok()) return made.status();
    if (*made == nullptr) return WrongKey("is no key of its type");
    return JsonWebKey{type.algorithm, std::shared_ptr<EVP_PKEY>(made->release(), EVP_PKEY_free)};
  }
  return WrongKey("kty is RSA, EC or OKP; take a key of another type out of the file");
}

}  // namespace

std::optional<SignatureAlgorithm> ParseSignatureAlgorithm(std::string_view name) {
  for (const KeyType& type : kKeyTypes) {
    if (name == type.algorithm_name) return type.algorithm;
  }
  return std::nullopt;
}

absl::StatusOr<JsonWebKeys> JsonWebKeys::Parse(std::string_view text) {
  const OpensslErrors errors;
  const absl::StatusOr<json> set = ParseStrictJson(text, kKeySetDepthMax);
  if (!set.ok()) return set.status();
  const auto list = set->find("keys");
  if (list == set->end() || !list->is_array() || list->empty()) {
    return WrongKey("has no keys: write {\"keys\": [{\"kid\": ..., \"kty\": ...}]}");
  }
  if (list->size() > kJsonWebKeysMax) {
    return WrongKey(absl::StrCat("has more than ", kJsonWebKeysMax, " keys"));
  }
  JsonWebKeys keys;
  for (std::size_t i = 0; i < list->size(); ++i) {
    const json& one = (*list)[i];
    const std::string place = absl::StrCat("keys[", i, "]");
    const std::string kid = one.is_object() ? TextOfMember(one, "kid") : "";
    if (kid.empty() || kid.size() > kKidBytesMax) {
      return WrongKey(absl::StrCat(place, ": needs a kid, a text of 1 to ", kKidBytesMax,
                                   " bytes: tokens name their key by it"));
    }
    const std::string named = absl::StrCat(place, " (kid ", absl::Utf8SafeCHexEscape(kid), "): ");
    absl::StatusOr<JsonWebKey> key = MakeKey(one);
    if (!key.ok()) return WrongKey(absl::StrCat(named, key.status().message()));
    if (!keys.keys_.emplace(kid, *std::move(key)).second) {
      return WrongKey(absl::StrCat(named, "another key has this kid too"));
    }
  }
  return keys;
}

const JsonWebKey* JsonWebKeys::Find(std::string_view kid) const {
  const auto found = keys_.find(domain::View(kid));
  return found == keys_.end() ? nullptr : &found->second;
}

absl::StatusOr<JsonWebKeys> ReadJsonWebKeys(const std::string& path) {
  const absl::StatusOr<std::string> text =
      ReadFileBytes(path, kJsonWebKeyFileBytesMax, FileReaders::kAnyone);
  if (!text.ok()) return text.status();
  absl::StatusOr<JsonWebKeys> keys = JsonWebKeys::Parse(*text);
  if (keys.ok()) return keys;
  return absl::FailedPreconditionError(absl::StrCat(path, ": ", keys.status().message()));
}

}  // namespace orders::infrastructure
