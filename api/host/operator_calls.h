#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "grpcpp/impl/codegen/service_type.h"

#include "api/calls/call_context.h"
#include "api/calls/method.h"
#include "api/calls/stream_calls.h"
#include "api/calls/worker_method.h"
#include "api/grpc/order_bytes_cache.h"
#include "api/grpc/unary_service.h"
#include "api/host/rate_window.h"
#include "api/host/store_backend.h"
#include "application/ports/digest.h"
#include "eventstoredb/node/node_server.h"
#include "infrastructure/journal/store_event_browser.h"
#include "infrastructure/telemetry/metric_families.h"
#include "orders/v1/nodes.grpc.pb.h"
#include "orders/v1/streams.grpc.pb.h"

namespace orders::infrastructure {
struct Settings;
}  // namespace orders::infrastructure

namespace orders::api {

/// What an operator looks at beside read models: the store's streams, and the node.
class OperatorCalls {
 public:
  /// All outlive this.
  struct Ports {
    const infrastructure::Settings& settings;
    const StoreBackend& backend;
    const application::Digest& digest;
    WorkerMethodPorts calls;
    CallLimits limits;
    std::function<infrastructure::MetricFamilies()> metrics;
    /// Absent: the store is not served.
    std::function<std::optional<eventstoredb::NodeServerStats>()> store_server;
  };
  explicit OperatorCalls(Ports ports);

  UnaryMethods methods();
  /// The services of gRPC, which live as long as this, with their rpcs of `methods`; `order_bytes`
  /// outlives it. Once.
  std::vector<grpc::Service*> MakeServices(const UnaryMethods& methods,
                                           OrderBytesCache& order_bytes);
  static std::vector<std::string> ServiceNames();

 private:
  UnaryMethod NodeMethod();

  const Ports ports_;
  infrastructure::StoreEventBrowser browser_;
  StreamCalls streams_;
  RateWindow rates_;
  std::optional<UnaryService<v1::Streams>> streams_service_;
  std::optional<UnaryService<v1::Nodes>> nodes_service_;
};

}  // namespace orders::api
