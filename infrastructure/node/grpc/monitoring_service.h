#pragma once

#include <memory>
#include <utility>

#include "grpcpp/server_context.h"
#include "grpcpp/support/server_callback.h"

#include "event_store/client/monitoring.grpc.pb.h"
#include "infrastructure/node/grpc/node_state.h"

namespace eventstoredb {

/// Statistics every so often until the client cancels (protocol section 1.11): at once, then at the
/// interval asked for, of 100 ms to a day; 0 or nothing asked for: 10 s.
class MonitoringService final
    : public event_store::client::monitoring::Monitoring::CallbackService {
 public:
  explicit MonitoringService(std::shared_ptr<NodeState> state) : state_(std::move(state)) {}

  grpc::ServerWriteReactor<event_store::client::monitoring::StatsResp>* Stats(
      grpc::CallbackServerContext* context,
      const event_store::client::monitoring::StatsReq* request) override;

 private:
  const std::shared_ptr<NodeState> state_;
};

}  // namespace eventstoredb
