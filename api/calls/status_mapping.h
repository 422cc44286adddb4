#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "google/rpc/status.pb.h"

namespace orders::api {

/// What the trailing metadata of an answer may hold, so that it passes a client's 8 KiB.
inline constexpr std::size_t kErrorTextBytesMax = 1'024;
inline constexpr std::size_t kErrorDetailsBytesMax = 4'096;

/// A status as the API says it: the code, a text for a person, and details for a program:
/// - always one ErrorInfo: a stable reason, domain "orders", and as metadata, where they are known,
///   rule, status and allowed_commands (comma-separated) of the order, current_revision and
///   current_etag, order_id;
/// - InvalidArgument with field violations: BadRequest;
/// - a refusal of the domain: PreconditionFailure;
/// - where asking again may help: RetryInfo;
/// - NotFound: ResourceInfo with the id that was asked for.
/// What does not fit kErrorDetailsBytesMax is left out, ErrorInfo never. The text of an internal
/// error stays in the log. `resource` is the order's or customer's id; may be empty.
google::rpc::Status ToRpcStatus(const absl::Status& status, std::string_view resource);
/// The reason that ErrorInfo has, as NOT_PAID; of a closed set. Empty if `status` is Ok.
std::string ErrorReason(const absl::Status& status);

}  // namespace orders::api
