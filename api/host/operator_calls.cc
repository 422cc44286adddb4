#include "api/host/operator_calls.h"

#include <utility>

#include "absl/time/clock.h"

#include "api/host/node_view.h"
#include "api/host/store_metrics.h"

namespace orders::api {
namespace {

/// Series are few, whatever groups there are.
constexpr std::size_t kGroupsMeasuredMax = 50;
/// Who scrapes does not wait for longer.
constexpr absl::Duration kMeasureMax = absl::Seconds(2);

}  // namespace

OperatorCalls::OperatorCalls(Ports ports)
    : ports_(std::move(ports)),
      browser_(*ports_.backend.store),
      users_(ports_.store_client.users(), {.is_embedded = ports_.backend.embedded != nullptr,
                                           .own_login = ports_.backend.own_login}),
      groups_(ports_.store_client, *ports_.backend.store),
      streams_({browser_, ports_.digest, ports_.calls}, ports_.backend.identity, ports_.limits),
      group_calls_({groups_, ports_.digest, ports_.calls}, ports_.backend.identity, ports_.limits),
      user_calls_({users_, ports_.digest, ports_.calls}, ports_.limits),
      webhooks_({ports_.webhooks, ports_.digest, ports_.calls}, ports_.limits) {}

UnaryMethods OperatorCalls::methods() {
  UnaryMethods methods = streams_.methods();
  for (UnaryMethod& method : group_calls_.methods()) methods.push_back(std::move(method));
  for (UnaryMethod& method : user_calls_.methods()) methods.push_back(std::move(method));
  methods.push_back(NodeMethod());
  for (UnaryMethod& method : webhooks_.methods()) methods.push_back(std::move(method));
  return methods;
}

void OperatorCalls::AddGroupMetrics(infrastructure::MetricFamilies& families) {
  if (!ports_.backend.monitor->Reachability().is_reachable) return;
  const auto list =
      groups_.List({.groups_max = kGroupsMeasuredMax, .deadline = absl::Now() + kMeasureMax});
  if (list.ok()) api::AddGroupMetrics(*list, families);
}

UnaryMethod OperatorCalls::NodeMethod() {
  return MakeWorkerMethod<v1::GetNodeRequest, v1::Node>(
      "Nodes", ports_.calls, ports_.limits,
      [this](const application::CallContext& /*call*/, const v1::GetNodeRequest& /*request*/) {
        return MakeNode({.settings = ports_.settings,
                         .backend = ports_.backend,
                         .metrics = ports_.metrics(),
                         .store_server = ports_.store_server(),
                         .now = absl::Now()},
                        rates_);
      });
}

std::vector<grpc::Service*> OperatorCalls::MakeServices(const UnaryMethods& methods,
                                                        OrderBytesCache& order_bytes) {
  users_service_.emplace(methods, order_bytes);
  streams_service_.emplace(methods, order_bytes);
  groups_service_.emplace(methods, order_bytes);
  nodes_service_.emplace(methods, order_bytes);
  webhooks_service_.emplace(methods, order_bytes);
  return {&*users_service_, &*streams_service_, &*groups_service_, &*nodes_service_,
          &*webhooks_service_};
}

std::vector<std::string> OperatorCalls::ServiceNames() {
  return {v1::StoreUsers::service_full_name(), v1::Streams::service_full_name(),
          v1::ConsumerGroups::service_full_name(), v1::Nodes::service_full_name(),
          v1::Webhooks::service_full_name()};
}

}  // namespace orders::api
