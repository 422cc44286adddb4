#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "application/log_position.h"
#include "application/ports/clock.h"
#include "application/ports/order_feed.h"
#include "application/ports/scheduler.h"
#include "application/queries/freshness.h"
#include "domain/order/ids.h"

namespace orders::application {

/// How far a projection has come, as it tells the gate.
struct ViewProgress {
  LogPosition position;     ///< Committed and readable up to here.
  bool caught_up = false;   ///< All history is applied; what follows is live.
  absl::Time last_created;  ///< `created` of the last event applied; the epoch before the first.
  /// `created` of the oldest event that is received and not applied; InfiniteFuture: none.
  absl::Time oldest_waiting = absl::InfiniteFuture();
  std::uint64_t waiting = 0;  ///< Events received and not applied.
};

struct FreshnessGateOptions {
  std::size_t waiters_max = 10'000;
  absl::Duration wait_max = absl::Seconds(30);  ///< However late a demand's deadline is.
};

/// An order that a read model shows as it was before an event that it could not apply.
struct BlockedOrder {
  LogPosition position;  ///< Of that event.
  absl::Time since;
};

/// Where queries of one read model wait until it has come far enough; a waiter costs memory, no
/// thread. Thread-safe; no callback is made under a lock.
class FreshnessGate {
 public:
  using Ready = absl::AnyInvocable<void(absl::StatusOr<Freshness>)>;
  /// All of them outlive the gate.
  struct Ports {
    OrderFeed& feed;
    Clock& clock;
    Scheduler& scheduler;
  };
  FreshnessGate(Ports ports, FreshnessGateOptions options);
  /// As Close.
  ~FreshnessGate();

  /// The projection's side, one thread. A position that is lower than the one before is a bug.
  /// Calls those who waited for it, on this thread.
  void Announce(const ViewProgress& progress);
  /// Events are received that the next Announce will hold; `oldest` is `created` of the first.
  void NoteWaiting(absl::Time oldest, std::uint64_t events);
  /// An order is set aside from an event on, and is in step again. Before the Announce that holds
  /// the change.
  void Block(const domain::OrderId& order, const BlockedOrder& blocked);
  void Unblock(const domain::OrderId& order);
  /// The projection moves no more: whoever waits, or comes later with a demand beyond its
  /// position, gets VIEW_STOPPED with `why`.
  void MarkStopped(const absl::Status& why);
  /// It moves again, with another file.
  void MarkRunning();
  /// The service ends: whoever waits or comes gets Unavailable.
  void Close();

  /// Ok: all history has been applied, so that what the read model does not hold was not there a
  /// moment ago. Else Unavailable (NOT_YET_VISIBLE, VIEW_STOPPED): it cannot say that of anything.
  absl::Status IsComplete() const;
  /// Absent: the order is as new as the read model.
  std::optional<BlockedOrder> FindBlocked(const domain::OrderId& order) const;
  /// What the read model answers with now.
  Freshness Current() const;
  /// See OrderQueryHandler::WhenFresh.
  void WhenFresh(const FreshnessDemand& demand, Ready ready);
  std::size_t waiters() const;

 private:
  class State;
  std::shared_ptr<State> state_;  ///< Shared with timers, which may run while the gate goes.
};

}  // namespace orders::application
