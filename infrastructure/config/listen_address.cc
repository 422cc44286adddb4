#include <limits>

#include "absl/strings/str_cat.h"

#include "infrastructure/config/settings.h"

namespace orders::infrastructure {
namespace {

constexpr std::size_t kHostBytesMax = 253;

bool IsHost(std::string_view host) {
  if (host.empty() || host.size() > kHostBytesMax) return false;
  for (const char c : host) {
    const bool is_fine = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
                         (c >= 'A' && c <= 'Z') || c == '.' || c == '-' || c == ':';
    if (!is_fine) return false;
  }
  return true;
}

}  // namespace

std::optional<ListenAddress> ListenAddress::Parse(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  std::string_view host = text.substr(0, colon);
  const std::string_view port = text.substr(colon + 1);
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string_view::npos) {
    return std::nullopt;  // Which colon would begin the port?
  }
  if (!IsHost(host) || port.empty() || port.size() > 5) return std::nullopt;
  std::uint32_t number = 0;
  for (const char c : port) {
    if (c < '0' || c > '9') return std::nullopt;
    number = number * 10 + static_cast<std::uint32_t>(c - '0');
  }
  if (number > std::numeric_limits<std::uint16_t>::max()) return std::nullopt;
  return ListenAddress{.host = std::string(host), .port = static_cast<std::uint16_t>(number)};
}

std::string ListenAddress::ToString() const {
  const bool is_ipv6 = host.find(':') != std::string_view::npos;
  return absl::StrCat(is_ipv6 ? "[" : "", host, is_ipv6 ? "]" : "", ":", port);
}

bool ListenAddress::IsLoopback() const {
  if (host == "localhost" || host == "::1") return true;
  // A name may begin with "127." as well: four numbers, and nothing else.
  if (!host.starts_with("127.")) return false;
  int dots = 0;
  for (const char c : host) {
    if (c == '.') ++dots;
    if (c != '.' && (c < '0' || c > '9')) return false;
  }
  return dots == 3;
}

}  // namespace orders::infrastructure
