#include "api/host/operator_calls.h"

#include <utility>

#include "absl/time/clock.h"

#include "api/host/node_view.h"

namespace orders::api {

OperatorCalls::OperatorCalls(Ports ports)
    : ports_(std::move(ports)),
      browser_(*ports_.backend.store),
      streams_({browser_, ports_.digest, ports_.calls}, ports_.backend.identity, ports_.limits) {}

UnaryMethods OperatorCalls::methods() {
  UnaryMethods methods = streams_.methods();
  methods.push_back(NodeMethod());
  return methods;
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
  streams_service_.emplace(methods, order_bytes);
  nodes_service_.emplace(methods, order_bytes);
  return {&*streams_service_, &*nodes_service_};
}

std::vector<std::string> OperatorCalls::ServiceNames() {
  return {v1::Streams::service_full_name(), v1::Nodes::service_full_name()};
}

}  // namespace orders::api
