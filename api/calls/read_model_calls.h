#pragma once

#include "absl/status/statusor.h"

#include "api/calls/call.h"
#include "api/calls/call_context.h"
#include "api/calls/method.h"
#include "api/runtime/call_gate.h"
#include "api/runtime/worker_pool.h"
#include "application/ports/call_meters.h"
#include "application/ports/digest.h"
#include "application/ports/id_source.h"
#include "application/ports/telemetry.h"
#include "application/projections/projection_host.h"
#include "orders/v1/read_models.pb.h"

namespace orders::api {

/// The read models, for those who run the service. All of it is answered by the query workers: what
/// concerns dead letters waits for the projection's own thread.
class ReadModelCalls {
 public:
  /// All outlive this and the calls it has taken.
  struct Ports {
    application::ProjectionHost& projections;
    const application::Digest& digest;
    application::IdSource& ids;
    application::Telemetry& telemetry;
    application::CallMeters& meters;
    WorkerPool& workers;
    CallGate& gate;
  };
  ReadModelCalls(Ports ports, application::StoreIdentity store, const CallLimits& limits);

  /// They outlive neither this nor the ports.
  UnaryMethods methods();

 private:
  using CallContext = application::CallContext;

  /// The rpc that takes a `Request`, answered with `answer`.
  template <typename Request, typename Response>
  UnaryMethod Make(absl::StatusOr<Response> (ReadModelCalls::*answer)(const CallContext& call,
                                                                      const Request& request));

  absl::StatusOr<v1::ListReadModelsResponse> List(const CallContext& call,
                                                  const v1::ListReadModelsRequest& request);
  absl::StatusOr<v1::RebuildReadModelResponse> Rebuild(const CallContext& call,
                                                       const v1::RebuildReadModelRequest& request);
  absl::StatusOr<v1::VerifyReadModelResponse> Verify(const CallContext& call,
                                                     const v1::VerifyReadModelRequest& request);
  absl::StatusOr<v1::CancelRebuildResponse> Cancel(const CallContext& call,
                                                   const v1::CancelRebuildRequest& request);
  absl::StatusOr<v1::ListDifferencesResponse> ListDifferences(
      const CallContext& call, const v1::ListDifferencesRequest& request);
  absl::StatusOr<v1::ListDeadLettersResponse> ListLetters(
      const CallContext& call, const v1::ListDeadLettersRequest& request);
  absl::StatusOr<v1::DeadLetter> GetLetter(const CallContext& call,
                                           const v1::GetDeadLetterRequest& request);
  absl::StatusOr<v1::RetryDeadLetterResponse> Retry(const CallContext& call,
                                                    const v1::RetryDeadLetterRequest& request);
  absl::StatusOr<v1::RetryDeadLetterResponse> Skip(const CallContext& call,
                                                   const v1::SkipDeadLetterRequest& request);
  absl::StatusOr<v1::ListSkippedEventsResponse> ListSkipped(
      const CallContext& call, const v1::ListSkippedEventsRequest& request);

  const Ports ports_;
  const application::StoreIdentity store_;
  const CallLimits limits_;
};

}  // namespace orders::api
