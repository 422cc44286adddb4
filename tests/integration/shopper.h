#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "tests/support/orders_client.h"

namespace orders::testing_support {

/// One client that keeps books: what it asked, what it was answered, what it does not know. It
/// lives longer than the services it talks to. One thread at a time.
class Shopper {
 public:
  /// `shared_orders`: ids that other shoppers use as well; they are made by whoever is first.
  Shopper(int number, std::uint32_t seed, std::vector<std::string> shared_orders);

  /// One request, as it is sent each time.
  struct Request {
    std::string request_id;
    std::string order_id;
    std::function<CommandAnswer(OrdersClient&)> send;
  };
  struct Acknowledged {
    Request request;
    v1::CommandResponse response;
  };

  /// Asks again what has no answer yet, then new things, until an answer is missing.
  void RunUntilCutOff(OrdersClient& client);
  /// Asks again what has no answer yet. False: still not answered.
  bool FinishPending(OrdersClient& client);
  /// Sends `count` of the acknowledged requests once more (all, if it is more) and fails the test
  /// unless each gets its first answer.
  void ExpectSameAnswers(OrdersClient& client, std::size_t count);

  const std::vector<Acknowledged>& acknowledged() const { return acknowledged_; }
  const std::vector<std::string>& order_ids() const { return own_orders_; }
  std::size_t refused() const { return refused_; }
  std::size_t cut_off() const { return cut_off_; }

 private:
  Request Next();
  std::string PickOrder();
  /// False: no answer.
  bool Ask(OrdersClient& client, const Request& request);

  const int number_;
  std::mt19937 random_;
  const std::vector<std::string> shared_orders_;
  std::vector<std::string> own_orders_;
  std::vector<Request> pending_;
  std::vector<Acknowledged> acknowledged_;
  std::size_t refused_ = 0;
  std::size_t cut_off_ = 0;
  int requests_ = 0;
};

}  // namespace orders::testing_support
