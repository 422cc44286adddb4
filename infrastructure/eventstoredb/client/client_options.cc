#include "eventstoredb/client_options.h"

#include <algorithm>
#include <string_view>

namespace eventstoredb {
namespace {

constexpr std::size_t kEndpointsMax = 1'000;
constexpr std::size_t kTextBytesMax = 4'096;

bool IsPrintableAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

}  // namespace

absl::Status Validate(const ClientOptions& options) {
  const auto refuse = [](const char* what) { return absl::InvalidArgumentError(what); };
  if (options.make_channel != nullptr) {
    if (!options.endpoints.empty() || options.discover || options.tls) {
      return refuse("with a channel of its own a client takes no endpoints, discovery or TLS");
    }
  } else if (options.endpoints.empty() || options.endpoints.size() > kEndpointsMax) {
    return refuse("name 1 to 1,000 endpoints");
  }
  for (const Endpoint& endpoint : options.endpoints) {
    if (endpoint.host.empty() || endpoint.port == 0) {
      return refuse("an endpoint needs a host and a port from 1 to 65535");
    }
  }
  if (options.user_cert_file.empty() != options.user_key_file.empty()) {
    return refuse("a client certificate needs both userCertFile and userKeyFile");
  }
  if (options.credentials.has_value() &&
      (options.credentials->user.empty() || options.credentials->password.empty())) {
    return refuse("credentials need a user and a password");
  }
  if (options.credentials.has_value() && options.credentials->user.find(':') != std::string::npos) {
    return refuse("a user's name cannot hold a colon");
  }
  if (options.connection_name.size() > kTextBytesMax ||
      !IsPrintableAscii(options.connection_name)) {
    return refuse("the connection name must be printable ASCII, 4,096 characters at most");
  }
  if (options.default_deadline <= absl::ZeroDuration()) {
    return refuse("the default deadline must be above 0");
  }
  if (options.keepalive_interval < absl::Milliseconds(1) ||
      options.keepalive_timeout < absl::Milliseconds(1)) {
    return refuse("the keep-alive interval and timeout must be 1 ms or more, or off");
  }
  if (options.discover_attempts_max < 1) return refuse("maxDiscoverAttempts must be 1 or more");
  if (options.discovery_interval < absl::ZeroDuration()) {
    return refuse("discoveryInterval must be 0 or more");
  }
  if (options.gossip_timeout <= absl::ZeroDuration()) {
    return refuse("gossipTimeout must be above 0");
  }
  if (options.retry.attempts_max < 1 || options.retry.backoff_min <= absl::ZeroDuration() ||
      options.retry.backoff_max < options.retry.backoff_min) {
    return refuse("a retry policy needs 1 attempt or more and 0 < backoff_min <= backoff_max");
  }
  if (options.appends_in_flight_max == 0 || options.append_bytes_in_flight_max == 0 ||
      options.events_buffered_max == 0 || options.bytes_buffered_max == 0 ||
      options.listed_max == 0) {
    return refuse("the bounds on appends in flight, on buffers and on lists must be above 0");
  }
  return absl::OkStatus();
}

}  // namespace eventstoredb
