#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "api/orderctl/demo/split_mix.h"
#include "orders/v1/types.pb.h"

namespace orders::api {

struct DemoCustomer {
  std::string id;
  std::string currency;
  v1::Address address;
};

/// Who buys and what is sold on the demo's day; all of it follows from the seed and the number of
/// orders. Immutable, so that every thread may read it.
class Shop {
 public:
  Shop(std::uint64_t seed, std::int64_t orders);

  std::uint64_t seed() const { return seed_; }
  std::int64_t orders() const { return orders_; }

  /// "demo-SEED-ORDERS-000042". The number of orders is part of it: another day of the same seed
  /// has orders and customers of its own.
  std::string OrderId(std::int64_t number) const;
  /// Of the command that closes the day.
  std::string ClosingRequestPrefix() const;
  /// Repeat buyers: the customer of rank r comes 1/r as often as the first.
  DemoCustomer PickCustomer(SplitMix64& random) const;
  /// A line of the catalogue, priced for the currency.
  v1::NewLine PickLine(const std::string& currency, SplitMix64& random) const;

 private:
  DemoCustomer CustomerOf(std::uint64_t rank) const;

  const std::uint64_t seed_;
  const std::int64_t orders_;
  const std::string prefix_;
  std::vector<std::uint64_t> cumulative_;  ///< Of the ranks' weights.
};

}  // namespace orders::api
