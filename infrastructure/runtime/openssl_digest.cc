#include "infrastructure/runtime/openssl_digest.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <utility>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "eventstoredb/uuid.h"

namespace orders::infrastructure {
namespace {

constexpr std::size_t kSha1Bytes = 20;

// A UUID of version 5 lives in a namespace; this one is the service's, for ever: event ids and the
// ids of orders follow from it. 6f726465-7273-5d65-a76e-747331000001.
constexpr std::array<std::uint8_t, 16> kNamespace = {
    0x6f, 0x72, 0x64, 0x65, 0x72, 0x73, 0x5d, 0x65, 0xa7, 0x6e, 0x74, 0x73, 0x31, 0x00, 0x00, 0x01};

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

/// Hashes `first` and then `second`. OpenSSL fails here only without memory, or without the
/// algorithm: then no answer of ours would be true.
void HashInto(const EVP_MD* algorithm, EVP_MD_CTX* context, std::string_view first,
              std::string_view second, std::uint8_t* out) {
  const bool hashed = context != nullptr && EVP_DigestInit_ex(context, algorithm, nullptr) == 1 &&
                      EVP_DigestUpdate(context, first.data(), first.size()) == 1 &&
                      EVP_DigestUpdate(context, second.data(), second.size()) == 1 &&
                      EVP_DigestFinal_ex(context, out, nullptr) == 1;
  if (!hashed) std::abort();
}

}  // namespace

OpensslDigest::OpensslDigest(std::string seal_key)
    : seal_key_(std::move(seal_key)),
      sha256_(EVP_MD_fetch(nullptr, "SHA256", nullptr)),
      sha1_(EVP_MD_fetch(nullptr, "SHA1", nullptr)) {
  if (sha256_ == nullptr || sha1_ == nullptr) std::abort();
}

OpensslDigest::~OpensslDigest() {
  EVP_MD_free(sha256_);
  EVP_MD_free(sha1_);
}

application::Sha256 OpensslDigest::Hash(std::string_view bytes) const {
  thread_local const std::unique_ptr<EVP_MD_CTX, FreeContext> context(EVP_MD_CTX_new());
  application::Sha256 hash;
  HashInto(sha256_, context.get(), bytes, {}, hash.data());
  return hash;
}

application::Sha256 OpensslDigest::Seal(std::string_view bytes) const {
  application::Sha256 seal;
  const unsigned char* made = HMAC(sha256_, seal_key_.data(), static_cast<int>(seal_key_.size()),
                                   reinterpret_cast<const unsigned char*>(bytes.data()),
                                   bytes.size(), seal.data(), nullptr);
  if (made == nullptr) std::abort();
  return seal;
}

std::string OpensslDigest::NamedId(std::string_view name) const {
  thread_local const std::unique_ptr<EVP_MD_CTX, FreeContext> context(EVP_MD_CTX_new());
  std::array<std::uint8_t, kSha1Bytes> hash;
  const std::string_view space(reinterpret_cast<const char*>(kNamespace.data()), kNamespace.size());
  HashInto(sha1_, context.get(), space, name, hash.data());
  eventstoredb::Uuid id;
  std::copy_n(hash.begin(), id.bytes.size(), id.bytes.begin());
  id.bytes[6] = static_cast<std::uint8_t>(0x50 | (id.bytes[6] & 0x0F));  // Version 5.
  id.bytes[8] = static_cast<std::uint8_t>(0x80 | (id.bytes[8] & 0x3F));  // The RFC's variant.
  return id.ToString();
}

}  // namespace orders::infrastructure
