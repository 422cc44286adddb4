#include "api/orderctl/page_address.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"

#include "api/orderctl/server_host.h"

namespace orders::api {
namespace {

/// Loopback, or every interface: an address that means this machine wherever it is used.
bool IsOnlyItsOwn(const std::string& host) {
  return host == "0.0.0.0" || host == "::" || IsLoopback(host);
}

std::string EncodePercent(absl::string_view text) {
  std::string encoded;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (absl::ascii_isalnum(byte) || absl::StrContains("-._~", c)) {
      encoded += c;
    } else {
      absl::StrAppendFormat(&encoded, "%%%02X", byte);
    }
  }
  return encoded;
}

}  // namespace

std::string ReachableFrom(absl::string_view url, absl::string_view server) {
  const std::size_t host_at = url.find("://") + 3;
  const std::size_t port_at = url.rfind(':');
  if (!IsOnlyItsOwn(HostOf(url.substr(host_at)))) return std::string(url);
  return absl::StrCat(url.substr(0, host_at), server.substr(0, server.rfind(':')),
                      url.substr(port_at));
}

std::string PageOf(absl::string_view url, absl::string_view order_id) {
  const absl::string_view base = absl::StripSuffix(url, "/");
  return order_id.empty() ? absl::StrCat(base, "/")
                          : absl::StrCat(base, "/orders/", EncodePercent(order_id));
}

}  // namespace orders::api
