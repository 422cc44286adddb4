#include "api/http/gateway.h"

#include <algorithm>
#include <array>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"

#include "api/http/event_stream.h"
#include "api/http/problem.h"
#include "api/http/request_decoder.h"
#include "application/commands/request_errors.h"
#include "orders/v1/commands.pb.h"

namespace orders::api {
namespace {

constexpr std::size_t kRequestIdBytesMax = 128;
constexpr std::array<std::string_view, 8> kKnownMethods = {"GET", "HEAD",   "POST",  "OPTIONS",
                                                           "PUT", "DELETE", "PATCH", "TRACE"};

bool IsPrintable(std::string_view text) {
  return !text.empty() && text.size() <= kRequestIdBytesMax &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c <= 0x7e; });
}

bool IsRead(std::string_view method) { return method == "GET" || method == "HEAD"; }

absl::Status Overloaded(std::size_t requests) {
  return application::MakeRequestError(
      absl::StatusCode::kResourceExhausted,
      absl::StrCat("more than ", requests, " requests are under way; nothing was done"),
      {.reason = "OVERLOADED", .retry_after = absl::Seconds(1)});
}

/// "GET, HEAD, OPTIONS"
std::string Allowed(const std::vector<Route>& routes) {
  std::vector<std::string> methods;
  for (const char* const method : {"GET", "POST"}) {
    const bool is_taken = std::any_of(routes.begin(), routes.end(), [method](const Route& route) {
      return route.http_method == method;
    });
    if (is_taken) methods.emplace_back(method);
    if (is_taken && std::string_view(method) == "GET") methods.emplace_back("HEAD");
  }
  methods.emplace_back("OPTIONS");
  return absl::StrJoin(methods, ", ");
}

}  // namespace

struct Gateway::Visit {
  const HttpRequest& request;
  std::shared_ptr<HttpExchange> exchange;
  std::shared_ptr<AnswerTerms> terms = std::make_shared<AnswerTerms>();
  RequestTarget target;
  Router::Match match;
  HeaderOptions headers;
  std::string idempotency_key;
  std::string etag;
  absl::Time deadline = absl::InfiniteFuture();

  HttpResponse Problem(int status, std::string_view reason, const std::string& detail) const {
    HttpResponse response = MakeHttpProblem(status, reason, detail, terms->request_id);
    AddCommonFields(*terms, response);
    return response;
  }
  HttpResponse Bad(const absl::Status& status) const {
    HttpResponse response = MakeProblem(status, "", false, terms->request_id);
    AddCommonFields(*terms, response);
    return response;
  }
};

absl::StatusOr<std::unique_ptr<Gateway>> Gateway::Create(Ports ports,
                                                         const GatewayOptions& options) {
  std::unique_ptr<Gateway> gateway(new Gateway(std::move(ports), options));
  for (const UnaryMethod& method : gateway->ports_.methods) {
    if (absl::Status added = gateway->router_.Add(*method.descriptor); !added.ok()) return added;
    gateway->methods_.emplace(method.descriptor, &method);
  }
  absl::Status added = gateway->router_.Add(*gateway->ports_.watch.descriptor);
  if (!added.ok()) return added;
  gateway->api_pages_.emplace(gateway->router_.routes(), options.version);
  return gateway;
}

Gateway::Gateway(Ports ports, const GatewayOptions& options)
    : ports_(std::move(ports)),
      options_(options),
      origins_(options.origins),
      page_(EmbeddedPage()),
      cache_(options.order_json_bytes_max) {}

void Gateway::Handle(const HttpRequest& request, std::shared_ptr<HttpExchange> exchange) {
  Visit visit{.request = request, .exchange = std::move(exchange)};
  if (std::optional<HttpResponse> answer = AnswerWithoutCall(visit)) {
    return visit.exchange->Respond(*std::move(answer));
  }
  if (ports_.pages.Has(visit.target.path)) {
    if (ServicePages::IsMetrics(visit.target.path)) {
      const absl::Status may =
          ports_.may_see_metrics([&request](std::string_view name) { return request.Find(name); });
      if (!may.ok()) return visit.exchange->Respond(visit.Bad(may));
    }
    return ports_.pages.Answer(visit.target.path, visit.exchange);
  }
  if (page_.Has(visit.target.path)) {
    return visit.exchange->Respond(
        page_.Answer(request, visit.target.path, visit.terms->request_id));
  }
  if (api_pages_->Has(visit.target.path)) {
    return visit.exchange->Respond(api_pages_->Answer(request, visit.target.path));
  }
  Begin(visit);
}

std::optional<HttpResponse> Gateway::AnswerWithoutCall(Visit& visit) const {
  const HttpRequest& request = visit.request;
  const std::optional<std::string_view> request_id = request.Find("Request-Id");
  visit.terms->request_id = request_id.has_value() && IsPrintable(*request_id)
                                ? std::string(*request_id)
                                : ports_.ids.NewId();
  if (request_id.has_value() && !IsPrintable(*request_id)) {
    return visit.Bad(
        absl::InvalidArgumentError("Request-Id takes 1 to 128 printable ASCII characters"));
  }
  if (std::optional<HttpResponse> refused = origins_.Refuse(request, visit.terms->request_id)) {
    return refused;
  }
  visit.terms->cors_origin = origins_.AllowedOrigin(request);
  if (request.method == "CONNECT" || (request.method == "OPTIONS" && request.target == "*")) {
    HttpResponse response = request.method == "OPTIONS" ? HttpResponse{.status = 204}
                                                        : visit.Problem(405, "METHOD_NOT_ALLOWED",
                                                                        "the service is no proxy");
    response.fields.emplace_back("Allow", "GET, HEAD, POST, OPTIONS");
    return response;
  }
  if (std::find(kKnownMethods.begin(), kKnownMethods.end(), request.method) ==
      kKnownMethods.end()) {
    return visit.Problem(501, "METHOD_UNKNOWN", "there is no such method; names are upper case");
  }
  absl::StatusOr<RequestTarget> target = ParseTarget(request.target);
  if (!target.ok()) return visit.Bad(target.status());
  visit.target = *std::move(target);
  if (ports_.pages.Has(visit.target.path) || api_pages_->Has(visit.target.path) ||
      page_.Has(visit.target.path)) {
    if (IsRead(request.method)) return std::nullopt;
    HttpResponse response = visit.Problem(405, "METHOD_NOT_ALLOWED", "this page is read");
    response.fields.emplace_back("Allow", "GET, HEAD");
    return response;
  }
  if (std::optional<HttpResponse> answer = FindRoute(visit)) return answer;
  return ReadTerms(visit);
}

std::optional<HttpResponse> Gateway::FindRoute(Visit& visit) const {
  absl::StatusOr<Router::Match> match = router_.Find(visit.target);
  if (absl::IsNotFound(match.status())) {
    return visit.Problem(404, "PATH_NOT_FOUND", std::string(match.status().message()));
  }
  if (!match.ok()) return visit.Bad(match.status());
  visit.match = *std::move(match);
  if (visit.request.method == "OPTIONS") return AnswerOptions(visit);
  const std::string_view wanted = IsRead(visit.request.method) ? "GET" : visit.request.method;
  for (const Route& route : *visit.match.routes) {
    if (route.http_method == wanted) visit.terms->route = &route;
  }
  if (visit.terms->route != nullptr) return std::nullopt;
  HttpResponse response =
      visit.Problem(405, "METHOD_NOT_ALLOWED", "this path does not take this method");
  response.fields.emplace_back("Allow", Allowed(*visit.match.routes));
  return response;
}

HttpResponse Gateway::AnswerOptions(const Visit& visit) const {
  HttpResponse response{.status = 204};
  response.fields.emplace_back("Allow", Allowed(*visit.match.routes));
  if (visit.terms->cors_origin.empty()) return response;
  response.fields.emplace_back("Access-Control-Allow-Methods", Allowed(*visit.match.routes));
  response.fields.emplace_back("Access-Control-Allow-Headers",
                               "Content-Type, Idempotency-Key, If-Match, If-None-Match, "
                               "Consistency-Token, Prefer, Request-Id, Last-Event-ID, traceparent, "
                               "Authorization");
  response.fields.emplace_back("Access-Control-Max-Age", "600");
  AddCommonFields(*visit.terms, response);
  return response;
}

std::optional<HttpResponse> Gateway::ReadTerms(Visit& visit) const {
  const HttpRequest& request = visit.request;
  AnswerTerms& terms = *visit.terms;
  const bool is_watch = terms.route->method == ports_.watch.descriptor;
  const auto accept = request.Find("Accept");
  if (is_watch ? AcceptedWeight(accept, "text", "event-stream") == 0
               : AcceptedWeight(accept, "application", "json") == 0) {
    return visit.Problem(
        406, "NOT_ACCEPTABLE",
        is_watch ? "this answers with text/event-stream" : "this answers with application/json");
  }
  if (!request.body.empty() && !IsJson(request.Find("Content-Type").value_or(""))) {
    return visit.Problem(415, "UNSUPPORTED_MEDIA_TYPE",
                         "Content-Type must be application/json, in UTF-8");
  }
  if (!request.body.empty() && !terms.route->takes_body) {
    return visit.Bad(absl::InvalidArgumentError("this takes no body"));
  }
  terms.accepts_gzip = AcceptsGzip(request.Find("Accept-Encoding"));
  for (auto [header, condition] :
       {std::pair{"If-Match", &terms.if_match}, std::pair{"If-None-Match", &terms.if_none_match}}) {
    const std::optional<std::string_view> value = request.Find(header);
    if (!value.has_value()) continue;
    absl::StatusOr<EtagCondition> parsed = ParseEtagCondition(header, *value);
    if (!parsed.ok()) return visit.Bad(parsed.status());
    *condition = *std::move(parsed);
  }
  if (terms.route->takes_body && terms.if_match.has_value() && !terms.if_match->any) {
    if (terms.if_match->etags.size() != 1 || terms.if_match->etags[0].is_weak) {
      return visit.Bad(absl::InvalidArgumentError(
          "a command takes one etag in If-Match, as the order had it, without W/"));
    }
    visit.etag = terms.if_match->etags[0].text;
    visit.headers.etag = visit.etag;
  }
  if (const auto key = request.Find("Idempotency-Key"); key.has_value()) {
    absl::StatusOr<std::string> parsed = ParseIdempotencyKey(*key);
    if (!parsed.ok()) return visit.Bad(parsed.status());
    visit.idempotency_key = *std::move(parsed);
    visit.headers.request_id = visit.idempotency_key;
  }
  visit.headers.min_position = request.Find("Consistency-Token");
  if (const auto prefer = request.Find("Prefer"); prefer.has_value()) {
    if (const std::optional<absl::Duration> wait = ParsePreferredWait(*prefer)) {
      visit.deadline = absl::Now() + *wait;
      terms.preference_applied = absl::StrCat("wait=", absl::ToInt64Seconds(*wait));
    }
  }
  return std::nullopt;
}

void Gateway::Begin(Visit& visit) {
  const HttpRequest& request = visit.request;
  const auto decode = [&visit, &request](google::protobuf::Message& message) {
    absl::Status decoded = DecodeRequest({.route = *visit.terms->route,
                                          .path_values = visit.match.values,
                                          .query = visit.target.query,
                                          .body = request.body,
                                          .headers = visit.headers},
                                         message);
    const auto* const create =
        google::protobuf::DynamicCastToGenerated<v1::CreateOrderRequest>(&message);
    visit.terms->is_dry_run = create != nullptr && create->options().validate_only();
    return decoded;
  };
  const auto metadata = [&visit, &request](std::string_view name) {
    return name == "x-correlation-id" ? std::optional<std::string_view>(visit.terms->request_id)
                                      : request.Find(name);
  };
  const Inbound inbound{.decode = decode, .metadata = metadata, .deadline = visit.deadline};
  if (visit.terms->route->method == ports_.watch.descriptor) return BeginWatch(visit, inbound);
  std::shared_ptr<void> permit = Admit();
  if (permit == nullptr) {
    return visit.exchange->Respond(visit.Bad(Overloaded(options_.requests_in_flight_max)));
  }
  const UnaryMethod& method = *methods_.at(visit.terms->route->method);
  method.start(std::make_unique<HttpResponder>(visit.exchange, visit.terms, method.is_command,
                                               cache_, std::move(permit)),
               inbound);
}

void Gateway::BeginWatch(Visit& visit, const Inbound& inbound) {
  if (visit.request.method == "HEAD") {
    HttpResponse response = visit.Problem(405, "METHOD_NOT_ALLOWED", "a watch has no end");
    response.fields.emplace_back("Allow", "GET, OPTIONS");
    return visit.exchange->Respond(std::move(response));
  }
  EventStream::Begin(visit.exchange, *visit.terms, visit.request.Find("Last-Event-ID"),
                     ports_.watch, inbound);
}

std::shared_ptr<void> Gateway::Admit() {
  if (in_flight_.fetch_add(1, std::memory_order_relaxed) >= options_.requests_in_flight_max) {
    in_flight_.fetch_sub(1, std::memory_order_relaxed);
    return nullptr;
  }
  return std::shared_ptr<void>(
      this, [this](void*) { in_flight_.fetch_sub(1, std::memory_order_relaxed); });
}

}  // namespace orders::api
