#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "application/log_position.h"
#include "application/ports/clock.h"
#include "application/ports/dead_letters.h"
#include "application/ports/order_feed.h"
#include "application/ports/order_store.h"
#include "application/projections/blocked_orders.h"
#include "application/projections/projection.h"

namespace orders::application {

/// What came of another try at a blocked order.
struct RetryOutcome {
  std::uint64_t events_applied = 0;
  bool is_blocked = false;  ///< By the event tried, or by one behind it.
  std::string error;        ///< Why, if it is.
};

struct EventApplierOptions {
  int tries_max = 3;                                ///< Of one event, before it is set aside.
  std::uint64_t set_aside_max = 100'000;            ///< Events, those that wait included.
  absl::Duration read_timeout = absl::Seconds(10);  ///< Of an order's stream, for another try.
};

/// What is told of an order that no dead letter blocks: NotFound.
absl::Status NotBlocked(const domain::OrderId& order);

/// Applies a log's events to one projection, order by order: sets aside what cannot be read or
/// applied, holds back what comes behind it, and tries again when told to. Used by the
/// projection's thread. What it does is committed or discarded with the projection's writer.
class EventApplier {
 public:
  /// An event's body as it is stored; for what is set aside although it can be read.
  using EventJson = std::function<std::string(const domain::OrderEvent&)>;
  /// All of them outlive this.
  struct Ports {
    Projection& projection;
    OrderStore& store;
    Clock& clock;
    EventJson event_json;
  };
  EventApplier(Ports ports, EventApplierOptions options);

  /// Applies the event, or sets it aside. Errors: ResourceExhausted, too many are set aside; those
  /// of the writer.
  absl::Status Take(OrderStreamItemRef item);

  /// Tries the blocked order's events again that stand at or before `until`, which is how far the
  /// projection has come; what comes later comes by the feed. Nothing is pending, and the caller
  /// commits. Errors: NotFound, the order is not blocked; those of the store and of the writer.
  absl::StatusOr<RetryOutcome> Retry(const domain::OrderId& order, const LogPosition& until);
  /// Does without the event that blocks the order, and tries those behind it. Errors: as Retry;
  /// Aborted, the order is blocked by another event than `revision`.
  absl::StatusOr<RetryOutcome> Skip(const domain::OrderId& order, std::uint64_t revision,
                                    const std::string& reason, const std::string& skipped_by,
                                    const LogPosition& until);

  BlockedOrders& blocked() { return blocked_; }

 private:
  absl::Status TryApply(OrderStreamItemRef item, int tries);
  absl::Status SetAside(OrderStreamItemRef item, const absl::Status& why, int tries);
  DeadLetter ToLetter(OrderStreamItemRef item) const;
  absl::StatusOr<RetryOutcome> Resume(const DeadLetter& letter, std::uint64_t from,
                                      const LogPosition& until);

  const Ports ports_;
  const EventApplierOptions options_;
  BlockedOrders blocked_;
};

}  // namespace orders::application
