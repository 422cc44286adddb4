#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "application/log_position.h"

namespace orders::application {

enum class ViewState {
  kLive,     ///< Follows the log.
  kFilling,  ///< Not all history is applied: what it does not hold may exist.
  kStopped,  ///< Comes no further.
};

/// How far a read model has come when it answered.
struct Freshness {
  StoreIdentity store;
  LogPosition position;                     ///< Everything up to here is in the answer.
  std::optional<std::uint64_t> lag_events;  ///< Absent: not known.
  /// Age of the oldest event received and not applied; 0 when caught up and none waits.
  absl::Duration lag = absl::ZeroDuration();
  bool stale = false;  ///< `min_position` was not reached and the caller allowed that.
  ViewState state = ViewState::kLive;
  /// Orders that the read model shows as they were before an event that it could not apply.
  std::uint64_t incomplete_orders = 0;
  std::optional<absl::Time> blocked_since;  ///< The order asked for is one of them, since then.
};

/// What a caller asks of an answer's freshness.
struct FreshnessDemand {
  std::string min_position;  ///< A position token; empty: none.
  bool allow_stale = false;  ///< Answer with what there is when the wait is over.
  absl::Time deadline = absl::InfiniteFuture();
};

/// "Everything up to `position` of that store": opaque, URL-safe.
std::string EncodePositionToken(const StoreIdentity& store, const LogPosition& position);
/// Errors: InvalidArgument (BAD_POSITION_TOKEN); FailedPrecondition (STORE_CHANGED), it is of
/// another store or generation than `store`.
absl::StatusOr<LogPosition> DecodePositionToken(std::string_view token, const StoreIdentity& store);

}  // namespace orders::application
