#pragma once

#include <memory>
#include <string>
#include <utility>

#include "grpcpp/server_context.h"
#include "grpcpp/support/server_callback.h"

#include "event_store/client/projections.grpc.pb.h"
#include "infrastructure/node/grpc/node_state.h"

namespace eventstoredb {

/// Management of the system projections (protocol section 3.16). Others are UNIMPLEMENTED.
class ProjectionsService final
    : public event_store::client::projections::Projections::CallbackService {
 public:
  explicit ProjectionsService(std::shared_ptr<NodeState> state) : state_(std::move(state)) {}

  grpc::ServerUnaryReactor* Create(grpc::CallbackServerContext* context,
                                   const event_store::client::projections::CreateReq* request,
                                   event_store::client::projections::CreateResp* response) override;
  grpc::ServerUnaryReactor* Update(grpc::CallbackServerContext* context,
                                   const event_store::client::projections::UpdateReq* request,
                                   event_store::client::projections::UpdateResp* response) override;
  grpc::ServerUnaryReactor* Delete(grpc::CallbackServerContext* context,
                                   const event_store::client::projections::DeleteReq* request,
                                   event_store::client::projections::DeleteResp* response) override;
  grpc::ServerWriteReactor<event_store::client::projections::StatisticsResp>* Statistics(
      grpc::CallbackServerContext* context,
      const event_store::client::projections::StatisticsReq* request) override;
  grpc::ServerUnaryReactor* Disable(
      grpc::CallbackServerContext* context,
      const event_store::client::projections::DisableReq* request,
      event_store::client::projections::DisableResp* response) override;
  grpc::ServerUnaryReactor* Enable(grpc::CallbackServerContext* context,
                                   const event_store::client::projections::EnableReq* request,
                                   event_store::client::projections::EnableResp* response) override;
  grpc::ServerUnaryReactor* Reset(grpc::CallbackServerContext* context,
                                  const event_store::client::projections::ResetReq* request,
                                  event_store::client::projections::ResetResp* response) override;
  grpc::ServerUnaryReactor* State(grpc::CallbackServerContext* context,
                                  const event_store::client::projections::StateReq* request,
                                  event_store::client::projections::StateResp* response) override;
  grpc::ServerUnaryReactor* Result(grpc::CallbackServerContext* context,
                                   const event_store::client::projections::ResultReq* request,
                                   event_store::client::projections::ResultResp* response) override;
  grpc::ServerUnaryReactor* RestartSubsystem(grpc::CallbackServerContext* context,
                                             const event_store::client::Empty* request,
                                             event_store::client::Empty* response) override;

 private:
  grpc::ServerUnaryReactor* SetRuns(grpc::CallbackServerContext& context, const std::string& name,
                                    bool runs);

  const std::shared_ptr<NodeState> state_;
};

}  // namespace eventstoredb
