#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/orders_client.h"

namespace orders::testing_support {

/// Figures by their names in the API; what is not there is 0.
using SalesNumbers = std::map<std::string, std::int64_t>;
/// By sku and currency; no sku: of whole orders.
using SalesByKey = std::map<std::pair<std::string, std::string>, SalesNumbers>;

/// What the events of an order add to the sales, by the plainest reading of what is stored: no code
/// of the service.
void AddSalesOf(const std::vector<v1::OrderHistoryEntry>& history, SalesByKey& sales);

/// The same by the service: today, yesterday and tomorrow, by currency and by sku, all pages. Fails
/// the test if it is refused.
SalesByKey AskForSales(OrdersClient& client, const std::string& min_position);

/// What was added from `before` to `after`; figures of 0 and keys without any are left out.
SalesByKey Added(const SalesByKey& before, const SalesByKey& after);

}  // namespace orders::testing_support
