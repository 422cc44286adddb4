#include "eventstoredb/connection_string.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>
#include <utility>

#include <arpa/inet.h>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

#include "infrastructure/eventstoredb/client/connection_options.h"

namespace eventstoredb {

using namespace client;  // NOLINT: the parts that this one is made of.

namespace {

constexpr std::size_t kConnectionStringBytesMax = 64 << 10;
constexpr std::size_t kHostBytesMax = 253;  // RFC 1035 section 2.3.4, as text.
constexpr std::size_t kHostsMax = 1'000;
constexpr std::string_view kDiscover = "+discover";
constexpr std::array<std::string_view, 4> kSchemes = {"esdb", "kurrentdb", "kurrent", "kdb"};
/// What no host's name holds (protocol section 4.1), beside control characters and space.
constexpr std::string_view kNotInHosts = "$+!?*'\"(),;[]{}|%~#<>=&/\\@:^`";

absl::Status Refuse(std::string text) { return absl::InvalidArgumentError(std::move(text)); }

std::string_view Trimmed(std::string_view text) {
  const auto is_space = [](char c) { return absl::ascii_isspace(static_cast<unsigned char>(c)); };
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && (is_space(text.back()) || text.back() == '/')) text.remove_suffix(1);
  return text;
}

/// Takes `scheme://` off the front.
absl::StatusOr<bool> TakeScheme(std::string_view& text) {
  const std::size_t end = text.find("://");
  std::string_view scheme = text.substr(0, end);
  bool discover = false;
  if (end != std::string_view::npos && scheme.ends_with(kDiscover)) {
    discover = true;
    scheme.remove_suffix(kDiscover.size());
  }
  if (end == std::string_view::npos ||
      std::find(kSchemes.begin(), kSchemes.end(), scheme) == kSchemes.end()) {
    return Refuse(
        "a connection string begins with esdb:// or kurrentdb://, or with esdb+discover:// or "
        "kurrentdb+discover:// for a cluster");
  }
  text.remove_prefix(end + 3);
  return discover;
}

absl::StatusOr<Credentials> ReadCredentials(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || colon == 0 || colon + 1 == text.size()) {
    return Refuse("credentials in a connection string are user:password@, neither of them empty");
  }
  if (text.find(':', colon + 1) != std::string_view::npos) {
    return Refuse("write %3A for a colon in the password of a connection string");
  }
  absl::StatusOr<std::string> user = PercentDecode(text.substr(0, colon), "user");
  if (!user.ok()) return user.status();
  absl::StatusOr<std::string> password = PercentDecode(text.substr(colon + 1), "password");
  if (!password.ok()) return password.status();
  return Credentials{*std::move(user), *std::move(password)};
}

absl::StatusOr<std::uint16_t> ReadPort(std::string_view text) {
  std::uint32_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size() || port == 0 || port > 65'535) {
    return Refuse("a port in a connection string is a number from 1 to 65535");
  }
  return static_cast<std::uint16_t>(port);
}

bool IsHostName(std::string_view host) {
  return !host.empty() && host.size() <= kHostBytesMax &&
         std::all_of(host.begin(), host.end(), [](char c) {
           const auto byte = static_cast<unsigned char>(c);
           return byte > ' ' && byte != 0x7F && kNotInHosts.find(c) == std::string_view::npos;
         });
}

bool IsIpv6(const std::string& host) {
  in6_addr ignored;
  return inet_pton(AF_INET6, host.c_str(), &ignored) == 1;
}

absl::StatusOr<Endpoint> ReadEndpoint(std::string_view text) {
  Endpoint endpoint;
  std::string_view rest;
  if (text.starts_with('[')) {
    const std::size_t close = text.find(']');
    endpoint.host = std::string(text.substr(1, close == text.npos ? close : close - 1));
    if (close == text.npos || !IsIpv6(endpoint.host)) {
      return Refuse("an IPv6 address in a connection string stands in brackets, as in [::1]:2113");
    }
    rest = text.substr(close + 1);
  } else {
    const std::size_t colon = std::min(text.find(':'), text.size());
    if (!IsHostName(text.substr(0, colon))) {
      return Refuse(
          "a host in a connection string is a name or an address, host:port, several parted by "
          "commas; spaces and signs such as $ % / [ are not part of one");
    }
    endpoint.host = absl::AsciiStrToLower(std::string(text.substr(0, colon)));
    rest = text.substr(colon);
  }
  if (rest.empty()) return endpoint;
  if (rest.front() != ':') return Refuse("after a host only :port may follow");
  absl::StatusOr<std::uint16_t> port = ReadPort(rest.substr(1));
  if (!port.ok()) return port.status();
  endpoint.port = *port;
  return endpoint;
}

absl::Status ReadEndpoints(std::string_view text, std::vector<Endpoint>& out) {
  while (true) {
    const std::size_t end = text.find(',');
    absl::StatusOr<Endpoint> endpoint = ReadEndpoint(text.substr(0, end));
    if (!endpoint.ok()) return endpoint.status();
    if (std::find(out.begin(), out.end(), *endpoint) == out.end()) {
      if (out.size() == kHostsMax) return Refuse("a connection string names at most 1,000 hosts");
      out.push_back(*std::move(endpoint));
    }
    if (end == std::string_view::npos) return absl::OkStatus();
    text.remove_prefix(end + 1);
  }
}

void WarnOfTheUnlikely(bool discover, ConnectionString& parsed) {
  ClientOptions& options = parsed.options;
  if (discover && options.endpoints.size() > 1) {
    options.endpoints.resize(1);
    parsed.warnings.emplace_back("with +discover only the first host is asked");
  }
  if (!options.tls && options.credentials.has_value()) {
    parsed.warnings.emplace_back("credentials are not sent, since tls=false");
  }
  if (!options.tls && (!options.tls_ca_file.empty() || !options.user_cert_file.empty())) {
    parsed.warnings.emplace_back("certificates are not used, since tls=false");
  }
}

}  // namespace

absl::StatusOr<ConnectionString> ParseConnectionString(std::string_view text) {
  if (text.size() > kConnectionStringBytesMax)
    return Refuse("a connection string has at most 65,536 bytes");
  text = Trimmed(text);
  const absl::StatusOr<bool> discover = TakeScheme(text);
  if (!discover.ok()) return discover.status();

  const std::size_t options_at = std::min(text.find('?'), text.size());
  std::string_view authority = text.substr(0, options_at);
  const std::size_t at = authority.find('@');
  // What follows a misplaced @ may be the rest of a password, which no message may repeat.
  if (text.find('@', at == text.npos ? 0 : at + 1) != text.npos) {
    return Refuse(
        "a connection string holds one @, after the password and before the host: write %40 and "
        "%3F for @ and ? elsewhere");
  }

  ConnectionString parsed;
  parsed.options.discover = *discover;
  if (at != std::string_view::npos) {
    absl::StatusOr<Credentials> credentials = ReadCredentials(authority.substr(0, at));
    if (!credentials.ok()) return credentials.status();
    parsed.options.credentials = *std::move(credentials);
    authority.remove_prefix(at + 1);
  }
  while (authority.ends_with('/')) authority.remove_suffix(1);
  if (absl::Status read = ReadEndpoints(authority, parsed.options.endpoints); !read.ok()) {
    return read;
  }
  if (options_at < text.size()) {
    absl::Status read = ReadConnectionOptions(text.substr(options_at + 1), parsed);
    if (!read.ok()) return read;
  }
  WarnOfTheUnlikely(*discover, parsed);
  if (absl::Status valid = Validate(parsed.options); !valid.ok()) return valid;
  return parsed;
}

}  // namespace eventstoredb
