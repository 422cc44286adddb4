#include "infrastructure/node/name_uuid.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <memory>

#include <openssl/evp.h>
#include <openssl/sha.h>

namespace eventstoredb {
namespace {

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

}  // namespace

Uuid MakeNameUuid(const Uuid& space, std::string_view name) {
  // Looked up once: a look-up takes longer than the hash. Both live as long as they are used.
  static const EVP_MD* const sha1 = EVP_MD_fetch(nullptr, "SHA1", nullptr);
  thread_local const std::unique_ptr<EVP_MD_CTX, FreeContext> context(EVP_MD_CTX_new());
  std::array<std::uint8_t, SHA_DIGEST_LENGTH> hash;
  const bool hashed =
      sha1 != nullptr && context != nullptr &&
      EVP_DigestInit_ex(context.get(), sha1, nullptr) == 1 &&
      EVP_DigestUpdate(context.get(), space.bytes.data(), space.bytes.size()) == 1 &&
      EVP_DigestUpdate(context.get(), name.data(), name.size()) == 1 &&
      EVP_DigestFinal_ex(context.get(), hash.data(), nullptr) == 1;
  if (!hashed) std::abort();  // No memory, or no such algorithm: then no id of ours would be true.
  Uuid id;
  std::copy_n(hash.begin(), id.bytes.size(), id.bytes.begin());
  id.bytes[6] = static_cast<std::uint8_t>((id.bytes[6] & 0x0F) | 0x50);
  id.bytes[8] = static_cast<std::uint8_t>((id.bytes[8] & 0x3F) | 0x80);
  return id;
}

}  // namespace eventstoredb
