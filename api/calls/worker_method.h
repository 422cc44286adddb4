#pragma once

#include <functional>
#include <memory>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/time/clock.h"

#include "api/calls/call.h"
#include "api/calls/call_context.h"
#include "api/calls/method.h"
#include "api/runtime/call_gate.h"
#include "api/runtime/worker_pool.h"
#include "application/commands/request_errors.h"
#include "application/ports/call_meters.h"
#include "application/ports/id_source.h"
#include "application/ports/telemetry.h"

namespace orders::api {

/// What calls need that workers answer. All outlive the methods.
struct WorkerMethodPorts {
  application::IdSource& ids;
  application::Telemetry& telemetry;
  application::CallMeters& meters;
  WorkerPool& workers;
  CallGate& gate;
};

/// The rpc of the service `service_name` that takes a `Request`, answered with `answer` by one of
/// the query workers, where it may block until the call's deadline. What `answer` needs outlives
/// the method and the calls it has taken.
template <typename Request, typename Response>
UnaryMethod MakeWorkerMethod(const char* service_name, const WorkerMethodPorts& ports,
                             const CallLimits& limits,
                             std::function<absl::StatusOr<Response>(
                                 const application::CallContext& call, const Request& request)>
                                 answer) {
  const google::protobuf::MethodDescriptor& method = MethodOf<Request>(service_name);
  application::CallMeter& meter = ports.meters.OfQuery(method.name());
  const auto shared_answer = std::make_shared<decltype(answer)>(std::move(answer));
  const auto start = [ports, limits, shared_answer, &meter](std::unique_ptr<Responder> responder,
                                                            const Inbound& inbound) {
    Call call(std::move(responder), ports.gate, ports.telemetry, meter);
    if (!call.IsAdmitted()) return;
    Request request;
    if (absl::Status decoded = inbound.decode(request); !decoded.ok()) {
      return call.Fail(decoded, "");
    }
    absl::StatusOr<application::CallContext> made =
        MakeCallContext(inbound.metadata, inbound.caller,
                        DeadlineOf(inbound.deadline, absl::Now(), limits), ports.ids);
    if (!made.ok()) return call.Fail(made.status(), "");
    auto shared = std::make_shared<Call>(std::move(call));
    const bool posted = ports.workers.TryPost(
        [shared_answer, shared, context = *std::move(made), request = std::move(request)] {
          Call answering = std::move(*shared);
          absl::StatusOr<Response> answered = (*shared_answer)(context, request);
          if (answered.ok()) return answering.Answer(*answered);
          answering.Fail(answered.status(), "");
        });
    if (!posted) {
      shared->Fail(
          application::MakeRequestError(
              absl::StatusCode::kResourceExhausted, "too many queries wait for a worker; ask again",
              {.reason = "OVERLOADED", .retry_after = absl::Milliseconds(100)}),
          "");
    }
  };
  return {.descriptor = &method, .is_command = false, .start = start};
}

}  // namespace orders::api
