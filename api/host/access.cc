#include "api/host/access.h"

#include <utility>

#include "absl/strings/str_cat.h"

#include "infrastructure/access/access_keys.h"
#include "infrastructure/config/settings.h"

namespace orders::api {
namespace {

using application::Severity;
using infrastructure::AccessFiles;
using infrastructure::AccessKeys;

// Time for a person to renew a certificate that should have been renewed by itself.
constexpr absl::Duration kExpiryWarning = absl::Hours(30 * 24);

AccessFiles FilesOf(const infrastructure::Settings& settings) {
  return {.tls = {.certificate = settings.tls_certificate,
                  .key = settings.tls_key,
                  .client_authorities = settings.tls_client_authorities,
                  .requires_client_certificate = settings.tls_requires_client_certificate},
          .tokens = settings.tokens,
          .jwt_keys = settings.jwt_keys,
          .jwt_issuer = settings.jwt_issuer,
          .jwt_audience = settings.jwt_audience,
          .jwt_life_max = settings.jwt_life_max,
          .calls_per_second_max = static_cast<double>(settings.calls_per_second_max)};
}

StartFailure AccessFailure(const absl::Status& status) {
  return {ExitCode::kConfig, std::string(status.message())};
}

std::string ShownTime(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", time, absl::UTCTimeZone());
}

}  // namespace

Access::Access(application::Telemetry& telemetry) : telemetry_(telemetry) {}
Access::~Access() = default;

std::unique_ptr<Access> Access::Open(const infrastructure::Settings& settings,
                                     application::Telemetry& telemetry, StartFailure& failure) {
  std::unique_ptr<Access> access(new Access(telemetry));
  auto keys = AccessKeys::Open(FilesOf(settings), access->clock_);
  if (!keys.ok()) {
    failure = AccessFailure(keys.status());
    return nullptr;
  }
  access->keys_ = *std::move(keys);
  access->TakeTls();
  access->LogWhatIsUsed("access");
  return access;
}

std::optional<StartFailure> CheckAccess(const infrastructure::Settings& settings) {
  infrastructure::SystemClock clock;
  const auto keys = AccessKeys::Open(FilesOf(settings), clock);
  if (keys.ok()) return std::nullopt;
  return AccessFailure(keys.status());
}

const application::Authenticator* Access::authenticator() const {
  return keys_->takes_tokens() ? keys_.get() : nullptr;
}

TlsSource Access::tls() {
  if (keys_->tls() == nullptr) return {};
  return [this] {
    const absl::ReaderMutexLock lock(&mutex_);
    return identity_;
  };
}

void Access::TakeTls() {
  const std::shared_ptr<const infrastructure::TlsMaterial> material = keys_->tls();
  if (material == nullptr) return;
  auto identity = std::make_shared<const TlsIdentity>(
      TlsIdentity{.certificate_chain = material->certificate_chain,
                  .private_key = material->private_key,
                  .client_authorities = material->client_authorities,
                  .requires_client_certificate = material->requires_client_certificate});
  const absl::MutexLock lock(&mutex_);
  identity_ = std::move(identity);
  expires_at_ = material->expires_at;
}

void Access::LogWhatIsUsed(const std::string& event) const {
  const auto material = keys_->tls();
  if (material == nullptr && !keys_->takes_tokens()) return;
  const AccessKeys::Counts counts = keys_->counts();
  std::string line =
      absl::StrCat(event, ": static_tokens=", counts.static_tokens, " jwt_keys=", counts.jwt_keys);
  if (material == nullptr) {
    telemetry_.Log(Severity::kInfo, line);
    return;
  }
  absl::StrAppend(&line, " certificate_expires=", ShownTime(material->expires_at));
  telemetry_.Log(Severity::kInfo, line);
  const absl::Duration left = material->expires_at - clock_.Now();
  if (left >= kExpiryWarning) return;
  telemetry_.Log(Severity::kWarning,
                 absl::StrCat("a TLS certificate expires in ", left / absl::Hours(24), " days, at ",
                              ShownTime(material->expires_at), ": renew it, and send SIGHUP"));
}

void Access::Reload() {
  const absl::Status read = keys_->Reload();
  if (read.ok()) {
    TakeTls();
    LogWhatIsUsed("reloaded");
  } else {
    telemetry_.Log(Severity::kError,
                   absl::StrCat("reload failed, what was read before stays: ", read.message()));
  }
  const absl::MutexLock lock(&mutex_);
  ++(read.ok() ? reloads_ : reloads_failed_);
  reload_error_ = std::string(read.message());
}

std::string Access::Fault() const {
  const absl::ReaderMutexLock lock(&mutex_);
  if (!reload_error_.empty()) {
    return absl::StrCat("the last reload failed, what was read before it is used: ", reload_error_);
  }
  if (clock_.Now() < expires_at_) return "";
  return absl::StrCat("a TLS certificate expired at ", ShownTime(expires_at_));
}

void Access::AddMetrics(infrastructure::MetricFamilies& families) const {
  using infrastructure::MetricSample;
  const absl::ReaderMutexLock lock(&mutex_);
  std::vector<MetricSample> expiry;
  if (identity_ != nullptr) {
    expiry.push_back({absl::ToDoubleSeconds(expires_at_ - clock_.Now())});
  }
  families.push_back(infrastructure::GaugeFamily(
      "orders_tls_certificate_expiry_seconds",
      "Time until the first certificate expires, negative since then; absent without TLS.",
      expiry));
  families.push_back(infrastructure::CounterFamily(
      "orders_reloads_total", "Reloads of the files about access.",
      {{static_cast<double>(reloads_), {{"result", "ok"}}},
       {static_cast<double>(reloads_failed_), {{"result", "failed"}}}}));
}

}  // namespace orders::api
