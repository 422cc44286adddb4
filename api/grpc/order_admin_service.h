#pragma once

#include <string>

#include "api/runtime/call_gate.h"
#include "application/log_position.h"
#include "application/ports/clock.h"
#include "application/ports/store_monitor.h"
#include "application/projections/projection_host.h"
#include "orders/v1/admin.grpc.pb.h"

namespace orders::api {

/// For those who run the service. Each call is answered at once, on gRPC's thread: nothing is asked
/// of the store.
class OrderAdminService final : public v1::OrderAdmin::CallbackService {
 public:
  /// All outlive the service and the calls it has taken.
  struct Ports {
    const application::ProjectionHost& projections;
    const application::StoreMonitor& store;
    application::Clock& clock;
    CallGate& gate;
  };
  OrderAdminService(Ports ports, application::StoreIdentity store, std::string store_kind);

  grpc::ServerUnaryReactor* GetHealth(grpc::CallbackServerContext* context,
                                      const v1::GetHealthRequest* request,
                                      v1::GetHealthResponse* response) override;

 private:
  const Ports ports_;
  const application::StoreIdentity store_;
  const std::string store_kind_;
};

}  // namespace orders::api
