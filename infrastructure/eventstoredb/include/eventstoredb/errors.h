#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"

#include "eventstoredb/endpoint.h"
#include "eventstoredb/types.h"

namespace eventstoredb {

/// Why a call failed: the closed set of protocol section 2.4, finer than the status code. Which
/// code goes with which kind stands behind it; where it says "unknown" the outcome of a write is
/// unknown.
enum class ErrorKind {
  kOther,                      ///< Any code; Unknown: the server failed without saying how.
  kInvalidArgument,            ///< InvalidArgument; nothing written.
  kWrongExpectedRevision,      ///< Aborted; nothing written.
  kStreamNotFound,             ///< NotFound.
  kStreamDeleted,              ///< FailedPrecondition; nothing written.
  kAccessDenied,               ///< PermissionDenied; nothing written.
  kNotAuthenticated,           ///< Unauthenticated: unknown user or wrong password.
  kMaximumAppendSizeExceeded,  ///< InvalidArgument; nothing written.
  kMissingRequiredMetadata,    ///< InvalidArgument; nothing written.
  kInvalidTransaction,         ///< InvalidArgument; nothing written.
  kNotLeader,                  ///< Unavailable; nothing written by the call that says so.
  kNotReady,                   ///< Unavailable: starting or overloaded; nothing written.
  kUnavailable,                ///< Unavailable: the connection failed; unknown.
  kCancelledByServer,          ///< Unavailable: the server ended the call; unknown.
  kDiscoveryFailed,            ///< Unavailable: no member of the cluster suits; nothing written.
  kServerTimeout,              ///< DeadlineExceeded: the server's own time was up; unknown.
  kDeadlineExceeded,           ///< DeadlineExceeded: the call's time was up; unknown.
  kConsumerTooSlow,            ///< Unavailable: 23.10 ends such a subscription.
  kMessageTooLarge,            ///< ResourceExhausted: more than 17 MiB came in one message.
  kUnsupported,                ///< Unimplemented: the server does not know the call.
  kGroupExists,                ///< AlreadyExists: persistent subscriptions.
  kGroupNotFound,              ///< NotFound.
  kGroupFailed,                ///< Internal, with `reason`.
  kMaximumSubscribersReached,  ///< FailedPrecondition.
  kSubscriptionDropped,        ///< Cancelled: the group was deleted or changed.
  kUserNotFound,               ///< NotFound.
  kUserConflict,               ///< FailedPrecondition or DeadlineExceeded.
  kScavengeNotFound,           ///< NotFound.
  kProjectionNotFound,         ///< NotFound.
  kProjectionExists,           ///< AlreadyExists.
  kProjectionFailed,           ///< FailedPrecondition: not as the projection now is.
};
std::string_view ToString(ErrorKind kind);

/// What is known about a failure beside its code and text; what does not apply is empty.
struct ErrorDetails {
  ErrorKind kind = ErrorKind::kOther;
  std::string stream;
  std::string group;
  std::string login;       ///< Of calls about users.
  std::string projection;  ///< Of calls about projections.
  std::string reason;      ///< kGroupFailed: the server's words.
  std::optional<ExpectedRevision> expected;
  /// kWrongExpectedRevision: where the stream is. Inner absent: it has no events.
  std::optional<std::optional<std::uint64_t>> actual;
  std::optional<Endpoint> leader;            ///< kNotLeader, if the server knows it.
  std::optional<std::uint64_t> bytes_max;    ///< kMaximumAppendSizeExceeded: of an append or event.
  std::optional<std::uint64_t> event_bytes;  ///< The same, if one event is too large.
  std::string event_id;                      ///< The same.
  bool operator==(const ErrorDetails&) const = default;
};

absl::Status MakeError(absl::StatusCode code, std::string_view text, const ErrorDetails& details);
/// A status that was not made by MakeError has only a kind, which follows from its code.
ErrorDetails GetErrorDetails(const absl::Status& status);
inline ErrorKind GetErrorKind(const absl::Status& status) { return GetErrorDetails(status).kind; }

/// Details of an Aborted status: where the stream really was.
struct WrongExpectedRevision {
  std::optional<std::uint64_t> current;  ///< Absent: the stream has no events.
};
absl::Status WrongExpectedRevisionError(std::string_view stream,
                                        std::optional<std::uint64_t> current,
                                        std::optional<ExpectedRevision> expected = std::nullopt);
std::optional<WrongExpectedRevision> GetWrongExpectedRevision(const absl::Status& status);

/// Details of a FailedPrecondition status: the stream has a tombstone, or was soft-deleted and had
/// to exist (protocol sections 2.4 and 3.13).
struct StreamDeleted {
  std::string stream;
};
absl::Status StreamDeletedError(std::string_view stream);
std::optional<StreamDeleted> GetStreamDeleted(const absl::Status& status);

/// Details of an InvalidArgument status: the data of one append is larger than allowed (protocol
/// section 3.3).
struct MaximumAppendSizeExceeded {
  std::uint64_t limit_bytes = 0;
};
absl::Status MaximumAppendSizeExceededError(std::uint64_t limit_bytes);
std::optional<MaximumAppendSizeExceeded> GetMaximumAppendSizeExceeded(const absl::Status& status);

}  // namespace eventstoredb
