// Rebuilds that are killed at each step, and poison in bulk. ORDERS_ENDURANCE=full: as is said;
// else a tenth of that.

#include <csignal>
#include <cstdlib>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "application/projections/projection_host.h"
#include "application/projections/projection_runner.h"
#include "tests/support/memory_order_log.h"
#include "tests/support/order_histories.h"
#include "tests/support/read_side.h"
#include "tests/support/temp_directory.h"

namespace orders::application {
namespace {

using eventstoredb::testing_support::TempDirectory;
using testing_support::MemoryOrderLog;
using testing_support::OrderHistories;
using testing_support::ReadSide;

bool IsFull() {
  const char* const endurance = std::getenv("ORDERS_ENDURANCE");
  return endurance != nullptr && std::string_view(endurance) == "full";
}

/// 1,000 poison events in 100 orders among 100,000.
TEST(ManyDeadLetters, AllOtherOrdersAreUpToDateAndAfterTheFixAllAre) {
  const std::size_t orders_wanted = IsFull() ? 100'000 : 10'000;
  const std::size_t orders_poisoned = orders_wanted / 1'000;
  constexpr std::size_t kPoisonEach = 10;
  MemoryOrderLog log;
  OrderHistories histories(77, 500, 40);
  while (histories.orders().size() < orders_wanted) log.Append(histories.Next(5'000));
  // Orders with enough events, each tenth of whose is poison, the first of them early.
  const std::vector<RecordedOrderEvent> events = log.Events();
  std::map<std::string, std::vector<std::size_t>> places;
  for (std::size_t i = 0; i < events.size(); ++i) places[events[i].order_id.value].push_back(i);
  std::set<std::string> blocked;
  std::vector<std::size_t> poisoned;
  for (const auto& [order, at] : places) {
    if (blocked.size() == orders_poisoned) break;
    if (at.size() < kPoisonEach + 2) continue;
    blocked.insert(order);
    for (std::size_t i = 1; i <= kPoisonEach; ++i) {
      poisoned.push_back(at[i]);
      const RecordedOrderEvent& event = events[at[i]];
      log.Replace(at[i], UnreadableOrderEvent{.order_id = event.order_id,
                                              .revision = event.revision,
                                              .event_id = event.event_id,
                                              .position = event.position,
                                              .error = "poison"});
    }
  }
  ASSERT_EQ(blocked.size(), orders_poisoned);
  ReadSide side(log, {});
  side.Start();
  ASSERT_TRUE(side.WaitUntilCurrent());
  std::vector<RecordedOrderEvent> others;
  for (const RecordedOrderEvent& event : events) {
    if (!blocked.contains(event.order_id.value) || event.revision == 0) others.push_back(event);
  }
  EXPECT_EQ(side.Difference(others), "") << "of the blocked ones, what came before";
  EXPECT_EQ(side.StatusOf("orders").blocked_orders, orders_poisoned);

  for (const std::size_t index : poisoned) log.Replace(index, events[index]);
  for (const std::string& order : blocked) {
    for (const char* const read_model : testing_support::kReadModels) {
      const auto outcome =
          (*side.host().FindRunner(read_model))->Retry({order}, absl::Now() + absl::Seconds(60));
      ASSERT_TRUE(outcome.ok()) << outcome.status();
      EXPECT_FALSE(outcome->is_blocked);
      EXPECT_EQ(outcome->events_applied, places[order].size() - 1);
    }
  }
  EXPECT_EQ(side.Difference(events), "");
}

/// Killed when the rebuild says that it has come to a step.
class KilledAt : public testing::TestWithParam<const char*> {
 protected:
  KilledAt() { log_.Append(histories_.Next(800)); }
  ReadSide::Options Options() {
    ReadSide::Options options{.directory = directory_.path()};
    options.host.build_events_max = 50;
    options.host.feed.chunk_items_max = 20;
    options.host.retired_grace = absl::ZeroDuration();
    return options;
  }

  const TempDirectory directory_;
  MemoryOrderLog log_;
  OrderHistories histories_{29, 8, 6};
};

TEST_P(KilledAt, TheNextStartGoesOnAndNothingIsLostOrAppliedTwice) {
  for (int round = 0; round < (IsFull() ? 20 : 2); ++round) {
    log_.Append(histories_.Next(10));
    const pid_t child = fork();
    if (child == 0) {
      ReadSide::Options options = Options();
      options.on_line = [](std::string_view line) {
        if (line.starts_with("projection=orders rebuild ") &&
            line.find(GetParam()) != std::string_view::npos) {
          kill(getpid(), SIGKILL);
        }
      };
      ReadSide side(log_, options);
      side.Start();
      side.WaitUntilCurrent();
      // Aborted: the one that was killed is gone on with.
      (void)side.host().StartRebuild("orders");
      side.WaitUntilRebuilt("orders");
      _exit(1);
    }
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status)) << "it never came to that step";

    ReadSide::Options options = Options();
    ReadSide side(log_, options);
    side.Start();
    ASSERT_TRUE(side.WaitUntilCurrent());
    ASSERT_EQ(side.Difference(log_.Events()), "");
    const auto rebuild = side.host().FindRebuild("orders");
    if (rebuild->has_value()) {
      EXPECT_EQ(side.WaitUntilRebuilt("orders").phase, RebuildPhase::kDone);
    }
    ASSERT_EQ(side.Difference(log_.Events()), "");
  }
}

INSTANTIATE_TEST_SUITE_P(EachStep, KilledAt,
                         testing::Values("filling", "comparing", "switching", "sealed", "named",
                                         "done"),
                         [](const auto& step) { return std::string(step.param); });

}  // namespace
}  // namespace orders::application
