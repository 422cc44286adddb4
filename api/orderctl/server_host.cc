#include "api/orderctl/server_host.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

namespace orders::api {

std::string HostOf(absl::string_view server) {
  std::string host(server.substr(0, server.rfind(':')));
  if (host.size() > 2 && host.front() == '[') host = host.substr(1, host.size() - 2);
  return host;
}

bool IsLoopback(absl::string_view host) {
  if (host == "localhost" || host == "::1") return true;
  // A name may begin with "127." as well, and belong to anyone: four numbers, and nothing else.
  return absl::StartsWith(host, "127.") && std::count(host.begin(), host.end(), '.') == 3 &&
         std::all_of(host.begin(), host.end(), [](char c) {
           return c == '.' || absl::ascii_isdigit(static_cast<unsigned char>(c));
         });
}

}  // namespace orders::api
