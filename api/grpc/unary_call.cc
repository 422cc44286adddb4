#include "api/grpc/unary_call.h"

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

#include "api/grpc/status_mapping.h"
#include "api/grpc/wire.h"
#include "application/commands/request_errors.h"
#include "domain/order/absl_view.h"

namespace orders::api {

absl::Status ShuttingDown() {
  return application::MakeRequestError(
      absl::StatusCode::kUnavailable, "the service is stopping; nothing was done",
      {.reason = "SHUTTING_DOWN", .retry_after = absl::Seconds(1)});
}

UnaryCall::UnaryCall(grpc::CallbackServerContext& context, grpc::ByteBuffer& response,
                     CallGate& gate, application::Telemetry& telemetry,
                     application::CallMeter& meter)
    : reactor_(context.DefaultReactor()),
      response_(&response),
      telemetry_(&telemetry),
      meter_(&meter),
      begun_(absl::Now()),
      pass_(gate.Enter()) {
  meter_->Started();
}

UnaryCall::UnaryCall(UnaryCall&& other) noexcept
    : reactor_(std::exchange(other.reactor_, nullptr)),
      response_(other.response_),
      telemetry_(other.telemetry_),
      meter_(other.meter_),
      begun_(other.begun_),
      pass_(std::move(other.pass_)) {}

UnaryCall::~UnaryCall() {
  if (reactor_ != nullptr) Fail(absl::InternalError("a call was dropped unanswered"), "");
}

bool UnaryCall::IsAdmitted() {
  if (pass_) return true;
  Fail(ShuttingDown(), "");
  return false;
}

void UnaryCall::Answer(const google::protobuf::MessageLite& message) { Answer(Encode(message)); }

void UnaryCall::Answer(grpc::ByteBuffer bytes) {
  response_->Swap(&bytes);
  Finish(absl::OkStatus(), "");
}

void UnaryCall::Fail(const absl::Status& status, std::string_view resource) {
  if (absl::IsInternal(status) || absl::IsUnknown(status) || absl::IsDataLoss(status)) {
    telemetry_->Log(application::Severity::kError,
                    absl::StrCat("call failed resource=", domain::View(resource),
                                 " status=", status.ToString()));
  }
  Finish(status, resource);
}

void UnaryCall::Finish(const absl::Status& status, std::string_view resource) {
  // Whoever has the answer finds the call counted.
  meter_->Ended(status, ErrorReason(status), absl::Now() - begun_);
  // From here on gRPC may free the context and the response.
  std::exchange(reactor_, nullptr)->Finish(ToGrpcStatus(status, resource));
}

}  // namespace orders::api
