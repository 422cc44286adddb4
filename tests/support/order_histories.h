#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "application/recorded_event.h"
#include "domain/order/commands.h"
#include "domain/order/order.h"

namespace orders::testing_support {

/// Random lives of many orders, interleaved, as the domain decides them. The same seed gives the
/// same events.
class OrderHistories {
 public:
  OrderHistories(std::uint64_t seed, int customers, int skus)
      : random_(seed), customers_(customers), skus_(skus) {}

  /// At least `count` events more; positions, ids and `created` are the log's to give.
  std::vector<application::RecordedOrderEvent> Next(std::size_t count);
  const std::map<std::string, domain::Order>& orders() const { return orders_; }

 private:
  std::int64_t Upto(std::int64_t most) {
    return static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(most + 1));
  }
  bool Chance(int percent) { return Upto(99) < percent; }
  domain::OrderCommand RandomCommand(const domain::Order& order);
  domain::OrderCommand RandomCreate();
  domain::NewLine RandomLine();
  domain::Address RandomAddress();

  std::mt19937_64 random_;
  const int customers_;
  const int skus_;
  std::map<std::string, domain::Order> orders_;
  std::map<std::string, std::uint64_t> revisions_;
  std::vector<std::string> open_;
  std::uint64_t made_ = 0;
  std::uint64_t clock_micros_ = 1'700'000'000'000'000;
};

}  // namespace orders::testing_support
