#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

#include "api/host/start_failure.h"
#include "api/tls_identity.h"
#include "application/ports/authenticator.h"
#include "application/ports/telemetry.h"
#include "infrastructure/runtime/system_clock.h"
#include "infrastructure/telemetry/metric_families.h"

namespace orders::infrastructure {
class AccessKeys;
struct Settings;
}  // namespace orders::infrastructure

namespace orders::api {

/// What the files of the settings say about access, for the process's whole life: a service that is
/// started anew on another store goes on with it, however the files look by then. Thread-safe.
class Access {
 public:
  /// Null with `failure` set (kConfig): a file cannot be used. `telemetry` outlives this.
  static std::unique_ptr<Access> Open(const infrastructure::Settings& settings,
                                      application::Telemetry& telemetry, StartFailure& failure);
  ~Access();

  /// Null: there are no tokens. Lives as long as this.
  const application::Authenticator* authenticator() const;
  /// Empty: no TLS. Must not be called when this is gone.
  TlsSource tls();

  /// Reads all files again, or says in the log what is wrong with one and changes nothing. One
  /// thread at a time.
  void Reload();

  /// Why health is degraded: the last reload failed, or a certificate has expired. Empty: it is
  /// not.
  std::string Fault() const;
  void AddMetrics(infrastructure::MetricFamilies& families) const;

 private:
  explicit Access(application::Telemetry& telemetry);
  void TakeTls();
  void LogWhatIsUsed(const std::string& event) const;

  application::Telemetry& telemetry_;
  mutable infrastructure::SystemClock clock_;
  std::unique_ptr<infrastructure::AccessKeys> keys_;

  mutable absl::Mutex mutex_;
  std::shared_ptr<const TlsIdentity> identity_ ABSL_GUARDED_BY(mutex_);  ///< Null: no TLS.
  absl::Time expires_at_ ABSL_GUARDED_BY(mutex_) = absl::InfiniteFuture();
  std::string reload_error_ ABSL_GUARDED_BY(mutex_);  ///< Of the last one; empty: it went well.
  std::uint64_t reloads_ ABSL_GUARDED_BY(mutex_) = 0;
  std::uint64_t reloads_failed_ ABSL_GUARDED_BY(mutex_) = 0;
};

/// For --check-config: why Access::Open would fail; absent: it would not.
std::optional<StartFailure> CheckAccess(const infrastructure::Settings& settings);

}  // namespace orders::api
