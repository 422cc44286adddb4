#include "infrastructure/webhooks/webhook_signature.h"

#include <array>
#include <optional>

#include <sys/random.h>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "domain/order/absl_view.h"

namespace orders::infrastructure {
namespace {

constexpr std::string_view kPrefix = "whsec_";
constexpr std::size_t kNewSecretBytes = 32;

/// Absent: it is none. Only the one way of writing it counts: a receiver's library may be strict.
std::optional<std::string> KeyOf(std::string_view secret) {
  if (!secret.starts_with(kPrefix)) return std::nullopt;
  const std::string_view base64 = secret.substr(kPrefix.size());
  std::string key;
  if (!absl::Base64Unescape(domain::View(base64), &key) ||
      absl::Base64Escape(key) != domain::View(base64) || key.size() < kWebhookSecretBytesMin ||
      key.size() > kWebhookSecretBytesMax) {
    return std::nullopt;
  }
  return key;
}

}  // namespace

absl::StatusOr<std::string> MakeWebhookSecret() {
  std::string key(kNewSecretBytes, '\0');
  if (getrandom(key.data(), key.size(), 0) != static_cast<ssize_t>(key.size())) {
    return absl::UnavailableError("the system gives no random bytes");
  }
  return absl::StrCat(std::string(kPrefix), absl::Base64Escape(key));
}

absl::Status CheckWebhookSecret(std::string_view secret) {
  if (KeyOf(secret).has_value()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("is not whsec_ followed by base64 of ",
                                                 kWebhookSecretBytesMin, " to ",
                                                 kWebhookSecretBytesMax, " bytes"));
}

std::string SignWebhook(const std::vector<std::string>& secrets, std::string_view id, absl::Time at,
                        std::string_view body) {
  const std::string content =
      absl::StrCat(std::string(id), ".", absl::ToUnixSeconds(at), ".", domain::View(body));
  std::string signatures;
  for (const std::string& secret : secrets) {
    const std::optional<std::string> key = KeyOf(secret);
    if (!key.has_value()) continue;
    std::array<unsigned char, EVP_MAX_MD_SIZE> mac;
    unsigned int size = 0;
    if (HMAC(EVP_sha256(), key->data(), static_cast<int>(key->size()),
             reinterpret_cast<const unsigned char*>(content.data()), content.size(), mac.data(),
             &size) == nullptr) {
      continue;
    }
    const absl::string_view bytes(reinterpret_cast<const char*>(mac.data()), size);
    absl::StrAppend(&signatures, signatures.empty() ? "" : " ", "v1,", absl::Base64Escape(bytes));
  }
  return signatures;
}

}  // namespace orders::infrastructure
