#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "api/orderctl/demo/demo_order.h"
#include "orders/v1/types.pb.h"

namespace orders::api {

/// What became of one order.
struct OrderOutcome {
  std::string order_id;
  std::string etag;
  std::string customer_id;
  std::string currency;
  v1::OrderStatus status = v1::ORDER_STATUS_UNSPECIFIED;
  v1::PaymentStatus payment = v1::PAYMENT_STATUS_UNSPECIFIED;
  bool confirmed = false;
  // In minor units.
  std::int64_t total = 0;
  std::int64_t removed = 0;  ///< Value of what was cancelled or returned.
  std::int64_t captured = 0;
  std::int64_t refunded = 0;
  std::map<std::string, std::int64_t> refusals;
};

OrderOutcome OutcomeOf(const DemoOrder& order);

/// Sums in one currency, of a customer or of all: as GetCustomer has them.
struct CurrencySums {
  std::int64_t orders = 0;
  std::int64_t confirmed = 0;
  std::int64_t completed = 0;
  std::int64_t cancelled = 0;
  std::int64_t ordered = 0;
  std::int64_t removed = 0;
  std::int64_t captured = 0;
  std::int64_t refunded = 0;
  bool operator==(const CurrencySums&) const = default;
};

/// What the demo says of its day; the same whenever the same day is told.
struct DaySums {
  std::map<std::string, std::int64_t> by_status;
  std::map<std::string, std::int64_t> by_payment;
  std::map<std::string, CurrencySums> by_currency;
  std::map<std::string, std::int64_t> refusals;
  /// By customer, then by currency.
  std::map<std::string, std::map<std::string, CurrencySums>> by_customer;
};

DaySums Sum(const std::vector<OrderOutcome>& outcomes);

}  // namespace orders::api
