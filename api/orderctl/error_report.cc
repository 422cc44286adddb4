#include "api/orderctl/error_report.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "grpcpp/support/error_details.h"

#include "api/orderctl/exit_codes.h"
#include "api/orderctl/utf8.h"

namespace orders::api {
namespace {

constexpr int kViolationsShownMax = 10;

/// What a status says beyond its code and text.
struct Details {
  std::string reason;
  std::vector<std::string> facts;
  std::string retry_after;
};

void AddInfo(const google::rpc::ErrorInfo& info, Details& details) {
  details.reason = info.reason();
  const auto add = [&](const char* key, const char* label) {
    const auto found = info.metadata().find(key);
    if (found == info.metadata().end() || found->second.empty()) return;
    details.facts.push_back(absl::StrCat(label, " ", found->second));
  };
  add("rule", "rule:");
  add("status", "the order is");
  add("allowed_commands", "allowed now:");
  add("current_etag", "current etag:");
  add("current_revision", "current revision:");
}

void AddViolations(const google::rpc::BadRequest& request, Details& details) {
  int shown = 0;
  for (const auto& violation : request.field_violations()) {
    if (++shown > kViolationsShownMax) break;
    details.facts.push_back(absl::StrCat(violation.field(), ": ", violation.description()));
  }
  if (request.field_violations_size() > kViolationsShownMax) {
    details.facts.push_back(
        absl::StrCat("and ", request.field_violations_size() - kViolationsShownMax, " more"));
  }
}

Details Decode(const grpc::Status& status) {
  Details details;
  google::rpc::Status rich;
  if (!grpc::ExtractErrorDetails(status, &rich).ok()) return details;
  for (const google::protobuf::Any& any : rich.details()) {
    google::rpc::ErrorInfo info;
    google::rpc::BadRequest request;
    google::rpc::RetryInfo retry;
    if (any.UnpackTo(&info)) AddInfo(info, details);
    if (any.UnpackTo(&request)) AddViolations(request, details);
    if (any.UnpackTo(&retry)) {
      details.retry_after = absl::FormatDuration(absl::Seconds(retry.retry_delay().seconds()) +
                                                 absl::Nanoseconds(retry.retry_delay().nanos()));
    }
  }
  return details;
}

absl::string_view Advice(grpc::StatusCode code) {
  switch (code) {
    case grpc::INVALID_ARGUMENT:
    case grpc::OUT_OF_RANGE:
      return "correct the request";
    case grpc::NOT_FOUND:
      return "check the id";
    case grpc::UNAVAILABLE:
      return "check that orderd runs and --server names it, then try again";
    case grpc::DEADLINE_EXCEEDED:
    case grpc::CANCELLED:
      return "the outcome is unknown: try again, perhaps with a longer --timeout";
    case grpc::ABORTED:
      return "read the order again, then try again";
    case grpc::RESOURCE_EXHAUSTED:
      return "try again later";
    case grpc::UNIMPLEMENTED:
      return "the server does not know this call: check --server and its version";
    case grpc::UNAUTHENTICATED:
      return "name a token that the service knows, with --token-file or in ORDERS_TOKEN: orderctl "
             "token new makes one";
    case grpc::PERMISSION_DENIED:
      return "ask whoever runs the service for the right to do this";
    case grpc::DATA_LOSS:
      return "stored data cannot be read: call whoever runs the service";
    case grpc::INTERNAL:
    case grpc::UNKNOWN:
      return "this is a bug of the service: its log has more";
    default:
      return "";
  }
}

bool OutcomeUnknown(grpc::StatusCode code) {
  return code == grpc::UNAVAILABLE || code == grpc::DEADLINE_EXCEEDED || code == grpc::CANCELLED ||
         code == grpc::ABORTED || code == grpc::RESOURCE_EXHAUSTED;
}

}  // namespace

std::string ErrorText(const grpc::Status& status, const std::string& retry_hint) {
  const Details details = Decode(status);
  std::string text = absl::StrCat("orderctl: ", StatusCodeName(status.error_code()));
  if (!details.reason.empty()) absl::StrAppend(&text, " ", Printable(details.reason));
  absl::StrAppend(&text, ": ", Printable(status.error_message()));

  if (!details.facts.empty()) {
    absl::StrAppend(&text, "\n  ", Printable(absl::StrJoin(details.facts, "; ")));
  }
  std::vector<std::string> todo;
  if (const absl::string_view advice = Advice(status.error_code()); !advice.empty()) {
    todo.emplace_back(advice);
  }
  if (!details.retry_after.empty()) todo.push_back("not before " + details.retry_after);
  if (!retry_hint.empty() && OutcomeUnknown(status.error_code())) todo.push_back(retry_hint);
  if (!todo.empty()) absl::StrAppend(&text, "\n  ", absl::StrJoin(todo, "; "));
  return text;
}

std::string ReasonOf(const grpc::Status& status) { return Decode(status).reason; }

}  // namespace orders::api
