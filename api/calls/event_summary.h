#pragma once

#include <string>

#include "domain/order/events.h"
#include "domain/order/money.h"

namespace orders::api {

/// What changed, in one sentence for a person: "Line 2 now has 5 units." Amounts are those of
/// `currency`; when it is not known (the default), they are given in minor units. Texts of callers
/// are quoted and cut to 80 bytes.
std::string SummaryOf(const domain::OrderEvent& event, const domain::Currency& currency);

}  // namespace orders::api
