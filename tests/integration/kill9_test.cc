// kill -9 under load, again and again: no acknowledged command is lost, none is done twice, and
// asking again gets the first answer.
#include <cstdlib>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include <gtest/gtest.h>

#include "tests/integration/history_fold.h"
#include "tests/integration/shopper.h"
#include "tests/support/orderd_process.h"
#include "tests/support/orders_client.h"

namespace orders::testing_support {
namespace {

constexpr int kShoppers = 8;
constexpr int kCyclesOfATenth = 20;
constexpr int kCyclesInFull = 200;
constexpr int kRepeatedEachCycle = 20;

int Cycles() {
  const char* endurance = std::getenv("ORDERS_ENDURANCE");
  return endurance != nullptr && std::string(endurance) == "full" ? kCyclesInFull : kCyclesOfATenth;
}

std::uint32_t Seed() {
  const char* given = std::getenv("ORDERS_SEED");
  return given == nullptr ? std::random_device()() : static_cast<std::uint32_t>(std::stoul(given));
}

class Kill9 : public ::testing::Test {
 protected:
  void SetUp() override {
    std::printf("seed %u, to repeat: ORDERS_SEED=%u\n", seed_, seed_);
    for (int i = 0; i < kShoppers; ++i) {
      shoppers_.push_back(
          std::make_unique<Shopper>(i, seed_ + static_cast<std::uint32_t>(i) + 1,
                                    std::vector<std::string>{"shared-1", "shared-2", "shared-3"}));
    }
  }

  void Start() {
    auto started = OrderdProcess::Start({.data = scratch_.Path("data")});
    ASSERT_TRUE(started.ok()) << started.status();
    process_ = *std::move(started);
  }

  /// Each shopper on a thread and a connection of its own; returns when all have ended.
  template <typename Work>
  void InParallel(Work work, absl::Duration kill_after = absl::InfiniteDuration()) {
    std::vector<std::thread> threads;
    for (auto& shopper : shoppers_) {
      threads.emplace_back([this, &shopper, &work] {
        OrdersClient client(process_->address());
        work(*shopper, client);
      });
    }
    if (kill_after < absl::InfiniteDuration()) {
      absl::SleepFor(kill_after);
      process_->KillNow();
    }
    for (std::thread& thread : threads) thread.join();
  }

  std::set<std::string> AllOrderIds() const {
    std::set<std::string> ids = {"shared-1", "shared-2", "shared-3"};
    for (const auto& shopper : shoppers_) {
      ids.insert(shopper->order_ids().begin(), shopper->order_ids().end());
    }
    return ids;
  }

  /// The histories of all orders that exist, sound, and each acknowledged answer in its place.
  void ExpectAllAcknowledged(OrdersClient& client, std::map<std::string, FoldedOrder>& folds) {
    std::map<std::string, std::vector<v1::OrderHistoryEntry>> histories;
    for (const std::string& id : AllOrderIds()) {
      auto history = client.ReadHistory(id);
      if (history.code() == grpc::StatusCode::NOT_FOUND) continue;  // Never acknowledged, or lost.
      ASSERT_TRUE(history.ok()) << id << ": " << Describe(history.status);
      ExpectSoundHistory(id, history.response);
      folds[id] = FoldHistory(id, history.response);
      histories[id] = std::move(history.response);
    }
    std::map<std::string, int> recorded;  // Events by request id.
    for (const auto& [id, history] : histories) {
      for (const v1::OrderHistoryEntry& entry : history) ++recorded[entry.request_id()];
    }
    std::size_t events = 0;
    for (const auto& shopper : shoppers_) {
      for (const Shopper::Acknowledged& one : shopper->acknowledged()) {
        SCOPED_TRACE(one.request.request_id);
        const v1::CommandResponse& response = one.response;
        const int count = response.events_recorded();
        ASSERT_EQ(recorded[one.request.request_id], count);
        if (count == 0) continue;
        events += static_cast<std::size_t>(count);
        const std::uint64_t last = response.order().revision();
        const auto& history = histories[one.request.order_id];
        ASSERT_LT(last, history.size()) << "an acknowledged command is lost";
        for (std::uint64_t i = 0; i < static_cast<std::uint64_t>(count); ++i) {
          ASSERT_EQ(history[last - i].request_id(), one.request.request_id);
        }
        ASSERT_EQ(history[last].position_token(), response.position_token());
        recorded.erase(one.request.request_id);
      }
    }
    // All requests are answered by now: what is left was recorded and refused, or nobody's.
    for (const auto& [request_id, count] : recorded) {
      EXPECT_EQ(count, 0) << request_id << " recorded events that were never acknowledged";
    }
    std::printf("%d cycles, %d clients, %zu orders, %zu acknowledged events\n", Cycles(), kShoppers,
                histories.size(), events);
  }

  const std::uint32_t seed_ = Seed();
  const ScratchFolder scratch_;
  std::vector<std::unique_ptr<Shopper>> shoppers_;
  std::unique_ptr<OrderdProcess> process_;
};

TEST_F(Kill9, LosesNothingAcknowledgedDoublesNothingAndRepeatsItsAnswers) {
  SCOPED_TRACE(absl::StrCat("ORDERS_SEED=", seed_));
  std::mt19937 random(seed_);
  for (int cycle = 0; cycle < Cycles(); ++cycle) {
    SCOPED_TRACE(absl::StrCat("cycle ", cycle));
    ASSERT_NO_FATAL_FAILURE(Start());
    InParallel([](Shopper& shopper, OrdersClient& client) {
      if (!shopper.FinishPending(client)) return;
      shopper.ExpectSameAnswers(client, kRepeatedEachCycle);
    });
    InParallel([](Shopper& shopper, OrdersClient& client) { shopper.RunUntilCutOff(client); },
               absl::Milliseconds(30 + random() % 371));
    if (HasFailure()) return;
  }

  ASSERT_NO_FATAL_FAILURE(Start());
  InParallel([](Shopper& shopper, OrdersClient& client) {
    EXPECT_TRUE(shopper.FinishPending(client));
    shopper.ExpectSameAnswers(client, shopper.acknowledged().size());
  });
  OrdersClient client(process_->address());
  std::map<std::string, FoldedOrder> folds;
  ASSERT_NO_FATAL_FAILURE(ExpectAllAcknowledged(client, folds));
  // The newest position: of a write that comes after all others.
  const CommandAnswer last = client.Send(CreateRequest("the-last"));
  ASSERT_TRUE(last.ok()) << Describe(last.status);
  const auto history = client.ReadHistory("the-last");
  ASSERT_TRUE(history.ok()) << Describe(history.status);
  folds["the-last"] = FoldHistory("the-last", history.response);
  ExpectReadModelsEqual(client, folds, last.response.position_token());

  // And read models that were closed in order say the same.
  EXPECT_EQ(process_->Stop().exit_code, 0);
  ASSERT_NO_FATAL_FAILURE(Start());
  OrdersClient after(process_->address());
  ExpectReadModelsEqual(after, folds, last.response.position_token());
}

TEST_F(Kill9, WhileStartingAgainAndAgainConverges) {
  SCOPED_TRACE(absl::StrCat("ORDERS_SEED=", seed_));
  std::mt19937 random(seed_);
  ASSERT_NO_FATAL_FAILURE(Start());
  InParallel([](Shopper& shopper, OrdersClient& client) { shopper.RunUntilCutOff(client); },
             absl::Milliseconds(400));
  for (int i = 0; i < Cycles(); ++i) {
    // Never waits for ready: it is killed wherever it is.
    const auto started = OrderdProcess::Start({.data = scratch_.Path("data"),
                                               .arguments = {},
                                               .ready_within = absl::Milliseconds(random() % 50)});
    if (started.ok()) (*started)->KillNow();
  }
  ASSERT_NO_FATAL_FAILURE(Start());
  InParallel([](Shopper& shopper, OrdersClient& client) {
    EXPECT_TRUE(shopper.FinishPending(client));
    shopper.ExpectSameAnswers(client, shopper.acknowledged().size());
  });
  OrdersClient client(process_->address());
  std::map<std::string, FoldedOrder> folds;
  ASSERT_NO_FATAL_FAILURE(ExpectAllAcknowledged(client, folds));
  const CommandAnswer last = client.Send(CreateRequest("the-last"));
  ASSERT_TRUE(last.ok()) << Describe(last.status);
  const auto history = client.ReadHistory("the-last");
  ASSERT_TRUE(history.ok()) << Describe(history.status);
  folds["the-last"] = FoldHistory("the-last", history.response);
  ExpectReadModelsEqual(client, folds, last.response.position_token());
}

}  // namespace
}  // namespace orders::testing_support
