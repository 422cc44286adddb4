#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"

#include "eventstoredb/node/embedded_event_store.h"
#include "infrastructure/node/access/caller.h"
#include "infrastructure/node/access/credentials.h"
#include "infrastructure/node/access/recent_map.h"
#include "infrastructure/node/access/user_directory.h"

namespace eventstoredb {

/// Finds out whose credentials these are. Passwords that were right are remembered, as digests, so
/// that a call costs no slow hash; a write to the user's stream forgets them before it is answered.
/// Thread-safe.
class Authenticator {
 public:
  /// The references outlive it.
  Authenticator(EmbeddedEventStore& store, UserDirectory& users, std::size_t verified_max,
                int password_iterations)
      : store_(store),
        users_(users),
        password_iterations_(password_iterations),
        verified_(verified_max) {}

  /// Without waiting. Absent: ask Verify.
  std::optional<Caller> Known(const CallerCredentials& credentials) const;
  /// Reads from disk and hashes. A wrong password and an unknown user take as long and get the same
  /// answer. Errors: Unauthenticated; as UserDirectory::Find.
  absl::StatusOr<Caller> Verify(const CallerCredentials& credentials);

 private:
  struct Verified {
    Caller caller;
    std::uint64_t mark = 0;  ///< Of the user's stream, before it was read.
  };

  EmbeddedEventStore& store_;
  UserDirectory& users_;
  const int password_iterations_;
  const CredentialsDigester digester_;
  RecentMap<CredentialsDigest, Verified> verified_;
};

}  // namespace eventstoredb
