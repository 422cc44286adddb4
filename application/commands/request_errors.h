#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace orders::application {

/// What the application, not the domain, says no to: a stable reason beside code and text.
/// Reasons: STALE_REVISION, LOST_EVERY_RACE, REQUEST_ID_REUSED, TOO_MANY_EVENTS, OVERLOADED,
/// STORE_CHANGED, NOT_YET_VISIBLE, BAD_PAGE_TOKEN, BAD_POSITION_TOKEN, ORDER_NOT_FOUND,
/// CUSTOMER_NOT_FOUND, REVISION_NOT_FOUND, OUTCOME_UNKNOWN, STORE_FULL, VIEW_STOPPED,
/// ORDER_BLOCKED, ORDER_NOT_BLOCKED, BLOCKED_BY_ANOTHER_EVENT, READ_MODEL_NOT_FOUND, REBUILDING,
/// NOT_REBUILDING, OLDER_VERSION, PAST_BEING_BUILT, PAST_TOO_LARGE, BAD_PAST_POINT,
/// STREAM_NOT_FOUND, STREAM_DELETED, NOT_PROJECTED, STORE_ACCESS_DENIED, STORE_WITHOUT_USERS,
/// STORE_USER_NOT_FOUND, STORE_USER_EXISTS, OWN_STORE_USER, LAST_STORE_ADMIN, TOKEN_MISSING,
/// TOKEN_REFUSED, ROLE_MISSING, NOT_FOR_CUSTOMERS, QUOTA_EXCEEDED, WEBHOOKS_OFF, WEBHOOK_NOT_FOUND,
/// WEBHOOK_EXISTS, TOO_MANY_WEBHOOKS, ADDRESS_NOT_ALLOWED, DEAD_LETTER_NOT_FOUND,
/// DEAD_LETTERS_CHANGED, GROUP_NOT_FOUND, GROUP_EXISTS, GROUP_REFUSED, PARKED_MESSAGE_NOT_FOUND,
/// REPLAY_RUNNING, TOO_MANY_OLDER.
struct RequestError {
  std::string reason;
  std::optional<std::uint64_t> current_revision;  ///< Of STALE_REVISION.
  std::optional<absl::Duration> retry_after;      ///< When asking again may help.
};

absl::Status MakeRequestError(absl::StatusCode code, std::string_view text,
                              const RequestError& error);
/// Absent if `status` carries none.
std::optional<RequestError> GetRequestError(const absl::Status& status);

}  // namespace orders::application
