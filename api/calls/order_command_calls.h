#pragma once

#include "api/calls/call.h"
#include "api/calls/call_context.h"
#include "api/calls/method.h"
#include "api/runtime/call_gate.h"
#include "api/runtime/import_barrier.h"
#include "api/runtime/order_lanes.h"
#include "application/commands/order_command_handler.h"
#include "application/log_position.h"
#include "application/ports/call_meters.h"
#include "application/ports/id_source.h"
#include "application/ports/telemetry.h"

namespace orders::api {

/// The commands, one method each, all through one helper: decode, map, wait for the order's turn,
/// handle, map back. Nothing here blocks a front's threads; each call is answered exactly once.
class OrderCommandCalls {
 public:
  /// All outlive this and the calls it has taken.
  struct Ports {
    application::OrderCommandHandler& handler;
    application::IdSource& ids;
    application::Telemetry& telemetry;
    application::CallMeters& meters;
    OrderLanes& lanes;
    CallGate& gate;
    const ImportBarrier& imports;
  };
  OrderCommandCalls(Ports ports, application::StoreIdentity store, const CallLimits& limits);

  /// They outlive neither this nor the ports.
  UnaryMethods methods();

 private:
  /// Adds the rpc that takes a `Message`.
  template <typename Message>
  void Add(UnaryMethods& methods);
  template <typename Message>
  void Begin(const Inbound& inbound, Call call);
  void Submit(application::CallContext context, application::CommandRequest request, Call call);
  void Handle(application::CallContext context, application::CommandRequest request, Call call,
              OrderLanes::Turn turn);

  const Ports ports_;
  const application::StoreIdentity store_;
  const CallLimits limits_;
};

}  // namespace orders::api
