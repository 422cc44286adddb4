#pragma once

#include <optional>
#include <string_view>

#include "domain/order/values.h"

namespace orders::infrastructure {

/// "FRAUD": as it stands in events, for ever.
std::string_view StoredName(domain::HoldKind kind);
std::optional<domain::HoldKind> ParseHoldKind(std::string_view name);

}  // namespace orders::infrastructure
