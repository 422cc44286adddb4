#include "infrastructure/node/grpc/status_mapping.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

#include "eventstoredb/errors.h"
#include "infrastructure/node/grpc/message_mapping.h"

namespace eventstoredb {
namespace {

constexpr char kException[] = "exception";
constexpr char kStreamNameTrailer[] = "stream-name";

/// A trailer without a value is left out rather than sent empty.
void AddTrailer(grpc::CallbackServerContext& context, const char* key, std::string_view value) {
  if (!value.empty()) context.AddTrailingMetadata(key, TrailerText(value));
}

grpc::Status Plain(grpc::StatusCode code, const absl::Status& status) {
  return grpc::Status(code, std::string(status.message()));
}

/// What the protocol calls a failure that concerns a group; null: it does not.
const char* GroupException(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kGroupExists:
      return "persistent-subscription-exists";
    case ErrorKind::kGroupNotFound:
      return "persistent-subscription-does-not-exist";
    case ErrorKind::kGroupFailed:
      return "persistent-subscription-failed";
    case ErrorKind::kMaximumSubscribersReached:
      return "maximum-subscribers-reached";
    case ErrorKind::kSubscriptionDropped:
      return "persistent-subscription-dropped";
    default:
      return nullptr;
  }
}

/// Of failures that concern users, their rights, and operations.
void AddAccessTrailers(const ErrorDetails& details, grpc::CallbackServerContext& context) {
  switch (details.kind) {
    case ErrorKind::kAccessDenied:
      AddTrailer(context, kException, "access-denied");
      break;
    case ErrorKind::kUserNotFound:
      AddTrailer(context, kException, "user-not-found");
      AddTrailer(context, "login-name", details.login);
      break;
    case ErrorKind::kUserConflict:
      AddTrailer(context, kException, "user-conflict");
      AddTrailer(context, "login-name", details.login);
      break;
    case ErrorKind::kScavengeNotFound:
      AddTrailer(context, kException, "scavenge-not-found");
      AddTrailer(context, "scavenge-id", details.reason);
      break;
    default:
      break;
  }
}

}  // namespace

std::string TrailerText(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (c >= 0x20 && c < 0x7F) {
      out.push_back(c);
    } else {
      absl::StrAppendFormat(&out, "%%%02X", static_cast<unsigned char>(c));
    }
  }
  return out;
}

grpc::Status ToGrpcStatus(const absl::Status& status, std::string_view stream,
                          grpc::CallbackServerContext& context) {
  if (status.ok()) return grpc::Status::OK;
  if (GetStreamDeleted(status).has_value()) {
    AddTrailer(context, kException, "stream-deleted");
    AddTrailer(context, kStreamNameTrailer, stream);
    return Plain(grpc::StatusCode::FAILED_PRECONDITION, status);
  }
  if (const auto too_large = GetMaximumAppendSizeExceeded(status)) {
    AddTrailer(context, kException, "maximum-append-size-exceeded");
    AddTrailer(context, "maximum-append-size", absl::StrCat(too_large->limit_bytes));
    return Plain(grpc::StatusCode::INVALID_ARGUMENT, status);
  }
  if (IsMissingMetadata(status)) {
    AddTrailer(context, kException, "missing-required-metadata-property");
    AddTrailer(context, "required-metadata-properties", "type,content-type");
    return Plain(grpc::StatusCode::INVALID_ARGUMENT, status);
  }
  const ErrorDetails details = GetErrorDetails(status);
  AddAccessTrailers(details, context);
  if (const char* const exception = GroupException(details.kind)) {
    AddTrailer(context, kException, exception);
    AddTrailer(context, kStreamNameTrailer, details.stream);
    AddTrailer(context, "group-name", details.group);
    AddTrailer(context, "reason", details.reason);
  }
  return Plain(static_cast<grpc::StatusCode>(status.code()), status);
}

grpc::Status ToGrpcStatus(const absl::Status& status, std::string_view stream, std::int64_t echo,
                          grpc::CallbackServerContext& context) {
  const auto wrong = GetWrongExpectedRevision(status);
  if (!wrong.has_value()) return ToGrpcStatus(status, stream, context);
  AddTrailer(context, kException, "wrong-expected-version");
  AddTrailer(context, kStreamNameTrailer, stream);
  AddTrailer(context, "expected-version", absl::StrCat(echo));
  AddTrailer(context, "actual-version",
             wrong->current.has_value() ? absl::StrCat(*wrong->current) : "-1");
  return Plain(grpc::StatusCode::FAILED_PRECONDITION, status);
}

std::int64_t ExpectedVersion(const ExpectedRevision& expected) {
  switch (expected.kind()) {
    case ExpectedRevision::Kind::kExact:
      return static_cast<std::int64_t>(expected.revision());
    case ExpectedRevision::Kind::kNoStream:
      return -1;
    case ExpectedRevision::Kind::kAny:
      return -2;
    case ExpectedRevision::Kind::kStreamExists:
      return -4;
  }
  return -2;
}

}  // namespace eventstoredb
