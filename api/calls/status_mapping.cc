#include "api/calls/status_mapping.h"

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "google/protobuf/message.h"
#include "google/rpc/error_details.pb.h"

#include "api/calls/duration_message.h"
#include "api/calls/value_mapping.h"
#include "application/commands/request_errors.h"
#include "domain/order/refusals.h"
#include "domain/order/validation.h"

namespace orders::api {
namespace {

using application::RequestError;
using domain::FieldViolation;
using domain::Refusal;

constexpr std::size_t kResourceBytesMax = 128;

/// Texts may quote what a caller sent: only what any log and any terminal takes, the rest as \xNN.
std::string Printable(std::string_view text) {
  std::string printable;
  printable.reserve(text.size());
  for (const char c : text) {
    if (c >= 0x20 && c <= 0x7e) {
      printable += c;
    } else {
      absl::StrAppendFormat(&printable, "\\x%02x", static_cast<unsigned char>(c));
    }
  }
  return printable;
}

/// The reason of an error that names none itself.
std::string DefaultReason(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kInvalidArgument:
      return "INVALID_REQUEST";
    case absl::StatusCode::kNotFound:
      return "NOT_FOUND";
    case absl::StatusCode::kAlreadyExists:
      return "ALREADY_EXISTS";
    case absl::StatusCode::kFailedPrecondition:
      return "FAILED_PRECONDITION";
    case absl::StatusCode::kAborted:
      return "ABORTED";
    case absl::StatusCode::kOutOfRange:
      return "OUT_OF_RANGE";
    case absl::StatusCode::kResourceExhausted:
      return "OVERLOADED";
    case absl::StatusCode::kUnavailable:
      return "OUTCOME_UNKNOWN";
    case absl::StatusCode::kDeadlineExceeded:
      return "DEADLINE_EXCEEDED";
    case absl::StatusCode::kCancelled:
      return "CANCELLED";
    case absl::StatusCode::kDataLoss:
      return "EVENT_UNREADABLE";
    case absl::StatusCode::kUnimplemented:
      return "UNIMPLEMENTED";
    default:
      return "INTERNAL";
  }
}

/// How long to wait before asking again; absent: asking again changes nothing.
std::optional<absl::Duration> RetryAfter(const absl::Status& status,
                                         const std::optional<RequestError>& error) {
  if (error.has_value() && error->retry_after.has_value()) return error->retry_after;
  if (absl::IsUnavailable(status)) return absl::Seconds(1);
  if (absl::IsResourceExhausted(status) && !error.has_value()) return absl::Seconds(1);
  return std::nullopt;
}

std::string TextOf(const absl::Status& status) {
  if (absl::IsInternal(status) || absl::IsUnknown(status)) {
    return "an internal error; the service's log says more";
  }
  std::string text = Printable({status.message().data(), status.message().size()});
  if (text.size() > kErrorTextBytesMax) {
    text.resize(kErrorTextBytesMax - 3);
    text += "...";
  }
  return text;
}

google::rpc::ErrorInfo MakeErrorInfo(const absl::Status& status,
                                     const std::optional<Refusal>& refusal,
                                     const std::optional<RequestError>& error,
                                     std::string_view resource) {
  google::rpc::ErrorInfo info;
  info.set_domain("orders");
  auto& metadata = *info.mutable_metadata();
  if (refusal.has_value()) {
    info.set_reason(refusal->reason);
    metadata["rule"] = refusal->rule;
    if (!refusal->status.empty()) metadata["status"] = refusal->status;
    metadata["allowed_commands"] = absl::StrJoin(refusal->allowed_commands, ",");
  } else if (error.has_value()) {
    info.set_reason(error->reason);
    if (error->current_revision.has_value()) {
      metadata["current_revision"] = absl::StrCat(*error->current_revision);
      metadata["current_etag"] = EtagOf(*error->current_revision);
    }
  } else {
    info.set_reason(DefaultReason(status.code()));
  }
  if (!resource.empty()) metadata["resource"] = Printable(resource.substr(0, kResourceBytesMax));
  return info;
}

/// Keeps within the bytes that an answer's trailing metadata may have.
class Details {
 public:
  explicit Details(google::rpc::Status& status) : status_(status) {}
  bool TryAdd(const google::protobuf::Message& detail) {
    const std::size_t size = detail.ByteSizeLong() + kWrapBytes;
    if (size > bytes_left_) return false;
    bytes_left_ -= size;
    status_.add_details()->PackFrom(detail);
    return true;
  }

 private:
  static constexpr std::size_t kWrapBytes = 64;  // The type's address and the lengths.
  google::rpc::Status& status_;
  std::size_t bytes_left_ = kErrorDetailsBytesMax;
};

void AddBadRequest(const std::vector<FieldViolation>& violations, Details& details) {
  google::rpc::BadRequest bad_request;
  for (const FieldViolation& violation : violations) {
    auto& added = *bad_request.add_field_violations();
    added.set_field(Printable(violation.field));
    added.set_description(Printable(violation.description));
  }
  while (bad_request.field_violations_size() > 0 && !details.TryAdd(bad_request)) {
    bad_request.mutable_field_violations()->RemoveLast();
  }
}

}  // namespace

google::rpc::Status ToRpcStatus(const absl::Status& status, std::string_view resource) {
  google::rpc::Status message;
  message.set_code(static_cast<int>(status.code()));
  if (status.ok()) return message;
  const std::string text = TextOf(status);
  message.set_message(text);

  const std::optional<Refusal> refusal = domain::GetRefusal(status);
  const std::optional<RequestError> error = application::GetRequestError(status);
  Details details(message);
  (void)details.TryAdd(MakeErrorInfo(status, refusal, error, resource));
  if (const std::optional<absl::Duration> wait = RetryAfter(status, error)) {
    google::rpc::RetryInfo retry;
    SetDuration(*wait, *retry.mutable_retry_delay());
    (void)details.TryAdd(retry);
  }
  if (absl::IsNotFound(status) && !resource.empty()) {
    google::rpc::ResourceInfo info;
    const bool is_customer = error.has_value() && error->reason.starts_with("CUSTOMER");
    info.set_resource_type(is_customer ? "orders.v1.Customer" : "orders.v1.Order");
    info.set_resource_name(Printable(resource.substr(0, kResourceBytesMax)));
    info.set_description(text);
    (void)details.TryAdd(info);
  }
  if (refusal.has_value() && absl::IsFailedPrecondition(status)) {
    google::rpc::PreconditionFailure failure;
    auto& violation = *failure.add_violations();
    violation.set_type(refusal->reason);
    violation.set_subject(Printable(resource.substr(0, kResourceBytesMax)));
    violation.set_description(text);
    (void)details.TryAdd(failure);
  }
  const std::vector<FieldViolation> violations = domain::GetFieldViolations(status);
  if (!violations.empty()) AddBadRequest(violations, details);
  return message;
}

std::string ErrorReason(const absl::Status& status) {
  if (status.ok()) return "";
  if (const auto refusal = domain::GetRefusal(status)) return refusal->reason;
  if (const auto error = application::GetRequestError(status)) return error->reason;
  return DefaultReason(status.code());
}

}  // namespace orders::api
