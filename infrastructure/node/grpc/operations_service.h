#pragma once

#include <memory>
#include <utility>

#include "grpcpp/server_context.h"
#include "grpcpp/support/server_callback.h"

#include "event_store/client/operations.grpc.pb.h"
#include "infrastructure/node/grpc/node_state.h"

namespace eventstoredb {

/// Operations of the node (protocol section 1.7), as far as one node on one file has them: which
/// call does what, and which is refused, stands in docs/protocol-coverage.md.
class OperationsService final
    : public event_store::client::operations::Operations::CallbackService {
 public:
  explicit OperationsService(std::shared_ptr<NodeState> state) : state_(std::move(state)) {}

  grpc::ServerUnaryReactor* StartScavenge(
      grpc::CallbackServerContext* context,
      const event_store::client::operations::StartScavengeReq* request,
      event_store::client::operations::ScavengeResp* response) override;
  grpc::ServerUnaryReactor* StopScavenge(
      grpc::CallbackServerContext* context,
      const event_store::client::operations::StopScavengeReq* request,
      event_store::client::operations::ScavengeResp* response) override;
  grpc::ServerUnaryReactor* Shutdown(grpc::CallbackServerContext* context,
                                     const event_store::client::Empty* request,
                                     event_store::client::Empty* response) override;
  grpc::ServerUnaryReactor* MergeIndexes(grpc::CallbackServerContext* context,
                                         const event_store::client::Empty* request,
                                         event_store::client::Empty* response) override;
  grpc::ServerUnaryReactor* ResignNode(grpc::CallbackServerContext* context,
                                       const event_store::client::Empty* request,
                                       event_store::client::Empty* response) override;
  grpc::ServerUnaryReactor* SetNodePriority(
      grpc::CallbackServerContext* context,
      const event_store::client::operations::SetNodePriorityReq* request,
      event_store::client::Empty* response) override;
  grpc::ServerUnaryReactor* RestartPersistentSubscriptions(
      grpc::CallbackServerContext* context, const event_store::client::Empty* request,
      event_store::client::Empty* response) override;

 private:
  /// Ends the call with `status` if its caller may operate the node.
  grpc::ServerUnaryReactor* Answer(grpc::CallbackServerContext& context,
                                   const absl::Status& status);

  const std::shared_ptr<NodeState> state_;
};

}  // namespace eventstoredb
