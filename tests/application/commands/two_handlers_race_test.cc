#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "application/commands/order_command_handler.h"
#include "application/commands/request_errors.h"
#include "infrastructure/runtime/system_clock.h"
#include "infrastructure/runtime/thread_scheduler.h"
#include "tests/support/command_side.h"
#include "tests/support/commands_for_tests.h"

namespace orders::application {
namespace {

using testing_support::Ask;
using testing_support::CommandSide;
using testing_support::SomeCart;
using testing_support::SomeItem;

constexpr int kOrders = 3;
constexpr int kThreadsPerHandler = 3;
constexpr int kAttemptsMax = OrderCommandHandlerOptions{}.attempts_max;

/// Of each of the two commands, for each handler.
int CommandsEach() {
  const char* endurance = std::getenv("ORDERS_ENDURANCE");
  return endurance != nullptr && std::string_view(endurance) == "full" ? 10'000 : 1'000;
}

std::string OrderName(int number) { return "o-" + std::to_string(number); }

/// What the clients of one order saw.
struct Ledger {
  std::mutex mutex;
  std::vector<std::uint64_t> revisions;  ///< Of answers that recorded something.
  std::int64_t added = 0;                ///< To the line that AddItem merges into.
  std::uint64_t last_change = 0;         ///< The highest revision that set the other line,
  std::int64_t last_quantity = 0;        ///< and to what.
};

/// Counts the appends of the commands that ended in ABORTED.
class AbortWatch final : public Telemetry {
 public:
  void CommandEnded(std::string_view, const absl::Status& status, int attempts, bool) override {
    if (!absl::IsAborted(status)) return;
    ++aborted;
    if (attempts < kAttemptsMax) ++aborted_early;
  }
  void BatchApplied(std::string_view, int, absl::Duration) override {}
  void Log(Severity, std::string_view) override {}

  std::atomic<int> aborted{0};
  std::atomic<int> aborted_early{0};
};

TEST(TwoHandlersRace, LosesNoCommandAndInventsNone) {
  CommandSide side;
  infrastructure::SystemClock clock;
  infrastructure::ThreadScheduler scheduler;
  AbortWatch watch;
  const OrderCommandHandler::Ports ports{.store = side.store,
                                         .clock = clock,
                                         .scheduler = scheduler,
                                         .random = side.random,
                                         .ids = side.ids,
                                         .digest = side.digest,
                                         .telemetry = watch};
  OrderCommandHandler one(ports, {});
  OrderCommandHandler two(ports, {});
  for (int i = 0; i < kOrders; ++i) {
    ASSERT_TRUE(testing_support::Handle(one, {}, Ask(OrderName(i), SomeCart())).ok());
    ASSERT_TRUE(testing_support::Handle(two, {}, Ask(OrderName(i), SomeItem("SKU-SUM", 1))).ok());
  }

  const int commands_each = CommandsEach();
  std::vector<Ledger> ledgers(kOrders);
  std::atomic<int> other_errors{0};
  const auto client = [&](OrderCommandHandler& handler, std::atomic<int>& next) {
    for (int i = next++; i < 2 * commands_each; i = next++) {
      const int order = i / 2 % kOrders;
      const bool adds = i % 2 == 0;
      const std::int64_t quantity = i % 7 + 1;
      domain::OrderCommand command = domain::ChangeItemQuantity{{2}, quantity};
      if (adds) command = SomeItem("SKU-SUM", quantity);
      const auto answer =
          testing_support::Handle(handler, {}, Ask(OrderName(order), std::move(command)));
      if (!answer.ok()) {
        if (!absl::IsAborted(answer.status())) ++other_errors;
        continue;
      }
      if (answer->events_recorded == 0) continue;  // The quantity was that already.
      Ledger& ledger = ledgers[static_cast<std::size_t>(order)];
      const std::lock_guard lock(ledger.mutex);
      ledger.revisions.push_back(answer->view->revision);
      if (adds) {
        ledger.added += quantity;
      } else if (answer->view->revision > ledger.last_change) {
        ledger.last_change = answer->view->revision;
        ledger.last_quantity = quantity;
      }
    }
  };
  std::atomic<int> next_of_one{0};
  std::atomic<int> next_of_two{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreadsPerHandler; ++i) {
    threads.emplace_back([&] { client(one, next_of_one); });
    threads.emplace_back([&] { client(two, next_of_two); });
  }
  for (std::thread& thread : threads) thread.join();

  EXPECT_EQ(other_errors, 0);
  EXPECT_EQ(watch.aborted_early, 0) << "ABORTED before attempts_max";
  const int commands = 4 * commands_each;
  EXPECT_LT(watch.aborted * 1'000, commands) << watch.aborted << " of " << commands;
  std::printf("%d commands of two handlers, %d of them ABORTED\n", commands, watch.aborted.load());

  std::size_t recorded = 0;
  for (int i = 0; i < kOrders; ++i) {
    Ledger& ledger = ledgers[static_cast<std::size_t>(i)];
    const OrderView final = side.Fold(OrderName(i));
    recorded += ledger.revisions.size();

    // Two revisions for the set-up, then every one answered once, without a gap.
    std::sort(ledger.revisions.begin(), ledger.revisions.end());
    ASSERT_EQ(ledger.revisions.size(), final.revision - 1);
    for (std::size_t k = 0; k < ledger.revisions.size(); ++k) {
      ASSERT_EQ(ledger.revisions[k], k + 2) << OrderName(i);
    }
    EXPECT_EQ(final.order.lines.at(2).line.quantity, 1 + ledger.added);
    EXPECT_EQ(final.order.lines.at(1).line.quantity, ledger.last_quantity);
    // Both handlers and a fold from the log agree on the end.
    for (OrderCommandHandler* handler : {&one, &two}) {
      const auto same =
          testing_support::Handle(*handler, {}, Ask(OrderName(i), domain::SetNote{""}));
      ASSERT_TRUE(same.ok()) << same.status();
      EXPECT_EQ(*same->view, final);
    }
  }
  EXPECT_GT(recorded, static_cast<std::size_t>(commands) / 2);
}

}  // namespace
}  // namespace orders::application
