#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

#include "domain/order/absl_view.h"
#include "domain/order/deciders.h"
#include "domain/order/refusals.h"
#include "domain/order/rules.h"

namespace orders::domain {
namespace {

using Units = std::int64_t (*)(const OrderLine&);

// Each item is at most `available` units of a line of the order.
absl::Status CheckItems(const Order& order, const std::vector<LineQuantity>& items, Units available,
                        Reason reason, std::string_view what) {
  for (const LineQuantity& item : items) {
    const OrderLine* line = FindLine(order, item.line_id);
    if (line == nullptr) {
      return Refuse(Reason::kLineNotFound, absl::StrCat("no line ", item.line_id.value));
    }
    if (item.quantity > available(*line)) {
      return Refuse(reason, absl::StrCat("of line ", item.line_id.value, " ", available(*line),
                                         " units can be ", View(what), ", not ", item.quantity));
    }
  }
  return absl::OkStatus();
}

bool AnyUnshipped(const Order& order) {
  return std::any_of(order.lines.begin(), order.lines.end(),
                     [](const OrderLine& line) { return Unshipped(line) > 0; });
}

// The whole order's refund due once `event` has happened.
template <typename Event>
Event WithRefundDue(Event event, const Order& order) {
  event.refund_due = LedgerOf(Evolve(order, event)).refund_due;
  return event;
}

std::vector<LineQuantity> Quantities(const std::vector<LineValue>& items) {
  std::vector<LineQuantity> quantities;
  quantities.reserve(items.size());
  for (const LineValue& item : items) quantities.push_back({item.line_id, item.quantity});
  return quantities;
}

bool IsPartOf(const std::vector<LineQuantity>& items, const std::vector<LineQuantity>& whole) {
  return std::all_of(items.begin(), items.end(), [&](const LineQuantity& item) {
    return std::any_of(whole.begin(), whole.end(), [&](const LineQuantity& other) {
      return other.line_id == item.line_id && item.quantity <= other.quantity;
    });
  });
}

// Goods come back from completed orders too; of a cancelled one nothing was ever delivered.
absl::Status CheckTakesReturns(const Order& order) {
  if (order.status == OrderStatus::kCompleted) return absl::OkStatus();
  return CheckPlaced(order);
}

}  // namespace

Decision DecideOne(const CancelOrder& command, const Order& order) {
  if (order.status == OrderStatus::kCancelled) return OrderEvents{};
  if (absl::Status status = CheckRunning(order); !status.ok()) return status;
  if (!order.shipments.empty()) {
    return Refuse(Reason::kAlreadyShipped,
                  "something was shipped already; CancelItems takes what was not");
  }
  OrderCancelled event{.reason = command.reason, .items = {}, .refund_due = {}};
  if (order.status != OrderStatus::kDraft) {
    std::vector<LineQuantity> open;
    for (const OrderLine& line : order.lines) {
      if (Unshipped(line) > 0) open.push_back({line.line.id, Unshipped(line)});
    }
    event.items = Valued(order, Sorted(std::move(open)));
  }
  return OrderEvents{WithRefundDue(std::move(event), order)};
}

// Adds up: it has no id of its own, so asked twice it may cancel twice. A request id makes it safe.
Decision DecideOne(const CancelItems& command, const Order& order) {
  absl::Status status = CheckPlaced(order, "RemoveItem takes its lines out");
  if (status.ok()) {
    status =
        CheckItems(order, command.items, Unshipped, Reason::kCancelExceedsUnshipped, "cancelled");
  }
  if (!status.ok()) return status;

  const ItemsCancelled cancelled =
      WithRefundDue(ItemsCancelled{.items = Valued(order, Sorted(command.items)),
                                   .reason = command.reason,
                                   .refund_due = {}},
                    order);
  OrderEvents events = {cancelled};
  const Order after = Evolve(order, cancelled);
  if (order.shipments.empty() && !AnyUnshipped(after)) {
    events.push_back(WithRefundDue(
        OrderCancelled{.reason = command.reason, .items = {}, .refund_due = {}}, after));
  } else if (IsFulfilled(after)) {
    events.push_back(OrderCompleted{});
  }
  return events;
}

Decision DecideOne(const RequestReturn& command, const Order& order) {
  if (absl::Status status = CheckExists(order); !status.ok()) return status;
  const std::vector<LineQuantity> items = Sorted(command.items);
  if (const Return* known = FindEntry(order.returns, command.return_id)) {
    if (known->requested == items && known->reason == command.reason) return OrderEvents{};
    return Refuse(Reason::kReturnIdReused, absl::StrCat("return ", command.return_id.value,
                                                        " is known with another content"));
  }
  absl::Status status = CheckTakesReturns(order);
  if (status.ok()) status = CheckRoom(order.returns.size(), "returns");
  if (status.ok()) {
    status = CheckItems(order, items, Returnable, Reason::kReturnExceedsDelivered, "returned");
  }
  if (!status.ok()) return status;
  return OrderEvents{ReturnRequested{command.return_id, items, command.reason}};
}

Decision DecideOne(const ReceiveReturn& command, const Order& order) {
  if (absl::Status status = CheckExists(order); !status.ok()) return status;
  const BusinessTime occurred_at = Micros(command.occurred_at);
  const Return* known = FindEntry(order.returns, command.return_id);
  std::vector<LineQuantity> items = Sorted(command.items);
  if (items.empty() && known != nullptr) items = known->requested;

  if (known != nullptr && known->received) {
    if (Quantities(known->received_items) == items && known->received_at == occurred_at) {
      return OrderEvents{};
    }
    return Refuse(Reason::kReturnAlreadyReceived,
                  absl::StrCat("return ", command.return_id.value,
                               " is received already, with another content"));
  }
  if (absl::Status status = CheckTakesReturns(order); !status.ok()) return status;
  if (known == nullptr) {
    return Refuse(Reason::kReturnNotFound, absl::StrCat("no return ", command.return_id.value));
  }
  if (absl::Status status = CheckTime(occurred_at, command.now); !status.ok()) return status;
  if (!IsPartOf(items, known->requested)) {
    return Refuse(Reason::kReturnExceedsDelivered,
                  absl::StrCat("return ", command.return_id.value, " asked for less than that"));
  }
  ReturnReceived event{.return_id = command.return_id,
                       .items = Valued(order, items),
                       .refund_due = {},
                       .occurred_at = occurred_at};
  return OrderEvents{WithRefundDue(std::move(event), order)};
}

}  // namespace orders::domain
