#pragma once

#include "absl/status/statusor.h"

#include "domain/order/commands.h"
#include "domain/order/events.h"
#include "domain/order/order.h"

namespace orders::domain {

/// The events that `command`, asked of the order `id` in the state `order`, records; none when
/// nothing would change. Pure. The command is valid (validation.h).
/// Errors: a refusal (refusals.h), with the order's status and the commands allowed now.
absl::StatusOr<OrderEvents> Decide(const OrderId& id, const OrderCommand& command,
                                   const Order& order);

}  // namespace orders::domain
