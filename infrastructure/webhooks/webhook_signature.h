#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace orders::infrastructure {

// Standard Webhooks 1.0 (github.com/standard-webhooks), symmetric: a secret is "whsec_" and base64
// of 24 to 64 bytes; the signature is HMAC-SHA256 over "ID.TIMESTAMP.BODY".

inline constexpr std::size_t kWebhookSecretBytesMin = 24;
inline constexpr std::size_t kWebhookSecretBytesMax = 64;

/// A new secret of 32 random bytes. Errors: Unavailable, the system gives none.
absl::StatusOr<std::string> MakeWebhookSecret();

/// Errors: InvalidArgument, `secret` is not of that form; the text does not hold it.
absl::Status CheckWebhookSecret(std::string_view secret);

/// The value of webhook-signature: one signature for each of `secrets`, separated by spaces; those
/// that cannot be read give none. `at` in whole seconds, as in webhook-timestamp.
std::string SignWebhook(const std::vector<std::string>& secrets, std::string_view id, absl::Time at,
                        std::string_view body);

}  // namespace orders::infrastructure
