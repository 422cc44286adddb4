#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "grpcpp/impl/codegen/service_type.h"

#include "api/calls/call_context.h"
#include "api/calls/consumer_group_calls.h"
#include "api/calls/method.h"
#include "api/calls/store_user_calls.h"
#include "api/calls/stream_calls.h"
#include "api/calls/webhook_calls.h"
#include "api/calls/worker_method.h"
#include "api/grpc/order_bytes_cache.h"
#include "api/grpc/unary_service.h"
#include "api/host/rate_window.h"
#include "api/host/store_backend.h"
#include "application/ports/digest.h"
#include "application/ports/webhooks.h"
#include "eventstoredb/client.h"
#include "eventstoredb/node/node_server.h"
#include "infrastructure/journal/client_store_users.h"
#include "infrastructure/journal/store_consumer_groups.h"
#include "infrastructure/journal/store_event_browser.h"
#include "infrastructure/telemetry/metric_families.h"
#include "orders/v1/consumer_groups.grpc.pb.h"
#include "orders/v1/nodes.grpc.pb.h"
#include "orders/v1/store_users.grpc.pb.h"
#include "orders/v1/streams.grpc.pb.h"
#include "orders/v1/webhooks.grpc.pb.h"

namespace orders::infrastructure {
struct Settings;
}  // namespace orders::infrastructure

namespace orders::api {

/// What an operator looks at beside read models: the store's streams, groups and users, the node,
/// and webhooks.
class OperatorCalls {
 public:
  /// All outlive this.
  struct Ports {
    const infrastructure::Settings& settings;
    const StoreBackend& backend;
    /// Of the same store.
    eventstoredb::Client& store_client;
    const application::Digest& digest;
    application::Webhooks& webhooks;
    WorkerMethodPorts calls;
    CallLimits limits;
    std::function<infrastructure::MetricFamilies()> metrics;
    /// Absent: the store is not served.
    std::function<std::optional<eventstoredb::NodeServerStats>()> store_server;
  };
  explicit OperatorCalls(Ports ports);

  UnaryMethods methods();
  /// Of the store's groups; blocks for a moment. Nothing while the store is out of reach.
  void AddGroupMetrics(infrastructure::MetricFamilies& families);
  /// The services of gRPC, which live as long as this, with their rpcs of `methods`; `order_bytes`
  /// outlives it. Once.
  std::vector<grpc::Service*> MakeServices(const UnaryMethods& methods,
                                           OrderBytesCache& order_bytes);
  static std::vector<std::string> ServiceNames();

 private:
  UnaryMethod NodeMethod();

  const Ports ports_;
  infrastructure::StoreEventBrowser browser_;
  infrastructure::ClientStoreUsers users_;
  infrastructure::StoreConsumerGroups groups_;
  StreamCalls streams_;
  ConsumerGroupCalls group_calls_;
  StoreUserCalls user_calls_;
  WebhookCalls webhooks_;
  RateWindow rates_;
  std::optional<UnaryService<v1::StoreUsers>> users_service_;
  std::optional<UnaryService<v1::Streams>> streams_service_;
  std::optional<UnaryService<v1::ConsumerGroups>> groups_service_;
  std::optional<UnaryService<v1::Nodes>> nodes_service_;
  std::optional<UnaryService<v1::Webhooks>> webhooks_service_;
};

}  // namespace orders::api
