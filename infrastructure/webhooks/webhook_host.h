#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

#include "infrastructure/webhooks/webhook_url.h"

namespace orders::infrastructure {

/// Hosts that webhooks may be sent to, as a setting names them: `hooks.example`,
/// `hooks.example:8443`, `*.example` (names below it, not itself), `*` (any), `10.1.2.3:*` (any
/// port), `http://127.0.0.1:9000`. https unless it says http://.
struct WebhookHost {
  bool is_tls = true;
  bool has_wildcard = false;
  std::string host;  ///< Lower case; with a wildcard what stands behind it: ".example", or empty.
  std::optional<std::uint16_t> port;  ///< Absent: any.

  /// Absent: `text` is no such pattern.
  static std::optional<WebhookHost> Parse(std::string_view text);
  bool Matches(const WebhookUrl& url) const;
};

/// Whether messages may go to `url`, and if so whether to a private address too: its host is named
/// literally in the setting. Errors: InvalidArgument, with what to change.
struct WebhookPermission {
  bool may_be_private = false;
};
absl::StatusOr<WebhookPermission> CheckWebhookHost(const std::vector<WebhookHost>& hosts,
                                                   const WebhookUrl& url);

}  // namespace orders::infrastructure
