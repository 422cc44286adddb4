#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/http/http_message.h"

namespace orders::api {

/// Which names the service answers to, and which pages of others may use it. A browser sends
/// requests for any page that it shows, from inside the network that it is in: this is what keeps
/// such a page out.
class OriginRules {
 public:
  struct Options {
    /// Beside addresses and localhost, the names that Host may have; lower case.
    std::vector<std::string> hosts;
    /// Origins, as "https://shop.example", whose pages may use the service.
    std::vector<std::string> allowed;
  };
  explicit OriginRules(Options options) : options_(std::move(options)) {}

  /// 421: Host is a name that we are not called by. 403: a foreign page asks for a change.
  std::optional<HttpResponse> Refuse(const HttpRequest& request, std::string_view request_id) const;
  /// The origin that the answer is to be given to; empty: none, or the same one.
  std::string AllowedOrigin(const HttpRequest& request) const;

 private:
  const Options options_;
};

}  // namespace orders::api
