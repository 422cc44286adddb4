#include "infrastructure/webhooks/webhook_host.h"

#include "absl/strings/str_cat.h"

namespace orders::infrastructure {
namespace {

// A host for the parser in place of a wildcard, and a port in place of any.
constexpr std::string_view kAnyLabel = "any";

}  // namespace

std::optional<WebhookHost> WebhookHost::Parse(std::string_view text) {
  const bool says_scheme = text.starts_with("http://") || text.starts_with("https://");
  std::string url = absl::StrCat(says_scheme ? "" : "https://", std::string(text));
  WebhookHost pattern;
  const bool any_port = url.ends_with(":*");
  if (any_port) url.resize(url.size() - 2);
  const std::size_t host = url.find("://") + 3;
  pattern.has_wildcard = url.substr(host, 1) == "*";
  if (pattern.has_wildcard) url.replace(host, 1, kAnyLabel);
  if (url.find_first_of("/?", host) != std::string::npos) return std::nullopt;
  const absl::StatusOr<WebhookUrl> parsed = WebhookUrl::Parse(url);
  if (!parsed.ok()) return std::nullopt;
  pattern.is_tls = parsed->is_tls;
  pattern.host = parsed->host;
  if (pattern.has_wildcard) {
    pattern.host.erase(0, kAnyLabel.size());
    if (!pattern.host.empty() && pattern.host.front() != '.') return std::nullopt;
  }
  if (!any_port) pattern.port = parsed->port;
  return pattern;
}

bool WebhookHost::Matches(const WebhookUrl& url) const {
  if (is_tls != url.is_tls || (port.has_value() && *port != url.port)) return false;
  if (!has_wildcard) return host == url.host;
  return url.host.size() > host.size() && url.host.ends_with(host);
}

absl::StatusOr<WebhookPermission> CheckWebhookHost(const std::vector<WebhookHost>& hosts,
                                                   const WebhookUrl& url) {
  bool is_allowed = false;
  for (const WebhookHost& one : hosts) {
    if (!one.Matches(url)) continue;
    if (!one.has_wildcard) return WebhookPermission{.may_be_private = true};
    is_allowed = true;
  }
  if (is_allowed) return WebhookPermission{};
  return absl::InvalidArgumentError(
      absl::StrCat("goes to ", url.is_tls ? "https://" : "http://", url.HostField(),
                   ", which is none of the hosts that --webhook-hosts allows"));
}

}  // namespace orders::infrastructure
