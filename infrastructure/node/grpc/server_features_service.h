#pragma once

#include <memory>
#include <utility>

#include "grpcpp/server_context.h"
#include "grpcpp/support/server_callback.h"

#include "event_store/client/server_features.grpc.pb.h"
#include "infrastructure/node/grpc/node_state.h"

namespace eventstoredb {

/// What is said of the version: the server whose protocol this is (protocol section 3.18).
inline constexpr char kServerVersion[] = "23.10.6";

/// Names the methods that are served here, no others, in the original's order.
class ServerFeaturesService final
    : public event_store::client::server_features::ServerFeatures::CallbackService {
 public:
  explicit ServerFeaturesService(std::shared_ptr<NodeState> state) : state_(std::move(state)) {}

  grpc::ServerUnaryReactor* GetSupportedMethods(
      grpc::CallbackServerContext* context, const event_store::client::Empty* request,
      event_store::client::server_features::SupportedMethods* response) override;

 private:
  const std::shared_ptr<NodeState> state_;
};

}  // namespace eventstoredb
