#include "infrastructure/access/json_web_signature.h"

#include <cstddef>
#include <string>

#include <openssl/ecdsa.h>

#include "infrastructure/access/openssl_handles.h"

namespace orders::infrastructure {
namespace {

using DigestContextPtr = std::unique_ptr<EVP_MD_CTX, OpensslFree<EVP_MD_CTX_free>>;
using EcdsaPtr = std::unique_ptr<ECDSA_SIG, OpensslFree<ECDSA_SIG_free>>;

constexpr std::size_t kEcdsaNumberBytes = 32;
constexpr std::size_t kEd25519Bytes = 64;

const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

/// R and S as OpenSSL takes them: an ASN.1 sequence of two numbers. Empty: it is none.
std::string ToDer(std::string_view signature) {
  if (signature.size() != 2 * kEcdsaNumberBytes) return "";
  const auto number = [&](std::size_t at) {
    return BN_bin2bn(Bytes(signature.substr(at)), kEcdsaNumberBytes, nullptr);
  };
  const EcdsaPtr both(ECDSA_SIG_new());
  if (both == nullptr || ECDSA_SIG_set0(both.get(), number(0), number(kEcdsaNumberBytes)) != 1) {
    return "";
  }
  unsigned char* der = nullptr;
  const int size = i2d_ECDSA_SIG(both.get(), &der);
  if (size <= 0) return "";
  std::string bytes(reinterpret_cast<char*>(der), static_cast<std::size_t>(size));
  OPENSSL_free(der);
  return bytes;
}

}  // namespace

bool IsSignatureOf(const JsonWebKey& key, std::string_view text, std::string_view signature) {
  const OpensslErrors errors;
  std::string der;
  const EVP_MD* hash = EVP_sha256();
  switch (key.algorithm) {
    case SignatureAlgorithm::kRs256:
      if (signature.size() != static_cast<std::size_t>(EVP_PKEY_get_size(key.key.get()))) {
        return false;
      }
      break;
    case SignatureAlgorithm::kEs256:
      der = ToDer(signature);
      if (der.empty()) return false;
      signature = der;
      break;
    case SignatureAlgorithm::kEdDsa:
      if (signature.size() != kEd25519Bytes) return false;
      hash = nullptr;  // It hashes by itself.
      break;
  }
  const DigestContextPtr context(EVP_MD_CTX_new());
  return context != nullptr &&
         EVP_DigestVerifyInit(context.get(), nullptr, hash, nullptr, key.key.get()) == 1 &&
         EVP_DigestVerify(context.get(), Bytes(signature), signature.size(), Bytes(text),
                          text.size()) == 1;
}

}  // namespace orders::infrastructure
