#include "api/http/origin_rules.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

#include "api/http/header_values.h"
#include "api/http/problem.h"
#include "domain/order/absl_view.h"

namespace orders::api {
namespace {

bool Holds(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// Whether `origin` is that of a page that this service has served itself.
bool IsOwn(std::string_view origin, std::string_view host) {
  const std::size_t scheme = origin.find("://");
  return scheme != std::string_view::npos &&
         absl::EqualsIgnoreCase(domain::View(origin.substr(scheme + 3)), domain::View(host));
}

}  // namespace

std::optional<HttpResponse> OriginRules::Refuse(const HttpRequest& request,
                                                std::string_view request_id) const {
  const std::string_view host_and_port = request.Find("Host").value_or("");
  const std::string host = HostOf(host_and_port);
  if (!host.empty() && host != "localhost" && !IsAddress(host) && !Holds(options_.hosts, host)) {
    return MakeHttpProblem(421, "UNKNOWN_HOST",
                           "the service is not called by this Host; http-hosts names those it is",
                           request_id);
  }
  const bool is_harmless =
      request.method == "GET" || request.method == "HEAD" || request.method == "OPTIONS";
  const std::optional<std::string_view> origin = request.Find("Origin");
  if (is_harmless || !origin.has_value() || IsOwn(*origin, host_and_port) ||
      Holds(options_.allowed, *origin)) {
    return std::nullopt;
  }
  return MakeHttpProblem(403, "FOREIGN_ORIGIN",
                         "pages of this Origin may change nothing here; http-cors-origins names "
                         "those that may",
                         request_id);
}

std::string OriginRules::AllowedOrigin(const HttpRequest& request) const {
  const std::string_view origin = request.Find("Origin").value_or("");
  return Holds(options_.allowed, origin) ? std::string(origin) : std::string();
}

}  // namespace orders::api
