#include "application/projections/projection_host.h"

#include <random>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

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

// Small batches while catching up, so that histories of tests need many.
ReadSide::Options SmallBatches(const std::string& directory = "") {
  ReadSide::Options options{.directory = directory};
  options.host.build_events_max = 50;
  options.host.feed.chunk_items_max = 20;
  options.host.feed.items_held_max = 60;
  options.host.backoff_min = absl::Milliseconds(1);
  options.host.backoff_max = absl::Milliseconds(4);
  return options;
}

TEST(ProjectionHost, ReadModelsEqualTheNaiveFoldAfterARebuildAndLive) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    MemoryOrderLog log;
    OrderHistories histories(seed, 12, 8);
    log.Append(histories.Next(1'500));
    ReadSide side(log, SmallBatches());
    side.Start();
    ASSERT_TRUE(side.WaitUntilCurrent());
    EXPECT_EQ(side.Difference(log.Events()), "") << "after the rebuild, seed " << seed;

    for (int i = 0; i < 20; ++i) log.Append(histories.Next(40));
    ASSERT_TRUE(side.WaitUntilCurrent());
    EXPECT_EQ(side.Difference(log.Events()), "") << "live, seed " << seed;
    EXPECT_EQ(side.StatusOf("orders").events_applied, log.size());
    EXPECT_EQ(side.StatusOf("customers").events_applied, log.size());
  }
}

TEST(ProjectionHost, ContinuesWhereItWasStoppedWhereverThatWas) {
  const TempDirectory directory;
  MemoryOrderLog log;
  OrderHistories histories(11, 10, 6);
  std::mt19937 random(3);
  std::uint64_t applied = 0;
  for (int start = 0; start < 25; ++start) {
    log.Append(histories.Next(100));
    ReadSide side(log, SmallBatches(directory.path()));
    side.Start();
    // Sometimes at once, sometimes in the midst, sometimes at the end.
    if (start % 3 == 0) {
      ASSERT_TRUE(side.WaitUntilCurrent());
    }
    if (start % 3 == 1) {
      while (side.StatusOf("orders").batches < random() % 2 + 1) std::this_thread::yield();
    }
    side.Stop();
    applied += side.StatusOf("orders").events_applied;
    ASSERT_EQ(side.telemetry().Lines(Severity::kWarning), std::vector<std::string>{});
  }
  ReadSide side(log, SmallBatches(directory.path()));
  side.Start();
  ASSERT_TRUE(side.WaitUntilCurrent());
  EXPECT_EQ(side.Difference(log.Events()), "");
  EXPECT_EQ(applied + side.StatusOf("orders").events_applied, log.size());
}

TEST(ProjectionHost, SkipsWhatIsDeliveredAgain) {
  const TempDirectory directory;
  MemoryOrderLog log;
  OrderHistories histories(21, 5, 5);
  log.set_redelivered(70);
  for (int start = 0; start < 4; ++start) {
    log.Append(histories.Next(100));
    ReadSide side(log, SmallBatches(directory.path()));
    side.Start();
    ASSERT_TRUE(side.WaitUntilCurrent());
    EXPECT_EQ(side.Difference(log.Events()), "");
    // Who opens the feed gets all of them; who joins it, what is still held.
    std::uint64_t skipped = 0;
    for (const char* const read_model : {"orders", "customers", "sales", "search"}) {
      skipped = std::max(skipped, side.StatusOf(read_model).events_skipped);
    }
    EXPECT_EQ(skipped, start == 0 ? 0U : 70U);
  }
}

TEST(ProjectionHost, OpensTheFeedAgainWhenItBreaksAndAppliesNothingTwice) {
  MemoryOrderLog log;
  OrderHistories histories(31, 5, 5);
  log.Append(histories.Next(800));
  log.set_breaks_after(37);
  log.set_failing_opens(3);
  ReadSide side(log, SmallBatches());
  side.Start();
  ASSERT_TRUE(side.WaitUntilCurrent());
  EXPECT_EQ(side.Difference(log.Events()), "");
  EXPECT_GT(log.opens(), 10);
}

TEST(ProjectionHost, AppliesNothingOutOfOrderWhenTheFeedGoesBack) {
  MemoryOrderLog log;
  OrderHistories histories(43, 5, 5);
  log.Append(histories.Next(10));
  const std::vector<RecordedOrderEvent> in_order = log.Events();
  RecordedOrderEvent late = histories.Next(1).front();
  late.position = {3, 3};
  log.AppendItem(late);
  ReadSide::Options options = SmallBatches();
  options.host.build_events_max = 1'000;  // In one batch: nothing is at or below a checkpoint.
  ReadSide side(log, options);
  side.Start();
  ASSERT_TRUE(side.WaitUntilCurrent());
  EXPECT_EQ(side.Difference(in_order), "");
  EXPECT_THAT(side.telemetry().Lines(Severity::kWarning),
              testing::Contains(testing::HasSubstr("the feed went back to position=3")));
}

TEST(ProjectionHost, ProgressWithoutEventsMovesThePosition) {
  MemoryOrderLog log;
  OrderHistories histories(61, 5, 5);
  log.Append(histories.Next(10));
  ReadSide side(log, SmallBatches());
  side.Start();
  ASSERT_TRUE(side.WaitUntilCurrent());
  log.AppendItem(FeedProgress{.position = {5'000, 5'000}});
  ASSERT_TRUE(side.WaitUntilCurrent());
  EXPECT_EQ(side.StatusOf("orders").position.commit, 5'000U);
  EXPECT_EQ(side.StatusOf("orders").lag_events, 0U);
  EXPECT_EQ(side.StatusOf("orders").lag, absl::ZeroDuration());
}

TEST(ProjectionHost, RefusesACheckpointBeyondTheLogsEnd) {
  const TempDirectory directory;
  MemoryOrderLog log;
  OrderHistories histories(71, 5, 5);
  log.Append(histories.Next(100));
  {
    ReadSide side(log, SmallBatches(directory.path()));
    side.Start();
    ASSERT_TRUE(side.WaitUntilCurrent());
  }
  log.Truncate(60);
  ReadSide side(log, SmallBatches(directory.path()));
  side.Start();
  EXPECT_EQ(side.WaitUntilStopped("orders").code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(side.StatusOf("orders").position, LogPosition{});
}

TEST(ProjectionHost, RefusesALogThatHoldsAnotherEventAtTheCheckpoint) {
  const TempDirectory directory;
  MemoryOrderLog log;
  OrderHistories histories(72, 5, 5);
  log.Append(histories.Next(100));
  {
    ReadSide side(log, SmallBatches(directory.path()));
    side.Start();
    ASSERT_TRUE(side.WaitUntilCurrent());
  }
  RecordedOrderEvent other = log.Events().back();
  other.event_id = "another";
  log.Replace(log.size() - 1, other);
  log.Append(histories.Next(10));
  log.set_knows_end(false);
  ReadSide side(log, SmallBatches(directory.path()));
  side.Start();
  EXPECT_EQ(side.WaitUntilStopped("orders").code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(side.WaitUntilStopped("customers").code(), absl::StatusCode::kFailedPrecondition);
}

TEST(ProjectionHost, StopsWhileItBacksOff) {
  MemoryOrderLog log;
  log.set_failing_opens(1'000'000);
  ReadSide::Options options = SmallBatches();
  options.host.backoff_min = absl::Hours(1);
  options.host.backoff_max = absl::Hours(1);
  ReadSide side(log, options);
  side.Start();
  while (side.StatusOf("orders").state != ProjectionState::kRetrying) std::this_thread::yield();
  side.Stop();  // Returns: nothing waits for the hour to pass.
}

}  // namespace
}  // namespace orders::application
