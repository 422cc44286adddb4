#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "grpcpp/grpcpp.h"

#include "event_store/client/monitoring.grpc.pb.h"
#include "event_store/client/operations.grpc.pb.h"
#include "event_store/client/projections.grpc.pb.h"
#include "event_store/client/users.grpc.pb.h"

namespace eventstoredb::testing_support {

class ScriptedServer;

namespace projections = event_store::client::projections;
namespace users = event_store::client::users;
namespace operations = event_store::client::operations;
namespace monitoring = event_store::client::monitoring;

/// The part of a ScriptedServer that answers those who look after it. Calls are counted by
/// "Service/Method". Unset: UNIMPLEMENTED.
struct ManagementScript {
  using Empty = event_store::client::Empty;
  template <typename Request, typename Response>
  using Call = std::function<grpc::Status(grpc::ServerContext&, const Request&, Response&)>;
  template <typename Request, typename Response>
  using Stream = std::function<grpc::Status(grpc::ServerContext&, const Request&,
                                            grpc::ServerWriter<Response>&)>;

  struct Projections {
    Call<projections::CreateReq, projections::CreateResp> create;
    Call<projections::UpdateReq, projections::UpdateResp> update;
    Call<projections::DeleteReq, projections::DeleteResp> remove;
    Stream<projections::StatisticsReq, projections::StatisticsResp> statistics;
    Call<projections::DisableReq, projections::DisableResp> disable;
    Call<projections::EnableReq, projections::EnableResp> enable;
    Call<projections::ResetReq, projections::ResetResp> reset;
    Call<projections::StateReq, projections::StateResp> state;
    Call<projections::ResultReq, projections::ResultResp> result;
    Call<Empty, Empty> restart;
  } projections;

  struct Users {
    Call<users::CreateReq, users::CreateResp> create;
    Call<users::UpdateReq, users::UpdateResp> update;
    Call<users::DeleteReq, users::DeleteResp> remove;
    Call<users::DisableReq, users::DisableResp> disable;
    Call<users::EnableReq, users::EnableResp> enable;
    Stream<users::DetailsReq, users::DetailsResp> details;
    Call<users::ChangePasswordReq, users::ChangePasswordResp> change_password;
    Call<users::ResetPasswordReq, users::ResetPasswordResp> reset_password;
  } users;

  struct Operations {
    Call<operations::StartScavengeReq, operations::ScavengeResp> start_scavenge;
    Call<operations::StopScavengeReq, operations::ScavengeResp> stop_scavenge;
    Call<Empty, Empty> shutdown;
    Call<Empty, Empty> merge_indexes;
    Call<Empty, Empty> resign_node;
    Call<operations::SetNodePriorityReq, Empty> set_node_priority;
    Call<Empty, Empty> restart_groups;
  } operations;

  Stream<monitoring::StatsReq, monitoring::StatsResp> stats;
};
std::vector<std::unique_ptr<grpc::Service>> MakeManagementServices(ScriptedServer& server,
                                                                   const ManagementScript& script);

}  // namespace eventstoredb::testing_support
