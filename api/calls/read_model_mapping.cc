#include "api/calls/read_model_mapping.h"

#include <algorithm>

#include "api/calls/duration_message.h"
#include "api/calls/value_mapping.h"
#include "api/calls/view_mapping.h"

namespace orders::api {
namespace {

using application::ProjectionState;
using application::RebuildPhase;
using application::ViewDifference;

v1::RebuildPhase ToMessage(RebuildPhase phase) {
  switch (phase) {
    case RebuildPhase::kFilling:
      return v1::REBUILD_PHASE_FILLING;
    case RebuildPhase::kComparing:
      return v1::REBUILD_PHASE_COMPARING;
    case RebuildPhase::kSwitching:
      return v1::REBUILD_PHASE_SWITCHING;
    case RebuildPhase::kDone:
      return v1::REBUILD_PHASE_DONE;
    case RebuildPhase::kCancelled:
      return v1::REBUILD_PHASE_CANCELLED;
    case RebuildPhase::kFailed:
      return v1::REBUILD_PHASE_FAILED;
  }
  return v1::REBUILD_PHASE_UNSPECIFIED;
}

void SetRebuild(const application::RebuildStatus& status, v1::Rebuild& message) {
  message.set_phase(ToMessage(status.phase));
  message.set_error(std::string(status.error.message()));
  SetTime(status.started, *message.mutable_start_time());
  if (status.ended != absl::InfiniteFuture()) SetTime(status.ended, *message.mutable_end_time());
  message.set_events_applied(status.events_applied);
  message.set_events_per_second(status.events_per_second);
  if (status.end.has_value() && status.end->commit > 0) {
    message.set_fraction(std::min(1.0, static_cast<double>(status.position.commit) /
                                           static_cast<double>(status.end->commit)));
  }
  if (status.left.has_value()) {
    SetDuration(*status.left, *message.mutable_time_left());
  }
  if (status.comparison != nullptr) {
    message.set_rows_compared(status.comparison->rows);
    message.set_differences(status.comparison->differences);
  }
}

}  // namespace

v1::ReadModelState ToMessage(ProjectionState state) {
  switch (state) {
    case ProjectionState::kStarting:
      return v1::READ_MODEL_STATE_STARTING;
    case ProjectionState::kRunning:
      return v1::READ_MODEL_STATE_RUNNING;
    case ProjectionState::kRetrying:
      return v1::READ_MODEL_STATE_RETRYING;
    case ProjectionState::kStopped:
      return v1::READ_MODEL_STATE_STOPPED;
  }
  return v1::READ_MODEL_STATE_UNSPECIFIED;
}

void SetReadModel(const application::ProjectionStatus& status,
                  const application::StoreIdentity& store, v1::ReadModel& message) {
  message.set_name(status.name);
  message.set_state(ToMessage(status.state));
  message.set_error(std::string(status.error.message()));
  message.set_caught_up(status.caught_up);
  SetFreshness({.store = store,
                .position = status.position,
                .lag_events = status.lag_events,
                .lag = status.lag,
                .incomplete_orders = status.blocked_orders},
               *message.mutable_freshness());
  message.set_events_applied(status.events_applied);
  message.set_queries_waiting(status.waiters);
  message.set_blocked_orders(status.blocked_orders);
  message.set_events_set_aside(status.events_set_aside);
  if (status.rebuild.has_value()) SetRebuild(*status.rebuild, *message.mutable_rebuild());
  if (status.verification.has_value()) {
    SetRebuild(*status.verification, *message.mutable_verification());
  }
}

void SetDifference(const ViewDifference& difference, const std::string& read_model,
                   v1::ReadModelDifference& message) {
  message.set_read_model(read_model);
  message.set_table(difference.table);
  message.set_key(difference.key);
  message.set_sub_key(difference.sub_key);
  message.set_detail(difference.what);
  switch (difference.kind) {
    case ViewDifference::Kind::kOnlyLive:
      return message.set_kind(v1::ReadModelDifference::ONLY_LIVE);
    case ViewDifference::Kind::kOnlyRebuilt:
      return message.set_kind(v1::ReadModelDifference::ONLY_LOG);
    case ViewDifference::Kind::kDiffers:
      return message.set_kind(v1::ReadModelDifference::DIFFERS);
    case ViewDifference::Kind::kBreaksRule:
      return message.set_kind(v1::ReadModelDifference::BREAKS_RULE);
  }
}

void SetDeadLetter(const application::DeadLetter& letter, const std::string& read_model,
                   v1::DeadLetter& message) {
  message.set_read_model(read_model);
  message.set_order_id(letter.order_id.value);
  message.set_revision(letter.revision);
  message.set_event_id(letter.event_id);
  message.set_type(letter.type);
  SetTime(letter.created, *message.mutable_create_time());
  message.set_error(letter.error);
  message.set_attempts(letter.attempts);
  SetTime(letter.blocked_since, *message.mutable_blocked_since());
  SetTime(letter.last_tried, *message.mutable_last_try_time());
  message.set_waiting(letter.waiting);
  message.set_data(letter.data);
  message.set_metadata(letter.metadata);
}

void SetSkippedEvent(const application::SkippedEvent& skipped, v1::SkippedEvent& message) {
  message.set_order_id(skipped.order_id.value);
  message.set_revision(skipped.revision);
  message.set_event_id(skipped.event_id);
  message.set_type(skipped.type);
  message.set_error(skipped.error);
  message.set_reason(skipped.reason);
  message.set_skipped_by(skipped.skipped_by);
  SetTime(skipped.time, *message.mutable_skip_time());
}

v1::RetryDeadLetterResponse ToMessage(const application::RetryOutcome& outcome) {
  v1::RetryDeadLetterResponse message;
  message.set_events_applied(outcome.events_applied);
  message.set_still_blocked(outcome.is_blocked);
  message.set_error(outcome.error);
  return message;
}

}  // namespace orders::api
