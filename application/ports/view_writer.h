#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "application/log_position.h"
#include "application/order_view.h"
#include "application/ports/dead_letters.h"
#include "application/queries/order_query_handler.h"
#include "domain/order/order.h"

namespace orders::application {

/// The last event that a read model holds.
struct ViewCheckpoint {
  LogPosition position;
  domain::OrderId order_id;
  std::uint64_t revision = 0;
  std::string event_id;
  absl::Time created;
  std::uint64_t events_applied = 0;  ///< Since the read model was empty.
  bool operator==(const ViewCheckpoint&) const = default;
};

/// The writing side of one read model: what all of them share. Used by one thread, the
/// projection's; Interrupt by any. What is put is held in memory until Commit, which changes
/// tables and checkpoint in one transaction; a Load sees what was put before it.
class ViewWriter {
 public:
  virtual ~ViewWriter() = default;

  /// As it stands on disk; absent: the read model is empty.
  virtual absl::StatusOr<std::optional<ViewCheckpoint>> ReadCheckpoint() = 0;
  /// What the read model has set aside; changes with the same commits.
  virtual DeadLetterBox& dead_letters() = 0;
  /// True until FinishBuild has succeeded: the tables are filled without their indexes, which is
  /// several times faster, and lists are slow meanwhile.
  virtual bool building() const = 0;
  /// Memory that the states hold which are put and not committed.
  virtual std::size_t pending_bytes() const = 0;

  /// After an error all that was put is forgotten, and what the tables hold is to be read again:
  /// Unavailable, outcome unknown; ResourceExhausted, the disk is full, nothing changed; DataLoss,
  /// the file is damaged; Internal, two states of one order.
  virtual absl::Status Commit(const ViewCheckpoint& checkpoint) = 0;
  /// Forgets what is put and not committed.
  virtual void Discard() = 0;
  /// Makes what serves lists; the read model has caught up. Errors as Commit; DeadlineExceeded,
  /// interrupted.
  virtual absl::Status FinishBuild() = 0;
  /// Ends a Commit or FinishBuild that runs now, with DeadlineExceeded.
  virtual void Interrupt() = 0;
};

/// One row an order: all of its state.
class OrdersViewWriter : public ViewWriter {
 public:
  /// Absent: no such order. With `expect_new` only what is put is looked at: the caller has the
  /// order's first event, and Commit answers Internal if the tables hold that order after all.
  /// Errors: as Commit.
  virtual absl::StatusOr<std::optional<OrderView>> Load(const domain::OrderId& order,
                                                        bool expect_new) = 0;
  virtual void Put(const OrderView& view) = 0;
};

/// What the customers' read model keeps of one order.
struct CustomerOrderState {
  domain::OrderId order_id;
  domain::CustomerId customer_id;
  domain::Currency currency;
  domain::OrderStatus status = domain::OrderStatus::kNone;
  domain::Amount total;  ///< Since confirmation.
  domain::Amount removed;
  domain::Amount captured;
  domain::Amount refunded;
  absl::Time create_time;
  std::uint64_t revision = 0;
  bool operator==(const CustomerOrderState&) const = default;
};

/// What one event adds to a customer's totals in the order's currency. Adding commutes, so that
/// the order in which orders' events arrive makes no difference.
struct CustomerDelta {
  domain::CustomerId customer_id;
  CustomerTotals change;
  absl::Time first_order_time;  ///< The least counts.
  absl::Time last_order_time;   ///< The greatest counts.
};

/// One row an order, and one a customer and currency.
class CustomersViewWriter : public ViewWriter {
 public:
  /// As OrdersViewWriter::Load.
  virtual absl::StatusOr<std::optional<CustomerOrderState>> Load(const domain::OrderId& order,
                                                                 bool expect_new) = 0;
  virtual void Put(const CustomerOrderState& state) = 0;
  virtual void Add(const CustomerDelta& delta) = 0;
};

}  // namespace orders::application
