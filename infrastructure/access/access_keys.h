#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

#include "application/ports/authenticator.h"
#include "application/ports/clock.h"
#include "infrastructure/access/tls_files.h"

namespace orders::infrastructure {

/// Where everything about access is. An empty path: not that kind.
struct AccessFiles {
  TlsFiles tls;          ///< Certificate and key, or neither.
  std::string tokens;    ///< See ReadTokenFile.
  std::string jwt_keys;  ///< See ReadJsonWebKeys; with it, issuer and audience are set.
  std::string jwt_issuer;
  std::string jwt_audience;
  absl::Duration jwt_life_max = absl::Hours(1);
  double calls_per_second_max = 0;  ///< Of a caller whose token says nothing of it; 0: no bound.
};

/// Who may call, and what our ports show, as files say it; read again when told to. Thread-safe.
class AccessKeys final : public application::Authenticator {
 public:
  /// `clock` outlives this. Errors: FailedPrecondition, a file cannot be used, with its name and
  /// what to do.
  static absl::StatusOr<std::unique_ptr<AccessKeys>> Open(AccessFiles files,
                                                          application::Clock& clock);
  ~AccessKeys() override;

  /// Reads all files again. On an error, as of Open, everything stays as it was.
  absl::Status Reload();

  /// A token that begins with "orders_" is a static one, any other a JWT.
  absl::StatusOr<std::shared_ptr<const application::Caller>> Authenticate(
      std::string_view token) const override;

  /// Whether there are tokens of any kind; does not change.
  bool takes_tokens() const { return !files_.tokens.empty() || !files_.jwt_keys.empty(); }
  /// Null: no TLS. Another one after a reload.
  std::shared_ptr<const TlsMaterial> tls() const;

  /// How much is known: for a line of the log.
  struct Counts {
    std::size_t static_tokens = 0;
    std::size_t jwt_keys = 0;
  };
  Counts counts() const;

 private:
  struct State;
  AccessKeys(AccessFiles files, application::Clock& clock);
  absl::StatusOr<std::shared_ptr<const State>> Read() const;
  std::shared_ptr<const State> current() const;

  const AccessFiles files_;
  application::Clock& clock_;
  mutable absl::Mutex mutex_;
  std::shared_ptr<const State> state_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace orders::infrastructure
