#include <algorithm>

#include "domain/order/deciders.h"
#include "domain/order/refusals.h"
#include "domain/order/rules.h"

namespace orders::domain {
namespace {

bool IsHeld(const Order& order, HoldKind kind) {
  return std::any_of(order.holds.begin(), order.holds.end(),
                     [&](const Hold& hold) { return hold.kind == kind; });
}

}  // namespace

// An address that is the same already changes nothing, frozen or ended or not: a late retry is no
// offence.
Decision DecideOne(const SetShippingAddress& command, const Order& order) {
  if (absl::Status status = CheckExists(order); !status.ok()) return status;
  if (order.shipping_address == command.address) return OrderEvents{};
  if (absl::Status status = CheckRunning(order); !status.ok()) return status;
  if (!order.shipments.empty()) {
    return Refuse(Reason::kShippingAddressFrozen, "something was shipped to the address already");
  }
  return OrderEvents{ShippingAddressSet{command.address}};
}

Decision DecideOne(const SetBillingAddress& command, const Order& order) {
  if (absl::Status status = CheckExists(order); !status.ok()) return status;
  if (order.billing_address == command.address) return OrderEvents{};
  if (absl::Status status = CheckRunning(order); !status.ok()) return status;
  if (order.captured.minor > 0) {
    return Refuse(Reason::kBillingAddressFrozen, "a payment was captured already");
  }
  return OrderEvents{BillingAddressSet{command.address}};
}

Decision DecideOne(const SetNote& command, const Order& order) {
  if (absl::Status status = CheckExists(order); !status.ok()) return status;
  if (order.note == command.note) return OrderEvents{};
  return OrderEvents{NoteSet{command.note}};
}

// A hold is known by its kind: the same kind again changes nothing, whatever its reason.
Decision DecideOne(const PlaceHold& command, const Order& order) {
  if (IsHeld(order, command.kind)) return OrderEvents{};
  if (absl::Status status = CheckRunning(order); !status.ok()) return status;
  return OrderEvents{OrderHeld{.kind = command.kind, .reason = command.reason}};
}

Decision DecideOne(const ReleaseHold& command, const Order& order) {
  if (absl::Status status = CheckExists(order); !status.ok()) return status;
  if (!IsHeld(order, command.kind)) return OrderEvents{};
  if (absl::Status status = CheckRunning(order); !status.ok()) return status;
  return OrderEvents{HoldReleased{command.kind}};
}

}  // namespace orders::domain
