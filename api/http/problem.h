#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"

#include "api/http/http_message.h"

namespace orders::api {

/// What stands in an answer that says no, as application/problem+json (RFC 9457): type, title,
/// status, detail, and ours: reason, code (of gRPC), rule, order_status, allowed_commands,
/// current_etag, current_revision, resource, violations, outcome, request_id. See docs/api.md.

/// The status that HTTP has for an error of the API:
///   400 InvalidArgument, OutOfRange    404 NotFound
///   409 FailedPrecondition, AlreadyExists, Aborted, and ResourceExhausted (TOO_MANY_EVENTS)
///   412 Aborted (STALE_REVISION)       422 AlreadyExists (REQUEST_ID_REUSED)
///   429 ResourceExhausted              507 the same (STORE_FULL)
///   503 the same (OVERLOADED), Unavailable
///   504 DeadlineExceeded               499 Cancelled
///   501 Unimplemented                  500 all else
int HttpStatusOf(const absl::Status& status);

/// `is_command`: an unknown outcome is one of a change, and is said to be unknown.
HttpResponse MakeProblem(const absl::Status& status, std::string_view resource, bool is_command,
                         std::string_view request_id);

/// Of HTTP alone: what the API has not been asked. `reason` in upper case, as NOT_ACCEPTABLE.
HttpResponse MakeHttpProblem(int http_status, std::string_view reason, const std::string& detail,
                             std::string_view request_id);

}  // namespace orders::api
