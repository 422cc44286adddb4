#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "api/http/http_message.h"
#include "api/runtime/call_gate.h"
#include "api/runtime/worker_pool.h"
#include "application/ports/telemetry.h"

namespace orders::api {

/// What those who run the service ask over HTTP: GET /healthz/live, /healthz/ready, /metrics and
/// /version. Thread-safe.
class ServicePages {
 public:
  /// All outlive this.
  struct Ports {
    CallGate& gate;
    WorkerPool& workers;  ///< Where what is counted is looked at.
    /// Why it is not ready, for a person; empty: it is.
    std::function<std::string()> why_not_ready;
    std::function<std::string()> metrics_text;
    std::string version;
  };
  explicit ServicePages(Ports ports) : ports_(std::move(ports)) {}

  bool Has(std::string_view path) const;
  static bool IsMetrics(std::string_view path);
  /// `path` is one of them, asked with GET or HEAD.
  void Answer(std::string_view path, std::shared_ptr<HttpExchange> exchange) const;

 private:
  Ports ports_;
};

}  // namespace orders::api
