#include "api/http/service_pages.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace orders::api {
namespace {

constexpr std::string_view kLive = "/healthz/live";
constexpr std::string_view kReady = "/healthz/ready";
constexpr std::string_view kMetrics = "/metrics";
constexpr std::string_view kVersion = "/version";

HttpResponse Text(int status, std::string text, const char* type = "text/plain; charset=utf-8") {
  HttpResponse response{.status = status};
  response.fields.emplace_back("Content-Type", type);
  response.fields.emplace_back("Cache-Control", "no-store");
  response.body = std::move(text);
  return response;
}

}  // namespace

bool ServicePages::Has(std::string_view path) const {
  return path == kLive || path == kReady || path == kMetrics || path == kVersion;
}

bool ServicePages::IsMetrics(std::string_view path) { return path == kMetrics; }

void ServicePages::Answer(std::string_view path, std::shared_ptr<HttpExchange> exchange) const {
  if (path == kLive) return exchange->Respond(Text(200, "live\n"));
  if (path == kVersion) {
    return exchange->Respond(
        Text(200, absl::StrCat("{\"version\":\"", ports_.version, "\"}\n"), "application/json"));
  }
  // Held while the service is looked at: whoever stops it waits for that.
  CallGate::Pass pass = ports_.gate.Enter();
  if (!pass) return exchange->Respond(Text(503, "stopping\n"));
  if (path == kReady) {
    const std::string why_not = ports_.why_not_ready();
    return exchange->Respond(why_not.empty() ? Text(200, "ready\n") : Text(503, why_not + "\n"));
  }
  const bool posted = ports_.workers.TryPost([this, exchange, pass = std::move(pass)]() mutable {
    exchange->Respond(Text(200, ports_.metrics_text(), "text/plain; version=0.0.4; charset=utf-8"));
    exchange.reset();  // Before the pass: the connection may be gone after it.
  });
  if (!posted) exchange->Respond(Text(503, "no worker is free to look; ask again\n"));
}

}  // namespace orders::api
