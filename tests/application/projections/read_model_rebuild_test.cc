#include <algorithm>
#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "application/projections/projection_host.h"
#include "application/projections/projection_runner.h"
#include "tests/application/projections/read_model_files.h"
#include "tests/support/read_side.h"

namespace orders::application {
namespace {

using testing_support::ReadSide;

using ReadModelRebuild = testing_support::ReadModelFiles;

TEST_F(ReadModelRebuild, OfASoundReadModelFindsNoDifferenceAndReplacesTheFile) {
  ReadSide side(log_, Options());
  side.Start();
  ASSERT_TRUE(side.WaitUntilCurrent());
  for (const char* const read_model : testing_support::kReadModels) {
    ASSERT_TRUE(side.host().StartRebuild(read_model).ok());
    const RebuildStatus status = side.WaitUntilRebuilt(read_model);
    EXPECT_EQ(status.phase, RebuildPhase::kDone) << status.error;
    EXPECT_EQ(status.comparison->differences, 0U);
    EXPECT_GT(status.comparison->rows, 0U);
    EXPECT_EQ(status.events_applied, log_.size());
  }
  EXPECT_EQ(side.Difference(log_.Events()), "");
  WaitFor([&] { return Files().size() == 4; });
  EXPECT_THAT(Files(), testing::UnorderedElementsAre("orders-v3-g2.db", "customers-v2-g2.db",
                                                     "sales-v1-g2.db", "search-v1-g2.db"));

  log_.Append(histories_.Next(100));
  ASSERT_TRUE(side.WaitUntilCurrent()) << "the new one follows the log";
  EXPECT_EQ(side.Difference(log_.Events()), "");
}

TEST_F(ReadModelRebuild, NamesWhatTheOldFileHadWrongAndPutsItRight) {
  ReadSide side(log_, Options());
  side.Start();
  ASSERT_TRUE(side.WaitUntilCurrent());
  const std::string order = log_.Events().front().order_id.value;
  std::string gone = order;
  for (const RecordedOrderEvent& event : log_.Events()) {
    if (gone == order) gone = event.order_id.value;
  }
  Change("orders-v3-g1.db", absl::StrCat("UPDATE orders SET total=total+1 WHERE order_id='", order,
                                         "';DELETE FROM orders WHERE order_id='", gone, "';"));
  Change("customers-v2-g1.db", "UPDATE customer_totals SET captured=captured+1;");
  ASSERT_TRUE(side.host().StartRebuild("orders").ok());
  const RebuildStatus status = side.WaitUntilRebuilt("orders");
  ASSERT_EQ(status.phase, RebuildPhase::kDone) << status.error;
  EXPECT_THAT(status.comparison->listed,
              testing::UnorderedElementsAre(
                  ViewDifference{"orders", order, "", ViewDifference::Kind::kDiffers, "total"},
                  ViewDifference{"orders", gone, "", ViewDifference::Kind::kOnlyRebuilt}));
  EXPECT_EQ(status.comparison->differences, 2U);
  EXPECT_TRUE(side.queries().GetOrder({}, {gone}).ok());
  EXPECT_NE(side.Difference(log_.Events()), "") << "the customers are still wrong";
  ASSERT_TRUE(side.host().StartRebuild("customers").ok());
  EXPECT_GT(side.WaitUntilRebuilt("customers").comparison->differences, 0U);
  EXPECT_EQ(side.Difference(log_.Events()), "");
}

TEST_F(ReadModelRebuild, UnderWritesAndReadsNoQueryFailsAndNoAnswerGoesBack) {
  ReadSide side(log_, Options());
  side.Start();
  ASSERT_TRUE(side.WaitUntilCurrent());
  std::atomic<bool> stop = false;
  Writer writer(*this);
  const domain::OrderId order = log_.Events().front().order_id;
  std::thread reader([&] {
    LogPosition position;
    std::uint64_t revision = 0;
    while (!stop) {
      const Freshness freshness = side.orders_gate().Current();
      const auto view = side.queries().GetOrder({}, order);
      ASSERT_TRUE(view.ok()) << view.status();
      const auto list = side.queries().ListOrders({}, {.page_size = 10});
      ASSERT_TRUE(list.ok()) << list.status();
      ASSERT_GE(freshness.position, position);
      ASSERT_GE((*view)->revision, revision);
      ASSERT_EQ(freshness.state, ViewState::kLive);
      position = freshness.position;
      revision = (*view)->revision;
    }
  });
  for (int round = 0; round < 5; ++round) {
    for (const char* const read_model : testing_support::kReadModels) {
      writer.Allow(kBurst);
      ASSERT_TRUE(side.host().StartRebuild(read_model).ok());
      const RebuildStatus status = side.WaitUntilRebuilt(read_model);
      EXPECT_EQ(status.phase, RebuildPhase::kDone) << status.error;
      EXPECT_EQ(status.comparison->differences, 0U);
    }
  }
  stop = true;
  writer.Stop();
  reader.join();
  ASSERT_TRUE(side.WaitUntilCurrent());
  EXPECT_EQ(side.Difference(log_.Events()), "");
}

TEST_F(ReadModelRebuild, ThereIsOneAtATimeAndOnlyOfWhatThereIs) {
  ReadSide::Options options = Options();
  std::atomic<bool> go_on = false;
  // Held in the midst.
  options.on_line = [&](std::string_view line) {
    while (line.find("rebuild comparing") != std::string_view::npos && !go_on) {
      absl::SleepFor(absl::Milliseconds(1));
    }
  };
  ReadSide side(log_, options);
  side.Start();
  ASSERT_TRUE(side.WaitUntilCurrent());
  EXPECT_TRUE(absl::IsNotFound(side.host().StartRebuild("no such one")));
  EXPECT_TRUE(absl::IsFailedPrecondition(side.host().CancelRebuild("orders")));
  ASSERT_TRUE(side.host().StartRebuild("orders").ok());
  EXPECT_TRUE(absl::IsAborted(side.host().StartRebuild("orders")));
  ASSERT_TRUE(side.host().CancelRebuild("orders").ok());
  go_on = true;
  EXPECT_EQ(side.WaitUntilRebuilt("orders").phase, RebuildPhase::kCancelled);
  EXPECT_THAT(Files(), testing::UnorderedElementsAre("orders-v3-g1.db", "customers-v2-g1.db",
                                                     "sales-v1-g1.db", "search-v1-g1.db"));
  EXPECT_EQ(side.Difference(log_.Events()), "");
}

TEST_F(ReadModelRebuild, IsGoneOnWithAfterAStop) {
  {
    ReadSide::Options options = Options();
    ReadSide* started = nullptr;
    std::thread stopper;
    options.on_line = [&](std::string_view line) {
      if (line.find("rebuild filling") == std::string_view::npos) return;
      stopper = std::thread([&] { started->Stop(); });
      absl::SleepFor(absl::Milliseconds(20));
    };
    ReadSide side(log_, options);
    started = &side;
    side.Start();
    ASSERT_TRUE(side.WaitUntilCurrent());
    ASSERT_TRUE(side.host().StartRebuild("orders").ok());
    WaitFor([&] { return stopper.joinable(); });
    stopper.join();
  }
  ASSERT_THAT(Files(), testing::Contains("orders-v3-g2.db")) << "unfinished, and kept";
  ReadSide side(log_, Options());
  side.Start();
  EXPECT_EQ(side.WaitUntilRebuilt("orders").phase, RebuildPhase::kDone);
  ASSERT_TRUE(side.WaitUntilCurrent());
  EXPECT_EQ(side.Difference(log_.Events()), "");
}

TEST_F(ReadModelRebuild, PutsAProjectionRightThatHasStopped) {
  ReadSide side(log_, Options());
  side.Start();
  ASSERT_TRUE(side.WaitUntilCurrent());
  const RecordedOrderEvent last = log_.Events().back();
  // Read again by the next event of that order, but not from memory.
  Change("orders-v3-g1.db", "UPDATE orders SET doc=zeroblob(100);");
  side.Stop();
  ReadSide damaged(log_, Options());
  damaged.Start();
  log_.Append({.order_id = last.order_id,
               .revision = last.revision + 1,
               .event = domain::NoteSet{"x"},
               .metadata = {.time = absl::FromUnixSeconds(1'800'000'000)}});
  ASSERT_TRUE(absl::IsDataLoss(damaged.WaitUntilStopped("orders")));
  EXPECT_EQ(damaged.orders_gate().Current().state, ViewState::kStopped);
  ASSERT_TRUE(damaged.host().StartRebuild("orders").ok());
  EXPECT_EQ(damaged.WaitUntilRebuilt("orders").phase, RebuildPhase::kDone);
  ASSERT_TRUE(damaged.WaitUntilCurrent());
  EXPECT_EQ(damaged.orders_gate().Current().state, ViewState::kLive);
  EXPECT_EQ(damaged.Difference(log_.Events()), "");
}

TEST_F(ReadModelRebuild, DoesWithoutWhatAnOperatorHasSkipped) {
  const std::vector<RecordedOrderEvent> events = log_.Events();
  std::size_t poison = 100;
  while (events[poison].revision == 0) ++poison;
  const RecordedOrderEvent& bad = events[poison];
  log_.Replace(poison, UnreadableOrderEvent{.order_id = bad.order_id,
                                            .revision = bad.revision,
                                            .event_id = bad.event_id,
                                            .type = "NoteSet",
                                            .position = bad.position,
                                            .error = "no JSON"});
  ReadSide side(log_, Options());
  side.Start();
  ASSERT_TRUE(side.WaitUntilCurrent());
  ASSERT_TRUE(
      (*side.host().FindRunner("orders"))
          ->Skip(bad.order_id, bad.revision, "of no use", "ada", absl::Now() + absl::Seconds(30))
          .ok());
  ASSERT_TRUE(side.host().StartRebuild("orders").ok());
  const RebuildStatus status = side.WaitUntilRebuilt("orders");
  EXPECT_EQ(status.phase, RebuildPhase::kDone) << status.error;
  EXPECT_EQ(status.comparison->differences, 0U);
  EXPECT_EQ(side.StatusOf("orders").blocked_orders, 0U);
  const auto skips =
      (*side.host().FindRunner("orders"))->ListSkips(absl::Now() + absl::Seconds(30));
  ASSERT_EQ(skips->size(), 1U);
  EXPECT_EQ(skips->front().skipped_by, "ada");
}

}  // namespace
}  // namespace orders::application
