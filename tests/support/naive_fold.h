#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "application/order_view.h"
#include "application/queries/order_query_handler.h"
#include "application/recorded_event.h"

namespace orders::testing_support {

/// A second, separate account of what events mean, in plain maps and without the domain's Evolve:
/// what the read models must say is compared with it.
struct NaiveLine {
  std::string sku;
  std::int64_t quantity = 0;
  std::int64_t shipped = 0;
  std::int64_t delivered = 0;
  std::int64_t cancelled = 0;
  std::int64_t returned = 0;
  bool operator==(const NaiveLine&) const = default;
};
struct NaiveOrder {
  std::string customer;
  std::string currency;
  std::string status;
  std::int64_t total = 0;
  std::int64_t captured = 0;
  std::int64_t refunded = 0;
  std::int64_t removed = 0;
  std::int64_t holds = 0;
  std::uint64_t revision = 0;
  std::uint64_t position = 0;
  std::int64_t create_micros = 0;
  std::int64_t update_micros = 0;
  std::map<int, NaiveLine> lines;
  bool operator==(const NaiveOrder&) const = default;
};
struct NaiveTotals {
  std::int64_t orders = 0;
  std::int64_t confirmed = 0;
  std::int64_t completed = 0;
  std::int64_t cancelled = 0;
  std::int64_t ordered = 0;
  std::int64_t removed = 0;
  std::int64_t captured = 0;
  std::int64_t refunded = 0;
  bool operator==(const NaiveTotals&) const = default;
};
struct NaiveSales {
  std::int64_t orders = 0;
  std::int64_t units = 0;
  std::int64_t gross = 0;
  std::int64_t discount = 0;
  std::int64_t tax = 0;
  std::int64_t shipping = 0;
  std::int64_t cancelled_units = 0;
  std::int64_t cancelled = 0;
  std::int64_t returned_units = 0;
  std::int64_t returned = 0;
  std::int64_t refunds = 0;
  bool operator==(const NaiveSales&) const = default;
};
struct NaiveState {
  std::map<std::string, NaiveOrder> orders;
  /// By customer and currency.
  std::map<std::pair<std::string, std::string>, NaiveTotals> customers;
  /// By day ("2026-01-31"), sku and currency; no sku: of whole orders.
  std::map<std::tuple<std::string, std::string, std::string>, NaiveSales> sales;
};

NaiveState FoldNaively(const std::vector<application::RecordedOrderEvent>& events);

/// The same account of what the read models answer.
NaiveOrder Account(const application::OrderView& view);
NaiveTotals Account(const application::CustomerTotals& totals);
NaiveSales Account(const application::SalesFigures& figures);

}  // namespace orders::testing_support
