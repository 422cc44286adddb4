#include "infrastructure/node/access/credentials.h"

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include <openssl/rand.h>
#include <openssl/sha.h>

namespace eventstoredb {
namespace {

constexpr absl::string_view kBasic = "basic ";
constexpr std::size_t kKeyBytes = 32;

}  // namespace

std::string_view CallerCredentials::name() const {
  switch (kind) {
    case Kind::kAnonymous:
      return "anonymous";
    case Kind::kSystem:
      return "system";
    case Kind::kPassword:
      break;
  }
  return login;
}

CallerCredentials ReadAuthorization(std::string_view header) {
  const absl::string_view text(header.data(), header.size());
  if (!absl::StartsWithIgnoreCase(text, kBasic)) return {};
  std::string decoded;
  const absl::string_view encoded = absl::StripAsciiWhitespace(text.substr(kBasic.size()));
  if (!absl::Base64Unescape(encoded, &decoded)) return {};
  const std::size_t colon = decoded.find(':');
  if (colon == std::string::npos || colon == 0) return {};
  return {.kind = CallerCredentials::Kind::kPassword,
          .login = decoded.substr(0, colon),
          .password = decoded.substr(colon + 1)};
}

CredentialsDigester::CredentialsDigester() : key_(kKeyBytes, '\0') {
  // Without randomness the digests are still those of one process: they leave it never.
  RAND_bytes(reinterpret_cast<unsigned char*>(key_.data()), static_cast<int>(key_.size()));
}

CredentialsDigest CredentialsDigester::Of(const CallerCredentials& credentials) const {
  // A login has no colon, so that the two cannot be parted otherwise.
  std::string text = key_;
  text.append(credentials.login).append(":").append(credentials.password);
  CredentialsDigest digest;
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  return digest;
}

}  // namespace eventstoredb
