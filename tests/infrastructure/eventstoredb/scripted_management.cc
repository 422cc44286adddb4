#include "tests/infrastructure/eventstoredb/scripted_management.h"

#include <utility>

#include "tests/infrastructure/eventstoredb/scripted_server.h"

namespace eventstoredb::testing_support {
namespace {

using event_store::client::Empty;

template <typename Script>
struct ScriptedPart {
  ScriptedPart(ScriptedServer& server_in, Script script_in)
      : server(server_in), script(std::move(script_in)) {}

  template <typename Call, typename Request, typename Out>
  grpc::Status Answer(const char* method, const Call& call, grpc::ServerContext& context,
                      const Request& request, Out& out) {
    server.Note(method, context);
    if (call) return call(context, request, out);
    return {grpc::StatusCode::UNIMPLEMENTED, "not in the script"};
  }

  ScriptedServer& server;
  const Script script;
};

class ProjectionsService final : public projections::Projections::Service,
                                 ScriptedPart<ManagementScript::Projections> {
 public:
  using ScriptedPart::ScriptedPart;

  grpc::Status Create(grpc::ServerContext* context, const projections::CreateReq* request,
                      projections::CreateResp* out) override {
    return Answer("Projections/Create", script.create, *context, *request, *out);
  }
  grpc::Status Update(grpc::ServerContext* context, const projections::UpdateReq* request,
                      projections::UpdateResp* out) override {
    return Answer("Projections/Update", script.update, *context, *request, *out);
  }
  grpc::Status Delete(grpc::ServerContext* context, const projections::DeleteReq* request,
                      projections::DeleteResp* out) override {
    return Answer("Projections/Delete", script.remove, *context, *request, *out);
  }
  grpc::Status Disable(grpc::ServerContext* context, const projections::DisableReq* request,
                       projections::DisableResp* out) override {
    return Answer("Projections/Disable", script.disable, *context, *request, *out);
  }
  grpc::Status Enable(grpc::ServerContext* context, const projections::EnableReq* request,
                      projections::EnableResp* out) override {
    return Answer("Projections/Enable", script.enable, *context, *request, *out);
  }
  grpc::Status Reset(grpc::ServerContext* context, const projections::ResetReq* request,
                     projections::ResetResp* out) override {
    return Answer("Projections/Reset", script.reset, *context, *request, *out);
  }
  grpc::Status State(grpc::ServerContext* context, const projections::StateReq* request,
                     projections::StateResp* out) override {
    return Answer("Projections/State", script.state, *context, *request, *out);
  }
  grpc::Status Result(grpc::ServerContext* context, const projections::ResultReq* request,
                      projections::ResultResp* out) override {
    return Answer("Projections/Result", script.result, *context, *request, *out);
  }
  grpc::Status Statistics(grpc::ServerContext* context, const projections::StatisticsReq* request,
                          grpc::ServerWriter<projections::StatisticsResp>* out) override {
    return Answer("Projections/Statistics", script.statistics, *context, *request, *out);
  }
  grpc::Status RestartSubsystem(grpc::ServerContext* context, const Empty* request,
                                Empty* out) override {
    return Answer("Projections/RestartSubsystem", script.restart, *context, *request, *out);
  }
};

class UsersService final : public users::Users::Service, ScriptedPart<ManagementScript::Users> {
 public:
  using ScriptedPart::ScriptedPart;

  grpc::Status Create(grpc::ServerContext* context, const users::CreateReq* request,
                      users::CreateResp* out) override {
    return Answer("Users/Create", script.create, *context, *request, *out);
  }
  grpc::Status Update(grpc::ServerContext* context, const users::UpdateReq* request,
                      users::UpdateResp* out) override {
    return Answer("Users/Update", script.update, *context, *request, *out);
  }
  grpc::Status Delete(grpc::ServerContext* context, const users::DeleteReq* request,
                      users::DeleteResp* out) override {
    return Answer("Users/Delete", script.remove, *context, *request, *out);
  }
  grpc::Status Disable(grpc::ServerContext* context, const users::DisableReq* request,
                       users::DisableResp* out) override {
    return Answer("Users/Disable", script.disable, *context, *request, *out);
  }
  grpc::Status Enable(grpc::ServerContext* context, const users::EnableReq* request,
                      users::EnableResp* out) override {
    return Answer("Users/Enable", script.enable, *context, *request, *out);
  }
  grpc::Status ChangePassword(grpc::ServerContext* context, const users::ChangePasswordReq* request,
                              users::ChangePasswordResp* out) override {
    return Answer("Users/ChangePassword", script.change_password, *context, *request, *out);
  }
  grpc::Status ResetPassword(grpc::ServerContext* context, const users::ResetPasswordReq* request,
                             users::ResetPasswordResp* out) override {
    return Answer("Users/ResetPassword", script.reset_password, *context, *request, *out);
  }
  grpc::Status Details(grpc::ServerContext* context, const users::DetailsReq* request,
                       grpc::ServerWriter<users::DetailsResp>* out) override {
    return Answer("Users/Details", script.details, *context, *request, *out);
  }
};

class OperationsService final : public operations::Operations::Service,
                                ScriptedPart<ManagementScript::Operations> {
 public:
  using ScriptedPart::ScriptedPart;

  grpc::Status StartScavenge(grpc::ServerContext* context,
                             const operations::StartScavengeReq* request,
                             operations::ScavengeResp* out) override {
    return Answer("Operations/StartScavenge", script.start_scavenge, *context, *request, *out);
  }
  grpc::Status StopScavenge(grpc::ServerContext* context,
                            const operations::StopScavengeReq* request,
                            operations::ScavengeResp* out) override {
    return Answer("Operations/StopScavenge", script.stop_scavenge, *context, *request, *out);
  }
  grpc::Status Shutdown(grpc::ServerContext* context, const Empty* request, Empty* out) override {
    return Answer("Operations/Shutdown", script.shutdown, *context, *request, *out);
  }
  grpc::Status MergeIndexes(grpc::ServerContext* context, const Empty* request,
                            Empty* out) override {
    return Answer("Operations/MergeIndexes", script.merge_indexes, *context, *request, *out);
  }
  grpc::Status ResignNode(grpc::ServerContext* context, const Empty* request, Empty* out) override {
    return Answer("Operations/ResignNode", script.resign_node, *context, *request, *out);
  }
  grpc::Status RestartPersistentSubscriptions(grpc::ServerContext* context, const Empty* request,
                                              Empty* out) override {
    return Answer("Operations/RestartPersistentSubscriptions", script.restart_groups, *context,
                  *request, *out);
  }
  grpc::Status SetNodePriority(grpc::ServerContext* context,
                               const operations::SetNodePriorityReq* request, Empty* out) override {
    return Answer("Operations/SetNodePriority", script.set_node_priority, *context, *request, *out);
  }
};

class MonitoringService final : public monitoring::Monitoring::Service,
                                ScriptedPart<ManagementScript> {
 public:
  using ScriptedPart::ScriptedPart;

  grpc::Status Stats(grpc::ServerContext* context, const monitoring::StatsReq* request,
                     grpc::ServerWriter<monitoring::StatsResp>* out) override {
    return Answer("Monitoring/Stats", script.stats, *context, *request, *out);
  }
};

}  // namespace

std::vector<std::unique_ptr<grpc::Service>> MakeManagementServices(ScriptedServer& server,
                                                                   const ManagementScript& script) {
  std::vector<std::unique_ptr<grpc::Service>> services;
  services.push_back(std::make_unique<ProjectionsService>(server, script.projections));
  services.push_back(std::make_unique<UsersService>(server, script.users));
  services.push_back(std::make_unique<OperationsService>(server, script.operations));
  services.push_back(std::make_unique<MonitoringService>(server, script));
  return services;
}

}  // namespace eventstoredb::testing_support
