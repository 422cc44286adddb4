#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

#include "domain/order/deciders.h"
#include "domain/order/refusals.h"
#include "domain/order/rules.h"

namespace orders::domain {
namespace {

std::vector<LineQuantity> AllUnshipped(const Order& order) {
  std::vector<LineQuantity> items;
  for (const OrderLine& line : order.lines) {
    if (Unshipped(line) > 0) items.push_back({line.line.id, Unshipped(line)});
  }
  return Sorted(std::move(items));
}

// "All that remains" is another content each time it is asked: the flag stands for it.
bool IsSameShipment(const Shipment& known, const ShipItems& command,
                    const std::vector<LineQuantity>& items) {
  const bool same_items = command.all_remaining ? known.all_remaining : known.items == items;
  return same_items && known.carrier == command.carrier &&
         known.tracking_code == command.tracking_code &&
         known.shipped_at == Micros(command.occurred_at);
}

absl::Status CheckShippable(const Order& order, const std::vector<LineQuantity>& items) {
  for (const LineQuantity& item : items) {
    const OrderLine* line = FindLine(order, item.line_id);
    if (line == nullptr) {
      return Refuse(Reason::kLineNotFound, absl::StrCat("no line ", item.line_id.value));
    }
    if (item.quantity > Unshipped(*line)) {
      return Refuse(Reason::kShipmentExceedsOrdered,
                    absl::StrCat("of line ", item.line_id.value, " there are ", Unshipped(*line),
                                 " units left to ship, not ", item.quantity));
    }
  }
  return absl::OkStatus();
}

}  // namespace

Decision DecideOne(const ShipItems& command, const Order& order) {
  if (absl::Status status = CheckExists(order); !status.ok()) return status;
  ItemsShipped event{.shipment_id = command.shipment_id,
                     .all_remaining = command.all_remaining,
                     .items = Sorted(command.items),
                     .carrier = command.carrier,
                     .tracking_code = command.tracking_code,
                     .occurred_at = Micros(command.occurred_at)};
  if (const Shipment* known = FindEntry(order.shipments, command.shipment_id)) {
    if (IsSameShipment(*known, command, event.items)) return OrderEvents{};
    return Refuse(Reason::kShipmentIdReused, absl::StrCat("shipment ", command.shipment_id.value,
                                                          " is known with another content"));
  }
  absl::Status status = CheckPlaced(order);
  if (status.ok()) status = CheckNoHold(order, "shipping");
  if (!status.ok()) return status;
  if (const Amount open = LedgerOf(order).open; open.minor > 0) {
    return Refuse(Reason::kNotPaid,
                  absl::StrCat(FormatMoney(open, order.currency), " is still to be paid"));
  }
  status = CheckTime(event.occurred_at, command.now);
  if (status.ok()) status = CheckRoom(order.shipments.size(), "shipments");
  if (status.ok()) status = CheckShippable(order, event.items);
  if (!status.ok()) return status;
  // The event lists what this is, so that no one has to compute it again.
  if (command.all_remaining) event.items = AllUnshipped(order);
  if (event.items.empty()) return Refuse(Reason::kNothingToShip, "nothing is left to ship");
  return OrderEvents{std::move(event)};
}

Decision DecideOne(const RecordDelivery& command, const Order& order) {
  if (absl::Status status = CheckExists(order); !status.ok()) return status;
  const BusinessTime occurred_at = Micros(command.occurred_at);
  const Shipment* shipment = FindEntry(order.shipments, command.shipment_id);
  if (shipment != nullptr && shipment->delivered) {
    if (shipment->delivered_at == occurred_at) return OrderEvents{};
    return Refuse(Reason::kAlreadyDelivered,
                  absl::StrCat("shipment ", command.shipment_id.value,
                               " is delivered already, at another time"));
  }
  if (absl::Status status = CheckPlaced(order); !status.ok()) return status;
  if (shipment == nullptr) {
    return Refuse(Reason::kShipmentNotFound,
                  absl::StrCat("no shipment ", command.shipment_id.value));
  }
  if (absl::Status status = CheckTime(occurred_at, command.now); !status.ok()) return status;

  OrderEvents events = {ShipmentDelivered{command.shipment_id, occurred_at}};
  if (IsFulfilled(Evolve(order, events.front()))) events.push_back(OrderCompleted{});
  return events;
}

}  // namespace orders::domain
