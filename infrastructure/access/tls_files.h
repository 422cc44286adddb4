#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace orders::infrastructure {

struct TlsFiles {
  std::string certificate;                  ///< PEM: our own first, then who signed it, and so on.
  std::string key;                          ///< PEM, not encrypted, for its owner alone.
  std::string client_authorities;           ///< PEM; empty: no certificate is asked of callers.
  bool requires_client_certificate = true;  ///< False: one that is shown is checked.
};

/// What a port shows of itself over TLS, and what it asks of its callers.
struct TlsMaterial {
  std::string certificate_chain;   ///< PEM, and nothing but certificates.
  std::string private_key;         ///< PEM.
  std::string client_authorities;  ///< PEM; empty: none is asked for.
  bool requires_client_certificate = false;
  absl::Time expires_at;  ///< When the first of all these certificates does.
};

/// Reads the files, which need not be trusted: key and certificate match, each certificate of the
/// chain is signed by the next, those that sign may do so, nothing has expired at `now` or begins
/// later, no key is too weak for TLS. Errors: FailedPrecondition, with the file's name and what to
/// do.
absl::StatusOr<std::shared_ptr<const TlsMaterial>> LoadTlsFiles(const TlsFiles& files,
                                                                absl::Time now);

}  // namespace orders::infrastructure
