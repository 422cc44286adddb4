#include "api/runtime/refused_handshakes.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

#include "domain/order/absl_view.h"

namespace orders::api {
namespace {

constexpr absl::Duration kLineInterval = absl::Seconds(1);

}  // namespace

void RefusedHandshakes::Count(std::string_view reason) {
  if (telemetry_ != nullptr) Log(reason);
  count_.fetch_add(1);
}

void RefusedHandshakes::Log(std::string_view reason) {
  std::uint64_t handshakes = 0;
  {
    const absl::MutexLock lock(&mutex_);
    ++not_logged_;
    const absl::Time now = absl::Now();
    if (now < quiet_until_) return;
    quiet_until_ = now + kLineInterval;
    handshakes = std::exchange(not_logged_, 0);
  }
  telemetry_->Log(application::Severity::kWarning,
                  absl::StrCat("TLS handshake refused port=", port_, " count=", handshakes,
                               " reason=\"", domain::View(reason), "\""));
}

}  // namespace orders::api
