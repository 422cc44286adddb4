#include "infrastructure/node/access/password.h"

#include "absl/strings/str_cat.h"
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

namespace eventstoredb {
namespace {

constexpr std::size_t kSaltBytes = 16;
constexpr std::size_t kHashBytes = 32;

bool Derive(std::string_view password, const std::string& salt, int iterations, std::string& hash) {
  return PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()),
                           reinterpret_cast<const unsigned char*>(salt.data()),
                           static_cast<int>(salt.size()), iterations, EVP_sha256(),
                           static_cast<int>(hash.size()),
                           reinterpret_cast<unsigned char*>(hash.data())) == 1;
}

}  // namespace

absl::StatusOr<PasswordHash> HashPassword(std::string_view password, int iterations) {
  if (password.empty()) return absl::InvalidArgumentError("the password is empty");
  if (password.size() > kPasswordBytesMax) {
    return absl::InvalidArgumentError(
        absl::StrCat("the password has more than ", kPasswordBytesMax, " bytes"));
  }
  PasswordHash made{.iterations = iterations,
                    .salt = std::string(kSaltBytes, '\0'),
                    .hash = std::string(kHashBytes, '\0')};
  const bool is_random = RAND_bytes(reinterpret_cast<unsigned char*>(made.salt.data()),
                                    static_cast<int>(made.salt.size())) == 1;
  if (!is_random || !Derive(password, made.salt, iterations, made.hash)) {
    return absl::InternalError("the password could not be hashed");
  }
  return made;
}

bool IsPassword(const PasswordHash& hash, std::string_view password) {
  if (hash.hash.empty() || password.size() > kPasswordBytesMax) return false;
  std::string derived(hash.hash.size(), '\0');
  return Derive(password, hash.salt, hash.iterations, derived) &&
         CRYPTO_memcmp(derived.data(), hash.hash.data(), derived.size()) == 0;
}

}  // namespace eventstoredb
