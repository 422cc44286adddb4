#include "infrastructure/eventstoredb/client/rpc_error.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace eventstoredb::client {
namespace {

using absl::StatusCode;

/// One value of the `exception` trailer.
struct Exception {
  std::string_view name;
  ErrorKind kind;
  StatusCode code;
};
constexpr std::array<Exception, 17> kExceptions = {{
    {"access-denied", ErrorKind::kAccessDenied, StatusCode::kPermissionDenied},
    {"not-leader", ErrorKind::kNotLeader, StatusCode::kUnavailable},
    {"wrong-expected-version", ErrorKind::kWrongExpectedRevision, StatusCode::kAborted},
    {"stream-deleted", ErrorKind::kStreamDeleted, StatusCode::kFailedPrecondition},
    {"stream-not-found", ErrorKind::kStreamNotFound, StatusCode::kNotFound},
    {"maximum-append-size-exceeded", ErrorKind::kMaximumAppendSizeExceeded,
     StatusCode::kInvalidArgument},
    {"maximum-append-event-size-exceeded", ErrorKind::kMaximumAppendSizeExceeded,
     StatusCode::kInvalidArgument},
    {"missing-required-metadata-property", ErrorKind::kMissingRequiredMetadata,
     StatusCode::kInvalidArgument},
    {"invalid-transaction", ErrorKind::kInvalidTransaction, StatusCode::kInvalidArgument},
    {"persistent-subscription-exists", ErrorKind::kGroupExists, StatusCode::kAlreadyExists},
    {"persistent-subscription-does-not-exist", ErrorKind::kGroupNotFound, StatusCode::kNotFound},
    {"persistent-subscription-failed", ErrorKind::kGroupFailed, StatusCode::kInternal},
    {"maximum-subscribers-reached", ErrorKind::kMaximumSubscribersReached,
     StatusCode::kFailedPrecondition},
    {"persistent-subscription-dropped", ErrorKind::kSubscriptionDropped, StatusCode::kCancelled},
    {"user-not-found", ErrorKind::kUserNotFound, StatusCode::kNotFound},
    {"user-conflict", ErrorKind::kUserConflict, StatusCode::kFailedPrecondition},
    {"scavenge-not-found", ErrorKind::kScavengeNotFound, StatusCode::kNotFound},
}};

std::string Trailer(const Trailers& trailers, const char* key) {
  const auto found = trailers.find(key);
  return found == trailers.end() ? "" : found->second;
}

std::optional<std::uint64_t> Number(const std::string& text) {
  std::uint64_t number = 0;
  if (!absl::SimpleAtoi(text, &number)) return std::nullopt;
  return number;
}

std::optional<ExpectedRevision> Expected(const std::string& text) {
  if (text == "-1") return ExpectedRevision::NoStream();
  if (text == "-2") return ExpectedRevision::Any();
  if (text == "-4") return ExpectedRevision::StreamExists();
  const std::optional<std::uint64_t> number = Number(text);
  if (!number.has_value()) return std::nullopt;
  return ExpectedRevision::Exact(*number);
}

std::optional<Endpoint> Leader(const Trailers& trailers) {
  const std::optional<std::uint64_t> port = Number(Trailer(trailers, "leader-endpoint-port"));
  std::string host = Trailer(trailers, "leader-endpoint-host");
  if (host.empty() || !port.has_value() || *port == 0 || *port > 65'535) return std::nullopt;
  return Endpoint{std::move(host), static_cast<std::uint16_t>(*port)};
}

ErrorDetails DetailsOf(ErrorKind kind, const Trailers& trailers, const ErrorDetails& about) {
  ErrorDetails details = about;
  details.kind = kind;
  if (details.stream.empty()) details.stream = Trailer(trailers, "stream-name");
  if (details.group.empty()) details.group = Trailer(trailers, "group-name");
  if (details.login.empty()) details.login = Trailer(trailers, "login-name");
  details.reason = Trailer(trailers, "reason");
  details.expected = Expected(Trailer(trailers, "expected-version"));
  if (kind == ErrorKind::kWrongExpectedRevision) {
    details.actual = Number(Trailer(trailers, "actual-version"));
  }
  if (kind == ErrorKind::kNotLeader) details.leader = Leader(trailers);
  details.bytes_max = Number(Trailer(trailers, "maximum-append-size"));
  if (!details.bytes_max.has_value()) {
    details.bytes_max = Number(Trailer(trailers, "maximum-append-event-size"));
  }
  details.event_bytes = Number(Trailer(trailers, "proposed-append-event-size"));
  details.event_id = Trailer(trailers, "event-id");
  return details;
}

/// What the server means by the answer to a call about projections that is none: it tells by a text
/// alone, `Envelope callback expected X, received Y instead`. Absent: nothing that is known.
std::optional<std::pair<ErrorKind, StatusCode>> ByEnvelope(const std::string& text) {
  if (!absl::StrContains(text, "Envelope callback expected")) return std::nullopt;
  if (absl::StrContains(text, "received NotFound")) {
    return {{ErrorKind::kProjectionNotFound, StatusCode::kNotFound}};
  }
  if (absl::StrContains(text, "received Conflict")) {
    return {{ErrorKind::kProjectionExists, StatusCode::kAlreadyExists}};
  }
  if (absl::StrContains(text, "received OperationFailed")) {
    return {{ErrorKind::kProjectionFailed, StatusCode::kFailedPrecondition}};
  }
  if (absl::StrContains(text, "received NotAuthorized")) {
    return {{ErrorKind::kAccessDenied, StatusCode::kPermissionDenied}};
  }
  return std::nullopt;
}

/// What a call without a known `exception` means.
std::pair<ErrorKind, StatusCode> ByCode(const grpc::Status& status) {
  const std::string& text = status.error_message();
  switch (status.error_code()) {
    case grpc::StatusCode::CANCELLED:
      return {ErrorKind::kCancelledByServer, StatusCode::kUnavailable};
    case grpc::StatusCode::UNKNOWN:
      if (absl::StartsWith(text, "No leader info")) {
        return {ErrorKind::kNotReady, StatusCode::kUnavailable};
      }
      return ByEnvelope(text).value_or(std::pair(ErrorKind::kOther, StatusCode::kUnknown));
    case grpc::StatusCode::INVALID_ARGUMENT:
      return {ErrorKind::kInvalidArgument, StatusCode::kInvalidArgument};
    case grpc::StatusCode::DEADLINE_EXCEEDED:
      return {ErrorKind::kDeadlineExceeded, StatusCode::kDeadlineExceeded};
    case grpc::StatusCode::PERMISSION_DENIED:
      return {ErrorKind::kAccessDenied, StatusCode::kPermissionDenied};
    case grpc::StatusCode::UNAUTHENTICATED:
      return {ErrorKind::kNotAuthenticated, StatusCode::kUnauthenticated};
    case grpc::StatusCode::RESOURCE_EXHAUSTED:
      if (absl::StrContains(text, "message larger than max")) {
        return {ErrorKind::kMessageTooLarge, StatusCode::kResourceExhausted};
      }
      return {ErrorKind::kOther, StatusCode::kResourceExhausted};
    case grpc::StatusCode::ABORTED:
      // Aborted is the word for a lost race here: a server whose time was up is another thing.
      if (absl::StrContains(text, "Consumer too slow")) {
        return {ErrorKind::kConsumerTooSlow, StatusCode::kUnavailable};
      }
      return {ErrorKind::kServerTimeout, StatusCode::kDeadlineExceeded};
    case grpc::StatusCode::UNIMPLEMENTED:
      return {ErrorKind::kUnsupported, StatusCode::kUnimplemented};
    case grpc::StatusCode::INTERNAL:
      // From gRPC itself: the call broke on the way (a reset, a message cut short).
      return {ErrorKind::kUnavailable, StatusCode::kUnavailable};
    case grpc::StatusCode::UNAVAILABLE:
      if (absl::StartsWith(text, "Server Is ")) {
        return {ErrorKind::kNotReady, StatusCode::kUnavailable};
      }
      return {ErrorKind::kUnavailable, StatusCode::kUnavailable};
    default:
      return {ErrorKind::kOther, static_cast<StatusCode>(status.error_code())};
  }
}

/// An error about one projection, which servers name neither in trailers nor in texts.
absl::Status ProjectionError(StatusCode code, const std::string& text, ErrorDetails details) {
  const std::string name = absl::StrCat("projection ", details.projection);
  switch (code) {
    case StatusCode::kNotFound:
      details.kind = ErrorKind::kProjectionNotFound;
      return MakeError(code, absl::StrCat(name, " does not exist"), details);
    case StatusCode::kAlreadyExists:
      details.kind = ErrorKind::kProjectionExists;
      return MakeError(code, absl::StrCat(name, " exists already"), details);
    case StatusCode::kFailedPrecondition:
      details.kind = ErrorKind::kProjectionFailed;
      return MakeError(code, absl::StrCat(name, " is in no state for that (", text, ")"), details);
    default:
      return MakeError(code, absl::StrCat(name, ": ", text), details);
  }
}

/// What gRPC says, in the words of OpenSSL 3, and what to change where those do not tell.
std::string Explained(const std::string& text, ErrorKind kind) {
  if (kind == ErrorKind::kUnsupported && text.empty()) return "the server does not offer this call";
  if (kind == ErrorKind::kNotAuthenticated && !absl::StrContains(text, "password")) {
    return absl::StrCat("unknown user or wrong password", text.empty() ? "" : ": ", text);
  }
  if (absl::StrContains(text, "wrong version number")) {
    return absl::StrCat("TLS mismatch: the server does not speak TLS; connect with tls=false (",
                        text, ")");
  }
  if (absl::StrContains(text, "certificate verify failed")) {
    return absl::StrCat(
        "the server's certificate is not trusted: name its authority with tlsCAFile (", text, ")");
  }
  return text;
}

}  // namespace

Trailers TrailersOf(const grpc::ClientContext& context) {
  Trailers trailers;
  for (const auto& [key, value] : context.GetServerTrailingMetadata()) {
    trailers.emplace(std::string(key.data(), key.size()), std::string(value.data(), value.size()));
  }
  return trailers;
}

absl::Status ToStatus(const grpc::Status& status, const Trailers& trailers,
                      const ErrorDetails& about) {
  if (status.ok()) return absl::OkStatus();
  const std::string name = Trailer(trailers, "exception");
  const auto known = std::find_if(kExceptions.begin(), kExceptions.end(),
                                  [&](const Exception& each) { return each.name == name; });
  if (known != kExceptions.end()) {
    const ErrorDetails details = DetailsOf(known->kind, trailers, about);
    if (known->kind == ErrorKind::kWrongExpectedRevision) {
      return WrongExpectedRevisionError(details.stream, *details.actual, details.expected);
    }
    if (known->kind == ErrorKind::kStreamDeleted) return StreamDeletedError(details.stream);
    const bool try_again = status.error_code() == grpc::StatusCode::DEADLINE_EXCEEDED;
    return MakeError(try_again ? StatusCode::kDeadlineExceeded : known->code,
                     status.error_message().empty() ? name : status.error_message(), details);
  }
  const auto [kind, code] = ByCode(status);
  const std::string text = Explained(status.error_message(), kind);
  ErrorDetails details = DetailsOf(kind, trailers, about);
  if (!about.projection.empty()) return ProjectionError(code, text, std::move(details));
  return MakeError(code, text, details);
}

bool DropsConnection(ErrorKind kind) {
  return kind == ErrorKind::kUnavailable || kind == ErrorKind::kNotLeader ||
         kind == ErrorKind::kNotReady || kind == ErrorKind::kCancelledByServer;
}

bool IsTransient(ErrorKind kind) {
  return DropsConnection(kind) || kind == ErrorKind::kServerTimeout ||
         kind == ErrorKind::kConsumerTooSlow;
}

bool LeavesOutcomeUnknown(const absl::Status& error) {
  switch (error.code()) {
    case StatusCode::kUnavailable: {
      const ErrorKind kind = GetErrorKind(error);
      return kind != ErrorKind::kNotLeader && kind != ErrorKind::kNotReady;
    }
    case StatusCode::kInternal:
      return GetErrorKind(error) != ErrorKind::kGroupFailed;  // Refused, with a reason.
    case StatusCode::kCancelled:
    case StatusCode::kDeadlineExceeded:
    case StatusCode::kUnknown:
    case StatusCode::kDataLoss:
      return true;
    default:
      return false;
  }
}

}  // namespace eventstoredb::client
