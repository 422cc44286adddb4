#include "api/calls/call.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

#include "api/calls/status_mapping.h"
#include "application/commands/request_errors.h"
#include "domain/order/absl_view.h"

namespace orders::api {

absl::Status ShuttingDown() {
  return application::MakeRequestError(
      absl::StatusCode::kUnavailable, "the service is stopping; nothing was done",
      {.reason = "SHUTTING_DOWN", .retry_after = absl::Seconds(1)});
}

Call::Call(std::unique_ptr<Responder> responder, CallGate& gate, application::Telemetry& telemetry,
           application::CallMeter& meter)
    : responder_(std::move(responder)),
      telemetry_(&telemetry),
      meter_(&meter),
      begun_(absl::Now()),
      pass_(gate.Enter()) {
  meter_->Started();
}

Call::Call(Call&& other) noexcept
    : responder_(std::move(other.responder_)),
      telemetry_(other.telemetry_),
      meter_(other.meter_),
      begun_(other.begun_),
      pass_(std::move(other.pass_)) {}

Call::~Call() {
  if (responder_ != nullptr) Fail(absl::InternalError("a call was dropped unanswered"), "");
}

bool Call::IsAdmitted() {
  if (pass_) return true;
  Fail(ShuttingDown(), "");
  return false;
}

void Call::Answer(google::protobuf::Message& message) { End(absl::OkStatus())->Answer(message); }

void Call::AnswerOrder(const application::OrderView& view, const v1::Freshness& freshness) {
  End(absl::OkStatus())->AnswerOrder(view, freshness);
}

void Call::Fail(const absl::Status& status, std::string_view resource) {
  if (absl::IsInternal(status) || absl::IsUnknown(status) || absl::IsDataLoss(status)) {
    telemetry_->Log(application::Severity::kError,
                    absl::StrCat("call failed resource=", domain::View(resource),
                                 " status=", status.ToString()));
  }
  End(status)->Fail(status, resource);
}

std::unique_ptr<Responder> Call::End(const absl::Status& status) {
  meter_->Ended(status, ErrorReason(status), absl::Now() - begun_);
  return std::move(responder_);
}

}  // namespace orders::api
