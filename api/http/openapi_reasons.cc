#include "api/http/openapi_reasons.h"

#include <string_view>

#include "absl/status/status.h"

#include "api/http/problem.h"
#include "application/commands/request_errors.h"
#include "domain/order/refusals.h"

namespace orders::api {
namespace {

using absl::StatusCode;
using domain::Reason;

struct CodedReason {
  StatusCode code;
  const char* reason;
};
// Of the application and of the calls. Imports and backups, which HTTP does not serve, have others.
constexpr CodedReason kOfCalls[] = {
    {StatusCode::kInvalidArgument, "INVALID_REQUEST"},
    {StatusCode::kInvalidArgument, "BAD_PAGE_TOKEN"},
    {StatusCode::kInvalidArgument, "BAD_POSITION_TOKEN"},
    {StatusCode::kInvalidArgument, "BAD_PAST_POINT"},
    {StatusCode::kUnauthenticated, "TOKEN_MISSING"},
    {StatusCode::kUnauthenticated, "TOKEN_REFUSED"},
    {StatusCode::kPermissionDenied, "ROLE_MISSING"},
    {StatusCode::kPermissionDenied, "NOT_FOR_CUSTOMERS"},
    {StatusCode::kPermissionDenied, "STORE_ACCESS_DENIED"},
    {StatusCode::kNotFound, "NOT_FOUND"},
    {StatusCode::kNotFound, "CUSTOMER_NOT_FOUND"},
    {StatusCode::kNotFound, "REVISION_NOT_FOUND"},
    {StatusCode::kNotFound, "READ_MODEL_NOT_FOUND"},
    {StatusCode::kNotFound, "STREAM_NOT_FOUND"},
    {StatusCode::kNotFound, "WEBHOOK_NOT_FOUND"},
    {StatusCode::kNotFound, "DEAD_LETTER_NOT_FOUND"},
    {StatusCode::kNotFound, "STORE_USER_NOT_FOUND"},
    {StatusCode::kNotFound, "GROUP_NOT_FOUND"},
    {StatusCode::kNotFound, "PARKED_MESSAGE_NOT_FOUND"},
    {StatusCode::kFailedPrecondition, "STORE_CHANGED"},
    {StatusCode::kFailedPrecondition, "ORDER_BLOCKED"},
    {StatusCode::kNotFound, "ORDER_NOT_BLOCKED"},
    {StatusCode::kAborted, "BLOCKED_BY_ANOTHER_EVENT"},
    {StatusCode::kAborted, "REBUILDING"},
    {StatusCode::kFailedPrecondition, "NOT_REBUILDING"},
    {StatusCode::kFailedPrecondition, "OLDER_VERSION"},
    {StatusCode::kFailedPrecondition, "STREAM_DELETED"},
    {StatusCode::kFailedPrecondition, "NOT_PROJECTED"},
    {StatusCode::kFailedPrecondition, "WEBHOOKS_OFF"},
    {StatusCode::kFailedPrecondition, "ADDRESS_NOT_ALLOWED"},
    {StatusCode::kAlreadyExists, "WEBHOOK_EXISTS"},
    {StatusCode::kAborted, "DEAD_LETTERS_CHANGED"},
    {StatusCode::kFailedPrecondition, "STORE_WITHOUT_USERS"},
    {StatusCode::kFailedPrecondition, "OWN_STORE_USER"},
    {StatusCode::kFailedPrecondition, "LAST_STORE_ADMIN"},
    {StatusCode::kAlreadyExists, "STORE_USER_EXISTS"},
    {StatusCode::kFailedPrecondition, "GROUP_REFUSED"},
    {StatusCode::kFailedPrecondition, "REPLAY_RUNNING"},
    {StatusCode::kFailedPrecondition, "TOO_MANY_OLDER"},
    {StatusCode::kAlreadyExists, "GROUP_EXISTS"},
    {StatusCode::kAlreadyExists, "REQUEST_ID_REUSED"},
    {StatusCode::kAborted, "STALE_REVISION"},
    {StatusCode::kAborted, "LOST_EVERY_RACE"},
    {StatusCode::kAborted, "WATCH_STALLED"},
    {StatusCode::kResourceExhausted, "OVERLOADED"},
    {StatusCode::kResourceExhausted, "QUOTA_EXCEEDED"},
    {StatusCode::kResourceExhausted, "STORE_FULL"},
    {StatusCode::kResourceExhausted, "TOO_MANY_EVENTS"},
    {StatusCode::kResourceExhausted, "PAST_TOO_LARGE"},
    {StatusCode::kResourceExhausted, "TOO_MANY_WEBHOOKS"},
    {StatusCode::kUnavailable, "OUTCOME_UNKNOWN"},
    {StatusCode::kUnavailable, "SHUTTING_DOWN"},
    {StatusCode::kUnavailable, "NOT_YET_VISIBLE"},
    {StatusCode::kUnavailable, "VIEW_STOPPED"},
    {StatusCode::kUnavailable, "PAST_BEING_BUILT"},
    {StatusCode::kUnavailable, "IMPORT_RUNNING"},
    {StatusCode::kDeadlineExceeded, "DEADLINE_EXCEEDED"},
    {StatusCode::kDeadlineExceeded, "OUTCOME_UNKNOWN"},
    {StatusCode::kDeadlineExceeded, "NOT_YET_VISIBLE"},
    {StatusCode::kDataLoss, "EVENT_UNREADABLE"},
    {StatusCode::kInternal, "INTERNAL"},
};

struct HttpReason {
  int status;
  const char* reason;
};
constexpr HttpReason kOfHttp[] = {
    {400, "BAD_REQUEST"},        {400, "BAD_REQUEST_LINE"},      {400, "BAD_HEADER"},
    {400, "BAD_HOST"},           {400, "BAD_FRAMING"},           {400, "TLS_WANTED"},
    {403, "FOREIGN_ORIGIN"},     {404, "PATH_NOT_FOUND"},        {404, "FILE_NOT_FOUND"},
    {405, "METHOD_NOT_ALLOWED"}, {406, "NOT_ACCEPTABLE"},        {408, "REQUEST_TIMEOUT"},
    {413, "BODY_TOO_LARGE"},     {414, "TARGET_TOO_LONG"},       {415, "UNSUPPORTED_MEDIA_TYPE"},
    {417, "EXPECTATION_FAILED"}, {421, "UNKNOWN_HOST"},          {431, "HEADERS_TOO_LARGE"},
    {501, "METHOD_UNKNOWN"},     {505, "VERSION_NOT_SUPPORTED"},
};

std::map<int, std::set<std::string>> MakeReasons() {
  std::map<int, std::set<std::string>> reasons;
  for (int i = 0; i <= static_cast<int>(Reason::kTimeInFuture); ++i) {
    const absl::Status refusal = domain::Refuse(static_cast<Reason>(i), "");
    reasons[HttpStatusOf(refusal)].insert(std::string(domain::ReasonName(static_cast<Reason>(i))));
  }
  for (const CodedReason& one : kOfCalls) {
    const absl::Status status = application::MakeRequestError(one.code, "", {.reason = one.reason});
    reasons[HttpStatusOf(status)].insert(one.reason);
  }
  for (const HttpReason& one : kOfHttp) reasons[one.status].insert(one.reason);
  // Under If-Match: * and If-None-Match: *.
  reasons[412].insert({"ORDER_NOT_FOUND", "ORDER_EXISTS"});
  return reasons;
}

}  // namespace

const std::map<int, std::set<std::string>>& ReasonsByStatus() {
  static const auto& reasons = *new std::map<int, std::set<std::string>>(MakeReasons());
  return reasons;
}

}  // namespace orders::api
