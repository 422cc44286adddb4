#pragma once

#include <vector>

#include "absl/status/statusor.h"

#include "domain/order/order.h"

namespace orders::domain {

struct Pricing {
  Totals totals;
  std::vector<LineTotals> lines;  ///< In the order's order; they sum to `totals`.
};

/// What the order would cost if it were confirmed now. Goods; then each discount in order of entry,
/// on what is left, never below zero; then the shipping fee, spread by what is left of each line;
/// then tax on discounted goods plus shipping. Rates round half to even once per line, amounts are
/// spread by largest remainder. Error: OutOfRange, an amount beyond kAmountMax.
/// An order without lines costs nothing.
absl::StatusOr<Pricing> Price(const Order& order);

}  // namespace orders::domain
