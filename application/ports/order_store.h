#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "application/call_context.h"
#include "application/log_position.h"
#include "application/ports/order_feed.h"
#include "application/recorded_event.h"
#include "domain/order/events.h"

namespace orders::application {

/// Takes one event; returns false to end the read.
using OrderEventVisitor = absl::FunctionRef<bool(RecordedOrderEvent&&)>;
using OrderStreamVisitor = absl::FunctionRef<bool(OrderStreamItem&&)>;

struct AppendedEvents {
  std::uint64_t last_revision = 0;
  LogPosition last_position;
};

using AppendDone = absl::AnyInvocable<void(absl::StatusOr<AppendedEvents>)>;

/// The store of orders' events. Thread-safe.
class OrderStore {
 public:
  virtual ~OrderStore() = default;

  /// Visits the order's events from revision `from` on, in order. Errors: NotFound, the order has
  /// no events at all (not: none from `from` on, which is Ok); DataLoss, an event cannot be read
  /// or decoded; DeadlineExceeded, Unavailable. Blocks until answered or until `call.deadline`.
  virtual absl::Status Read(const CallContext& call, const domain::OrderId& order,
                            std::uint64_t from, OrderEventVisitor visit) = 0;

  /// The same, over events that cannot be decoded or are of a type not known: each is visited as
  /// what it is. DataLoss: the stream itself is damaged.
  virtual absl::Status ReadStream(const CallContext& call, const domain::OrderId& order,
                                  std::uint64_t from, OrderStreamVisitor visit) = 0;

  /// Appends all of `events` or none, after revision `after`; nullopt: the order must not exist.
  /// Event ids follow from the order, the request's id and hash, `metadata.time` and the event's
  /// place, so the same append sent twice is written once, and a second decision for the same
  /// request is never taken for the first. `events` is not empty.
  /// Does not block. Calls `done` exactly once, from any thread, also from within and also after
  /// `call.deadline`; `done` must not block, and what the arguments refer to may end with it.
  /// Errors: Aborted, the stream is elsewhere, nothing written; ResourceExhausted or
  /// InvalidArgument, nothing written; Unavailable or DeadlineExceeded, outcome unknown.
  virtual void StartAppend(const CallContext& call, const domain::OrderId& order,
                           std::optional<std::uint64_t> after, const domain::OrderEvents& events,
                           const EventMetadata& metadata, AppendDone done) = 0;

  /// True if the log itself, without I/O, says that the order's last revision is `revision`
  /// (nullopt: no events). False: it is elsewhere, or the log does not know.
  virtual bool IsKnownHead(const domain::OrderId& order, std::optional<std::uint64_t> revision) = 0;

  virtual StoreIdentity identity() const = 0;
};

}  // namespace orders::application
