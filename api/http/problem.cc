#include "api/http/problem.h"

#include <algorithm>
#include <array>
#include <map>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "google/rpc/error_details.pb.h"
#include "nlohmann/json.hpp"

#include "api/calls/status_mapping.h"

namespace orders::api {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kTypePrefix = "urn:orders:problem:";
constexpr char kContentType[] = "application/problem+json";

constexpr std::array<const char*, 17> kCodeNames = {
    "OK",        "CANCELLED",      "UNKNOWN",           "INVALID_ARGUMENT",   "DEADLINE_EXCEEDED",
    "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION",
    "ABORTED",   "OUT_OF_RANGE",   "UNIMPLEMENTED",     "INTERNAL",           "UNAVAILABLE",
    "DATA_LOSS", "UNAUTHENTICATED"};

/// "STALE_REVISION" as a person would say it: "Stale revision".
std::string TitleOf(std::string_view reason) {
  std::string title;
  for (const char c : reason) {
    const bool is_first = title.empty();
    title += c == '_'                           ? ' '
             : (is_first || c < 'A' || c > 'Z') ? c
                                                : static_cast<char>(c - 'A' + 'a');
  }
  return title;
}

/// Whether what was asked for may have happened all the same. Everything else that is Unavailable
/// names its own reason, and says that nothing was done.
bool IsUnknown(const absl::Status& status, const std::string& reason) {
  return (absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status)) &&
         (reason == "OUTCOME_UNKNOWN" || reason == "DEADLINE_EXCEEDED");
}

HttpResponse ToResponse(int http_status, const Json& body) {
  HttpResponse response{.status = http_status};
  response.fields.emplace_back("Content-Type", kContentType);
  response.fields.emplace_back("Cache-Control", "no-store");
  response.body = body.dump(-1, ' ', false, Json::error_handler_t::replace);
  response.body += '\n';
  return response;
}

Json Begin(int http_status, const std::string& reason, const std::string& detail) {
  return {{"type", std::string(kTypePrefix) + reason},
          {"title", TitleOf(reason)},
          {"status", http_status},
          {"detail", detail},
          {"reason", reason}};
}

void AddErrorInfo(const google::rpc::ErrorInfo& info, Json& body) {
  for (const char* name : {"rule", "current_etag", "current_revision", "resource"}) {
    const auto found = info.metadata().find(name);
    if (found != info.metadata().end()) body[name] = found->second;
  }
  if (const auto found = info.metadata().find("status"); found != info.metadata().end()) {
    body["order_status"] = found->second;
  }
  if (const auto found = info.metadata().find("allowed_commands"); found != info.metadata().end()) {
    body["allowed_commands"] = Json::array();
    for (const absl::string_view command : absl::StrSplit(found->second, ',', absl::SkipEmpty())) {
      body["allowed_commands"].push_back(std::string(command));
    }
  }
}

void AddDetails(const google::rpc::Status& message, Json& body, HttpResponse& head) {
  for (const google::protobuf::Any& detail : message.details()) {
    google::rpc::ErrorInfo info;
    google::rpc::BadRequest bad_request;
    google::rpc::RetryInfo retry;
    if (detail.UnpackTo(&info)) {
      AddErrorInfo(info, body);
    } else if (detail.UnpackTo(&bad_request)) {
      body["violations"] = Json::array();
      for (const auto& violation : bad_request.field_violations()) {
        body["violations"].push_back(
            {{"field", violation.field()}, {"description", violation.description()}});
      }
    } else if (detail.UnpackTo(&retry)) {
      // Whole seconds, and never at once.
      const std::int64_t seconds =
          retry.retry_delay().seconds() + (retry.retry_delay().nanos() > 0 ? 1 : 0);
      head.fields.emplace_back("Retry-After", absl::StrCat(std::max<std::int64_t>(1, seconds)));
    }
  }
}

}  // namespace

int HttpStatusOf(const absl::Status& status) {
  const std::string reason = ErrorReason(status);
  switch (status.code()) {
    case absl::StatusCode::kOk:
      return 200;
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kOutOfRange:
      return 400;
    case absl::StatusCode::kUnauthenticated:
      return 401;
    case absl::StatusCode::kPermissionDenied:
      return 403;
    case absl::StatusCode::kNotFound:
      return 404;
    case absl::StatusCode::kFailedPrecondition:
      return 409;
    case absl::StatusCode::kAlreadyExists:
      return reason == "REQUEST_ID_REUSED" ? 422 : 409;
    case absl::StatusCode::kAborted:
      return reason == "STALE_REVISION" ? 412 : 409;
    case absl::StatusCode::kResourceExhausted:
      if (reason == "OVERLOADED") return 503;
      if (reason == "STORE_FULL") return 507;
      return reason == "TOO_MANY_EVENTS" ? 409 : 429;
    case absl::StatusCode::kCancelled:
      return 499;
    case absl::StatusCode::kUnimplemented:
      return 501;
    case absl::StatusCode::kUnavailable:
      return 503;
    case absl::StatusCode::kDeadlineExceeded:
      return 504;
    default:
      return 500;
  }
}

HttpResponse MakeProblem(const absl::Status& status, std::string_view resource, bool is_command,
                         std::string_view request_id) {
  const google::rpc::Status message = ToRpcStatus(status, resource);
  const std::string reason = ErrorReason(status);
  const int http_status = HttpStatusOf(status);
  Json body = Begin(http_status, reason, message.message());
  body["code"] = kCodeNames.at(static_cast<std::size_t>(message.code()));
  HttpResponse head;
  AddDetails(message, body, head);
  if (is_command && IsUnknown(status, reason)) {
    body["outcome"] = "unknown";
    body["advice"] =
        "whether this was recorded is unknown; repeat it with the same Idempotency-Key to find out";
  }
  body["request_id"] = std::string(request_id);
  HttpResponse response = ToResponse(http_status, body);
  // RFC 6750, section 3.
  if (http_status == 401) {
    response.fields.emplace_back("WWW-Authenticate",
                                 reason == "TOKEN_REFUSED"
                                     ? R"(Bearer realm="orders", error="invalid_token")"
                                     : R"(Bearer realm="orders")");
  }
  for (auto& field : head.fields) response.fields.push_back(std::move(field));
  return response;
}

HttpResponse MakeHttpProblem(int http_status, std::string_view reason, const std::string& detail,
                             std::string_view request_id) {
  Json body = Begin(http_status, std::string(reason), detail);
  if (!request_id.empty()) body["request_id"] = std::string(request_id);
  return ToResponse(http_status, body);
}

}  // namespace orders::api
