#pragma once

#include <memory>
#include <utility>

#include "grpcpp/server_context.h"
#include "grpcpp/support/server_callback.h"

#include "event_store/client/persistent_subscriptions.grpc.pb.h"
#include "infrastructure/node/grpc/node_state.h"

namespace eventstoredb {

/// Persistent subscriptions (protocol section 3.15). Parses and hands over to the groups' thread.
class PersistentSubscriptionsService final : public event_store::client::persistent_subscriptions::
                                                 PersistentSubscriptions::CallbackService {
 public:
  explicit PersistentSubscriptionsService(std::shared_ptr<NodeState> state)
      : state_(std::move(state)) {}

  grpc::ServerUnaryReactor* Create(
      grpc::CallbackServerContext* context,
      const event_store::client::persistent_subscriptions::CreateReq* request,
      event_store::client::persistent_subscriptions::CreateResp* response) override;
  grpc::ServerUnaryReactor* Update(
      grpc::CallbackServerContext* context,
      const event_store::client::persistent_subscriptions::UpdateReq* request,
      event_store::client::persistent_subscriptions::UpdateResp* response) override;
  grpc::ServerUnaryReactor* Delete(
      grpc::CallbackServerContext* context,
      const event_store::client::persistent_subscriptions::DeleteReq* request,
      event_store::client::persistent_subscriptions::DeleteResp* response) override;
  grpc::ServerBidiReactor<event_store::client::persistent_subscriptions::ReadReq,
                          event_store::client::persistent_subscriptions::ReadResp>*
  Read(grpc::CallbackServerContext* context) override;
  grpc::ServerUnaryReactor* GetInfo(
      grpc::CallbackServerContext* context,
      const event_store::client::persistent_subscriptions::GetInfoReq* request,
      event_store::client::persistent_subscriptions::GetInfoResp* response) override;
  grpc::ServerUnaryReactor* ReplayParked(
      grpc::CallbackServerContext* context,
      const event_store::client::persistent_subscriptions::ReplayParkedReq* request,
      event_store::client::persistent_subscriptions::ReplayParkedResp* response) override;
  grpc::ServerUnaryReactor* List(
      grpc::CallbackServerContext* context,
      const event_store::client::persistent_subscriptions::ListReq* request,
      event_store::client::persistent_subscriptions::ListResp* response) override;
  grpc::ServerUnaryReactor* RestartSubsystem(grpc::CallbackServerContext* context,
                                             const event_store::client::Empty* request,
                                             event_store::client::Empty* response) override;

 private:
  const std::shared_ptr<NodeState> state_;
};

}  // namespace eventstoredb
