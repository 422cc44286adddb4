#include "api/grpc/order_admin_service.h"

#include <utility>
#include <vector>

#include "api/grpc/health_mapping.h"
#include "api/grpc/status_mapping.h"
#include "api/grpc/unary_call.h"

namespace orders::api {

OrderAdminService::OrderAdminService(Ports ports, application::StoreIdentity store,
                                     std::string store_kind)
    : ports_(ports), store_(std::move(store)), store_kind_(std::move(store_kind)) {}

grpc::ServerUnaryReactor* OrderAdminService::GetHealth(grpc::CallbackServerContext* context,
                                                       const v1::GetHealthRequest* /*request*/,
                                                       v1::GetHealthResponse* response) {
  grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
  // Held while the read models are looked at: whoever stops the service waits for that.
  const CallGate::Pass pass = ports_.gate.Enter();
  if (!pass) {
    reactor->Finish(ToGrpcStatus(ShuttingDown(), ""));
    return reactor;
  }
  SetHealthResponse(
      {.identity = store_, .kind = store_kind_, .reachability = ports_.store.Reachability()},
      ports_.projections.Statuses(), ports_.clock.Now(), *response);
  reactor->Finish(grpc::Status::OK);
  return reactor;
}

grpc::ServerWriteReactor<v1::ExportEventsResponse>* OrderAdminService::ExportEvents(
    grpc::CallbackServerContext* context, const v1::ExportEventsRequest* /*request*/) {
  return ports_.streams.Export(*context);
}

grpc::ServerReadReactor<v1::ImportEventsRequest>* OrderAdminService::ImportEvents(
    grpc::CallbackServerContext* context, v1::ImportEventsResponse* response) {
  return ports_.streams.Import(*context, *response);
}

grpc::ServerUnaryReactor* OrderAdminService::Backup(grpc::CallbackServerContext* context,
                                                    const v1::BackupRequest* request,
                                                    v1::BackupResponse* response) {
  return ports_.streams.Backup(*context, *request, *response);
}

}  // namespace orders::api
