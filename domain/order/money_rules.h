#pragma once

#include <optional>
#include <string>

#include "domain/order/order.h"

namespace orders::domain {

/// The first rule of money or of quantities that a folded state breaks, as a sentence for people
/// with the numbers; absent: it breaks none. No sequence of decisions leads to such a state: it
/// tells that events were changed, lost, or written by somebody else.
std::optional<std::string> FindBrokenRule(const Order& order);

}  // namespace orders::domain
