#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "google/protobuf/descriptor.h"

#include "api/calls/method.h"
#include "api/http/api_pages.h"
#include "api/http/http_message.h"
#include "api/http/http_responder.h"
#include "api/http/json_answer.h"
#include "api/http/origin_rules.h"
#include "api/http/page_files.h"
#include "api/http/router.h"
#include "api/http/service_pages.h"
#include "application/ports/id_source.h"

namespace orders::api {

struct GatewayOptions {
  std::size_t requests_in_flight_max = 4'096;  ///< A further one is answered 503.
  std::size_t order_json_bytes_max = 32 << 20;
  OriginRules::Options origins;
  std::string version;  ///< Of the program.
};

/// Requests of HTTP to the calls that every front shares, and their answers back; and the web page
/// that makes such requests. Nothing here waits: who waits does so where a call of gRPC would.
/// Thread-safe.
class Gateway final : public HttpHandler {
 public:
  /// What the calls need outlives the gateway, and so does `ids`.
  struct Ports {
    UnaryMethods methods;
    WatchMethod watch;
    application::IdSource& ids;
    /// Whether the caller may see what the service counts; other pages are everyone's.
    std::function<absl::Status(CallMetadata metadata)> may_see_metrics;
    ServicePages pages;
  };
  /// Errors: those of Router::Add, of which our own protos have none.
  static absl::StatusOr<std::unique_ptr<Gateway>> Create(Ports ports,
                                                         const GatewayOptions& options);

  void Handle(const HttpRequest& request, std::shared_ptr<HttpExchange> exchange) override;

  std::size_t requests_in_flight() const { return in_flight_.load(std::memory_order_relaxed); }

 private:
  /// One request on its way to a call.
  struct Visit;

  Gateway(Ports ports, const GatewayOptions& options);
  /// The answer of what needs no call, or why it may not be made.
  std::optional<HttpResponse> AnswerWithoutCall(Visit& visit) const;
  std::optional<HttpResponse> FindRoute(Visit& visit) const;
  HttpResponse AnswerOptions(const Visit& visit) const;
  std::optional<HttpResponse> ReadTerms(Visit& visit) const;
  void Begin(Visit& visit);
  void BeginWatch(Visit& visit, const Inbound& inbound);
  /// Null: too many are in flight.
  std::shared_ptr<void> Admit();

  Ports ports_;
  const GatewayOptions options_;
  const OriginRules origins_;
  const PageFiles page_;
  Router router_;
  std::optional<ApiPages> api_pages_;  ///< Made when all routes are known.
  absl::flat_hash_map<const google::protobuf::MethodDescriptor*, const UnaryMethod*> methods_;
  OrderJsonCache cache_;
  std::atomic<std::size_t> in_flight_ = 0;
};

}  // namespace orders::api
