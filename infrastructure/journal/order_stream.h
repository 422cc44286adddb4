#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "domain/order/ids.h"

namespace orders::infrastructure {

/// Streams of orders are "order-" and the order's id; "order" is their category.
inline constexpr std::string_view kOrderStreamPrefix = "order-";
/// Where a server's projection $by_category puts a link to each event of that category.
inline constexpr std::string_view kOrderCategoryStream = "$ce-order";

std::string OrderStream(const domain::OrderId& id);
/// Absent: the stream's name is no order's.
std::optional<domain::OrderId> OrderOfStream(std::string_view stream);

}  // namespace orders::infrastructure
