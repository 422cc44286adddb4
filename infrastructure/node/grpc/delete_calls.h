#pragma once

#include <memory>

#include "grpcpp/server_context.h"
#include "grpcpp/support/server_callback.h"

#include "event_store/client/streams.pb.h"
#include "infrastructure/node/grpc/node_state.h"

namespace eventstoredb {

/// Delete and Tombstone (protocol section 3.13).
grpc::ServerUnaryReactor* StartDelete(const std::shared_ptr<NodeState>& state,
                                      grpc::CallbackServerContext& context,
                                      const event_store::client::streams::DeleteReq& request,
                                      event_store::client::streams::DeleteResp& response);
grpc::ServerUnaryReactor* StartTombstone(const std::shared_ptr<NodeState>& state,
                                         grpc::CallbackServerContext& context,
                                         const event_store::client::streams::TombstoneReq& request,
                                         event_store::client::streams::TombstoneResp& response);

}  // namespace eventstoredb
