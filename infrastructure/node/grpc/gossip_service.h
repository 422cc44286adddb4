#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "grpcpp/server_context.h"
#include "grpcpp/support/server_callback.h"

#include "event_store/client/gossip.grpc.pb.h"
#include "infrastructure/node/grpc/node_state.h"

namespace eventstoredb {

/// A cluster of one: this node, its leader (protocol section 3.19).
class GossipService final : public event_store::client::gossip::Gossip::CallbackService {
 public:
  GossipService(std::shared_ptr<NodeState> state, std::string host, std::uint16_t port)
      : state_(std::move(state)), host_(std::move(host)), port_(port) {}

  grpc::ServerUnaryReactor* Read(grpc::CallbackServerContext* context,
                                 const event_store::client::Empty* request,
                                 event_store::client::gossip::ClusterInfo* response) override;

 private:
  void Describe(event_store::client::gossip::ClusterInfo& info) const;

  const std::shared_ptr<NodeState> state_;
  const std::string host_;
  const std::uint16_t port_;
};

}  // namespace eventstoredb
