#include "eventstoredb/endpoint.h"

#include "absl/strings/str_cat.h"

namespace eventstoredb {

std::string Endpoint::ToString() const {
  const bool is_ipv6 = host.find(':') != std::string::npos;
  return is_ipv6 ? absl::StrCat("[", host, "]:", port) : absl::StrCat(host, ":", port);
}

}  // namespace eventstoredb
