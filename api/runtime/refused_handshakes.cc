#include "api/runtime/refused_handshakes.h"

#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

#include "domain/order/absl_view.h"

namespace orders::api {

void RefusedHandshakes::Count(std::string_view reason) {
  if (telemetry_ != nullptr) Log(reason);
  count_.fetch_add(1);
}

void RefusedHandshakes::Log(std::string_view reason) {
  const std::optional<std::uint64_t> handshakes = pace_.Count(absl::Now());
  if (!handshakes.has_value()) return;
  telemetry_->Log(application::Severity::kWarning,
                  absl::StrCat("TLS handshake refused port=", port_, " count=", *handshakes,
                               " reason=\"", domain::View(reason), "\""));
}

}  // namespace orders::api
