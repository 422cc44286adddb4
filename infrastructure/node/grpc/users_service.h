#pragma once

#include <memory>
#include <utility>

#include "grpcpp/server_context.h"
#include "grpcpp/support/server_callback.h"

#include "event_store/client/users.grpc.pb.h"
#include "infrastructure/node/grpc/node_state.h"

namespace eventstoredb {

/// Users and their passwords (protocol sections 1.8 and 3.17). On a node without access control
/// there are none: every call is FAILED_PRECONDITION and says so.
class UsersService final : public event_store::client::users::Users::CallbackService {
 public:
  explicit UsersService(std::shared_ptr<NodeState> state) : state_(std::move(state)) {}

  grpc::ServerUnaryReactor* Create(grpc::CallbackServerContext* context,
                                   const event_store::client::users::CreateReq* request,
                                   event_store::client::users::CreateResp* response) override;
  grpc::ServerUnaryReactor* Update(grpc::CallbackServerContext* context,
                                   const event_store::client::users::UpdateReq* request,
                                   event_store::client::users::UpdateResp* response) override;
  grpc::ServerUnaryReactor* Delete(grpc::CallbackServerContext* context,
                                   const event_store::client::users::DeleteReq* request,
                                   event_store::client::users::DeleteResp* response) override;
  grpc::ServerUnaryReactor* Disable(grpc::CallbackServerContext* context,
                                    const event_store::client::users::DisableReq* request,
                                    event_store::client::users::DisableResp* response) override;
  grpc::ServerUnaryReactor* Enable(grpc::CallbackServerContext* context,
                                   const event_store::client::users::EnableReq* request,
                                   event_store::client::users::EnableResp* response) override;
  grpc::ServerWriteReactor<event_store::client::users::DetailsResp>* Details(
      grpc::CallbackServerContext* context,
      const event_store::client::users::DetailsReq* request) override;
  grpc::ServerUnaryReactor* ChangePassword(
      grpc::CallbackServerContext* context,
      const event_store::client::users::ChangePasswordReq* request,
      event_store::client::users::ChangePasswordResp* response) override;
  grpc::ServerUnaryReactor* ResetPassword(
      grpc::CallbackServerContext* context,
      const event_store::client::users::ResetPasswordReq* request,
      event_store::client::users::ResetPasswordResp* response) override;

 private:
  const std::shared_ptr<NodeState> state_;
};

}  // namespace eventstoredb
