#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace orders::infrastructure {

inline constexpr std::size_t kWebhookUrlBytesMax = 2'048;

/// Where a webhook's messages go. Read strictly: what two readers could understand differently is
/// refused, so that the host which was looked at is the host that is called.
struct WebhookUrl {
  bool is_tls = true;
  std::string host;  ///< Lower case; an IPv6 address without brackets.
  std::uint16_t port = 443;
  std::string target = "/";  ///< Path and query.

  /// Errors: InvalidArgument, with what to change: not http:// or https://; user info; a fragment;
  /// a character outside of visible ASCII; a host that is neither a name nor an address; too long.
  static absl::StatusOr<WebhookUrl> Parse(std::string_view text);
  /// Of the request: without the port that the scheme stands for.
  std::string HostField() const;
};

/// A name by the rules of DNS, or an address (IPv6 without brackets). "127.1" and "0x7f000001" are
/// neither, though resolvers take them for addresses.
bool IsWebhookHostName(std::string_view host);

}  // namespace orders::infrastructure
