#pragma once

#include <deque>
#include <memory>
#include <optional>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "application/ports/order_transfer.h"
#include "eventstoredb/event_store.h"

namespace orders::infrastructure {

/// The orders' events of a store, one after the other, in the log's order. One thread.
class StandingEvents {
 public:
  /// From the event behind `after` on; absent: from the first one.
  static absl::StatusOr<StandingEvents> Open(eventstoredb::EventStore& store,
                                             std::optional<eventstoredb::Position> after);

  /// The next one, waiting `wait` at most. Absent: see caught_up(). Errors: DataLoss, Unavailable.
  absl::StatusOr<std::optional<eventstoredb::RecordedEvent>> Next(absl::Duration wait);
  /// There were no more when Next last looked; else it only did not come in time.
  bool caught_up() const { return caught_up_; }

 private:
  explicit StandingEvents(std::unique_ptr<eventstoredb::Subscription> subscription)
      : subscription_(std::move(subscription)) {}

  std::unique_ptr<eventstoredb::Subscription> subscription_;
  std::deque<eventstoredb::RecordedEvent> events_;
  bool caught_up_ = false;
};

/// As it was in the log that first held it.
application::TransferredEvent ToTransferred(eventstoredb::RecordedEvent event);

}  // namespace orders::infrastructure
