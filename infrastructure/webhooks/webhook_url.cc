#include "infrastructure/webhooks/webhook_url.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include <boost/asio/ip/address.hpp>

#include "domain/order/absl_view.h"

namespace orders::infrastructure {
namespace {

constexpr std::size_t kHostBytesMax = 253;
constexpr std::size_t kLabelBytesMax = 63;
constexpr std::uint16_t kHttpsPort = 443;
constexpr std::uint16_t kHttpPort = 80;

absl::Status Refusal(const std::string& text) { return absl::InvalidArgumentError(text); }

bool IsAddress(std::string_view host) {
  boost::system::error_code error;
  (void)boost::asio::ip::make_address(std::string(host), error);
  return !error && host.find('%') == std::string_view::npos;
}

bool IsLabel(std::string_view label) {
  if (label.empty() || label.size() > kLabelBytesMax) return false;
  if (label.front() == '-' || label.back() == '-') return false;
  return std::all_of(label.begin(), label.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

bool IsPort(std::string_view text) {
  return !text.empty() && text.size() <= 5 && text.front() != '0' &&
         text.find_first_not_of("0123456789") == std::string_view::npos;
}

}  // namespace

bool IsWebhookHostName(std::string_view host) {
  if (host.empty() || host.size() > kHostBytesMax) return false;
  if (IsAddress(host)) return true;
  std::string_view rest = host;
  std::string_view label;
  while (true) {
    const std::size_t dot = rest.find('.');
    label = rest.substr(0, dot);
    if (!IsLabel(label)) return false;
    if (dot == std::string_view::npos) break;
    rest = rest.substr(dot + 1);
  }
  // No top-level domain begins with a digit; numbers in all their ways of writing do.
  return label.front() < '0' || label.front() > '9';
}

absl::StatusOr<WebhookUrl> WebhookUrl::Parse(std::string_view text) {
  if (text.size() > kWebhookUrlBytesMax) {
    return Refusal(absl::StrCat("is longer than ", kWebhookUrlBytesMax, " bytes"));
  }
  const bool is_visible =
      std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; });
  if (!is_visible || text.find_first_of("\\\"<>^`{|}") != std::string_view::npos) {
    return Refusal("holds a character that has to be percent-encoded");
  }
  WebhookUrl url;
  if (text.starts_with("https://")) {
    text.remove_prefix(8);
  } else if (text.starts_with("http://")) {
    text.remove_prefix(7);
    url.is_tls = false;
    url.port = kHttpPort;
  } else {
    return Refusal("begins with neither https:// nor http://");
  }
  if (text.find('#') != std::string_view::npos) return Refusal("has a fragment: leave out the #");
  const std::size_t end = text.find_first_of("/?");
  std::string_view authority = text.substr(0, end);
  if (end != std::string_view::npos) {
    url.target = absl::StrCat(text[end] == '?' ? "/" : "", std::string(text.substr(end)));
  }
  if (authority.find('@') != std::string_view::npos) {
    return Refusal(
        "holds a user name or password, which anyone would read who sees the address: leave out "
        "what stands before the @");
  }
  const bool is_bracketed = authority.starts_with('[');
  const std::size_t host_end =
      is_bracketed ? authority.find(']') : std::min(authority.find(':'), authority.size());
  if (host_end == std::string_view::npos) return Refusal("has no ] behind its address");
  const std::string_view port = authority.substr(host_end + (is_bracketed ? 1 : 0));
  url.host = absl::AsciiStrToLower(domain::View(is_bracketed ? authority.substr(1, host_end - 1)
                                                             : authority.substr(0, host_end)));
  const bool is_ipv6 = url.host.find(':') != std::string::npos;
  if (!IsWebhookHostName(url.host) || is_ipv6 != is_bracketed) {
    return Refusal("has no host that is a name or an address");
  }
  if (!port.empty()) {
    const std::uint32_t number =
        IsPort(port.substr(1)) && port.front() == ':'
            ? static_cast<std::uint32_t>(std::stoul(std::string(port.substr(1))))
            : 0;
    if (number == 0 || number > 65'535) return Refusal("has a port that is none from 1 to 65535");
    url.port = static_cast<std::uint16_t>(number);
  }
  return url;
}

std::string WebhookUrl::HostField() const {
  const bool is_ipv6 = host.find(':') != std::string::npos;
  std::string field = absl::StrCat(is_ipv6 ? "[" : "", host, is_ipv6 ? "]" : "");
  if (port != (is_tls ? kHttpsPort : kHttpPort)) absl::StrAppend(&field, ":", port);
  return field;
}

}  // namespace orders::infrastructure
