#pragma once

#include <string>
#include <vector>

#include "api/orderctl/demo/day_sums.h"
#include "api/orderctl/session.h"

namespace orders::api {

/// What the service's read models say otherwise than the demo's own sums.
struct CrossCheck {
  grpc::Status status;                   ///< Of the first question that failed.
  std::vector<std::string> differences;  ///< At most kDifferencesMax, a line each.
};

inline constexpr std::size_t kDifferencesMax = 20;

/// Asks for each customer's totals and orders as of `position_token` or later, and compares: totals
/// by currency, and each order's etag and status.
CrossCheck CompareWithReadModels(Session& session, const std::string& position_token,
                                 const DaySums& sums, const std::vector<OrderOutcome>& outcomes);

}  // namespace orders::api
