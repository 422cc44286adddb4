#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "grpcpp/grpcpp.h"

#include "event_store/client/persistent_subscriptions.grpc.pb.h"
#include "event_store/client/server_features.pb.h"

namespace eventstoredb::testing_support {

class ScriptedServer;

namespace groups = event_store::client::persistent_subscriptions;

using GroupStream = grpc::ServerReaderWriter<groups::ReadResp, groups::ReadReq>;

/// The part of a ScriptedServer that answers about persistent subscriptions.
struct GroupScript {
  template <typename Request, typename Response>
  using Call = std::function<grpc::Status(grpc::ServerContext&, const Request&, Response&)>;

  Call<groups::CreateReq, groups::CreateResp> create;
  Call<groups::UpdateReq, groups::UpdateResp> update;
  Call<groups::DeleteReq, groups::DeleteResp> remove;
  Call<groups::GetInfoReq, groups::GetInfoResp> info;
  Call<groups::ListReq, groups::ListResp> list;
  Call<groups::ReplayParkedReq, groups::ReplayParkedResp> replay;
  Call<event_store::client::Empty, event_store::client::Empty> restart;
  std::function<grpc::Status(grpc::ServerContext&, GroupStream&)> read;
};
std::unique_ptr<grpc::Service> MakeGroupService(ScriptedServer& server, GroupScript script);

/// A features script: the server has persistent subscriptions about streams and about all of them.
grpc::Status ListGroupMethods(grpc::ServerContext& context,
                              event_store::client::server_features::SupportedMethods& out);
void ListGroupMethod(const std::string& method, bool stream, bool all,
                     event_store::client::server_features::SupportedMethods& out);

/// As recorded: event `revision` of stream s, id Id(revision + 1), handed out for the first time or
/// again.
groups::ReadResp GroupEventMessage(std::uint64_t revision, int retries = 0);
groups::ReadResp GroupConfirmation();

}  // namespace eventstoredb::testing_support
