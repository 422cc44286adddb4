#pragma once

#include "api/grpc/call_context.h"
#include "api/grpc/unary_call.h"
#include "api/runtime/call_gate.h"
#include "api/runtime/import_barrier.h"
#include "api/runtime/order_lanes.h"
#include "application/commands/order_command_handler.h"
#include "application/log_position.h"
#include "application/ports/call_meters.h"
#include "application/ports/id_source.h"
#include "application/ports/telemetry.h"
#include "orders/v1/commands.grpc.pb.h"

namespace orders::api {

/// The commands, one rpc each, all through one helper: decode, map, wait for the order's turn,
/// handle, map back. Nothing here blocks gRPC's threads; each call is answered exactly once.
class OrderCommandService final : public v1::OrderCommands::Service {
 public:
  /// All outlive the service and the calls it has taken.
  struct Ports {
    application::OrderCommandHandler& handler;
    application::IdSource& ids;
    application::Telemetry& telemetry;
    application::CallMeters& meters;
    OrderLanes& lanes;
    CallGate& gate;
    const ImportBarrier& imports;
  };
  OrderCommandService(Ports ports, application::StoreIdentity store, const CallLimits& limits);

 private:
  /// Serves the rpc that takes a `Message`.
  template <typename Message>
  void Serve();
  template <typename Message>
  grpc::ServerUnaryReactor* Run(grpc::CallbackServerContext& context,
                                const grpc::ByteBuffer& request, grpc::ByteBuffer& response,
                                application::CallMeter& meter);
  void Submit(application::CallContext context, application::CommandRequest request,
              UnaryCall call);
  void Handle(application::CallContext context, application::CommandRequest request, UnaryCall call,
              OrderLanes::Turn turn);

  const Ports ports_;
  const application::StoreIdentity store_;
  const CallLimits limits_;
};

}  // namespace orders::api
