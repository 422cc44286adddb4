#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "tests/support/orders_client.h"

namespace orders::testing_support {

/// What an order is, by the plainest reading of its stored events: no code of the service. Knows
/// the events of carts, confirmation and payment; another one is a failure of the test.
struct FoldedOrder {
  struct FoldedLine {
    std::string sku;
    std::int64_t quantity = 0;
    std::int64_t unit_price = 0;
  };
  std::string order_id;
  std::string customer_id;
  std::string currency;
  std::string status;
  std::string note;
  std::map<int, FoldedLine> lines;
  std::int64_t confirmed_total = 0;
  std::int64_t captured = 0;
  std::uint64_t revision = 0;
  std::string position_token;

  std::int64_t Total() const;  ///< Of a draft: what its lines come to.
};

FoldedOrder FoldHistory(const std::string& order_id,
                        const std::vector<v1::OrderHistoryEntry>& history);

/// Fails the test unless revisions are 0, 1, 2, ..., no event id occurs twice, and the events of
/// each request stand together.
void ExpectSoundHistory(const std::string& order_id,
                        const std::vector<v1::OrderHistoryEntry>& history);

/// Fails the test unless GetOrder, ListOrders and GetCustomer say what the folds say.
/// `position_token`: of the newest event. Every order of the service is in `orders`.
void ExpectReadModelsEqual(OrdersClient& client, const std::map<std::string, FoldedOrder>& orders,
                           const std::string& position_token);

}  // namespace orders::testing_support
