#include "domain/order/decider.h"

#include "domain/order/deciders.h"
#include "domain/order/refusals.h"

namespace orders::domain {
namespace {

// CreateOrder alone needs the id: all other orders know theirs.
Decision DecideAny(const OrderId& id, const CreateOrder& command, const Order& order) {
  return DecideCreate(id, command, order);
}
template <typename Command>
Decision DecideAny(const OrderId&, const Command& command, const Order& order) {
  return DecideOne(command, order);
}

}  // namespace

absl::StatusOr<OrderEvents> Decide(const OrderId& id, const OrderCommand& any, const Order& order) {
  Decision decision =
      std::visit([&](const auto& command) { return DecideAny(id, command, order); }, any);
  if (!decision.ok()) return WithOrder(decision.status(), order);
  return decision;
}

}  // namespace orders::domain
