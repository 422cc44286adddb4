#include "infrastructure/node/transport/plain_http.h"

#include <string_view>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"

namespace eventstoredb {
namespace {

namespace beast = boost::beast;
namespace http = boost::beast::http;

constexpr char kPong[] = "Ping request successfully handled";

/// 204, or the 2xx code asked for as ?liveCode=200.
HttpResponse Health(std::string_view query, bool is_serving) {
  unsigned live = 204;
  constexpr std::string_view kLiveCode = "liveCode=";
  if (query.starts_with(kLiveCode)) {
    unsigned asked = 0;
    const std::string_view value = query.substr(kLiveCode.size());
    if (absl::SimpleAtoi(absl::string_view(value.data(), value.size()), &asked) && asked >= 200 &&
        asked <= 299) {
      live = asked;
    }
  }
  return HttpResponse(is_serving ? http::int_to_status(live) : http::status::service_unavailable,
                      11);
}

HttpResponse Ping(std::string_view accept) {
  if (accept.find("application/json") != std::string_view::npos) {
    return HttpText(http::status::ok, nlohmann::json{{"text", kPong}}.dump(), "application/json");
  }
  return HttpText(http::status::ok, kPong);
}

HttpResponse Info(const PlainHttpState& state) {
  const nlohmann::json info = {
      {"esVersion", state.version},
      {"state", state.is_serving() ? "leader" : "shuttingdown"},
      {"features",
       {{"projections", false}, {"userManagement", state.has_users}, {"atomPub", false}}},
      {"authentication",
       {{"type", state.has_users ? "internal" : "insecure"},
        {"properties", nlohmann::json::object()}}}};
  return HttpText(http::status::ok, info.dump(), "application/json");
}

HttpResponse Answer(const HttpRequest& request, const PlainHttpState& state) {
  const std::string_view target(request.target().data(), request.target().size());
  const std::size_t question = target.find('?');
  const std::string_view path = target.substr(0, question);
  const std::string_view query =
      question == std::string_view::npos ? "" : target.substr(question + 1);
  if (path != "/health/live" && path != "/ping" && path != "/info") {
    return HttpText(http::status::not_found, "not found\n");
  }
  if (!IsReadOnly(request)) return HttpReadOnly();
  if (path == "/health/live") return Health(query, state.is_serving());
  if (path == "/info") return Info(state);
  const beast::string_view accept = request[http::field::accept];
  return Ping({accept.data(), accept.size()});
}

}  // namespace

HttpAnswer PlainHttpPages(PlainHttpState state) {
  return [state = std::move(state)](const HttpRequest& request) { return Answer(request, state); };
}

}  // namespace eventstoredb
