#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace eventstoredb {

/// What a call shows of who makes it (protocol section 2.2).
struct CallerCredentials {
  enum class Kind {
    kAnonymous,  ///< Nothing that can be read.
    kSystem,     ///< This process itself.
    kPassword,
  };
  Kind kind = Kind::kAnonymous;
  std::string login;
  std::string password;

  /// Who it is to other people: "anonymous" and "system" are no users.
  std::string_view name() const;
};

/// Of an authorization header. What is no Basic credential counts as none.
CallerCredentials ReadAuthorization(std::string_view header);

/// Stands for credentials in memory, where no password is kept: SHA-256 under a key of this
/// process's own.
using CredentialsDigest = std::array<std::uint8_t, 32>;

class CredentialsDigester {
 public:
  CredentialsDigester();
  CredentialsDigest Of(const CallerCredentials& credentials) const;

 private:
  std::string key_;
};

}  // namespace eventstoredb
