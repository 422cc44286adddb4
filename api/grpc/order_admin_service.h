#pragma once

#include <string>

#include "api/grpc/admin_streams.h"
#include "api/runtime/call_gate.h"
#include "application/log_position.h"
#include "application/ports/clock.h"
#include "application/ports/store_monitor.h"
#include "application/projections/projection_host.h"
#include "orders/v1/admin.grpc.pb.h"

namespace orders::api {

/// For those who run the service. GetHealth is answered at once, on gRPC's thread: nothing is asked
/// of the store. The long calls are AdminStreams' business.
class OrderAdminService final : public v1::OrderAdmin::CallbackService {
 public:
  /// All outlive the service and the calls it has taken.
  struct Ports {
    const application::ProjectionHost& projections;
    const application::StoreMonitor& store;
    application::Clock& clock;
    CallGate& gate;
    AdminStreams& streams;
  };
  OrderAdminService(Ports ports, application::StoreIdentity store, std::string store_kind);

  grpc::ServerUnaryReactor* GetHealth(grpc::CallbackServerContext* context,
                                      const v1::GetHealthRequest* request,
                                      v1::GetHealthResponse* response) override;
  grpc::ServerWriteReactor<v1::ExportEventsResponse>* ExportEvents(
      grpc::CallbackServerContext* context, const v1::ExportEventsRequest* request) override;
  grpc::ServerReadReactor<v1::ImportEventsRequest>* ImportEvents(
      grpc::CallbackServerContext* context, v1::ImportEventsResponse* response) override;
  grpc::ServerUnaryReactor* Backup(grpc::CallbackServerContext* context,
                                   const v1::BackupRequest* request,
                                   v1::BackupResponse* response) override;

 private:
  const Ports ports_;
  const application::StoreIdentity store_;
  const std::string store_kind_;
};

}  // namespace orders::api
