// How far a group has come: checkpoints, replays, counts (protocol section 3.15).
#include <gmock/gmock.h>

#include "tests/infrastructure/node/groups/group_engine_testing.h"

namespace eventstoredb::engine_testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST_F(AGroup, WritesNoCheckpointBeforeTheUpperBound) {
  Connect(1);
  Push(0, 2);
  Dispatched();
  Ack(0);
  EXPECT_EQ(Checkpoint(), std::nullopt);
}

TEST_F(AGroup, WritesACheckpointAtTheUpperBound) {
  Make(CheckpointedAtEach());
  Connect(1);
  Push(0, 2);
  Dispatched();
  Ack(0);
  EXPECT_EQ(Checkpoint(), 0u);
}

TEST_F(AGroup, WritesTheCheckpointBeforeTheOldestUnsettled) {
  Make(CheckpointedAtEach());
  Connect(1);
  Push(0, 4);
  Dispatched();
  Ack(0);
  Ack(3);
  EXPECT_EQ(Checkpoint(), 0u);
  Ack(1);
  Ack(2);
  EXPECT_EQ(Checkpoint(), 3u);
}

TEST_F(AGroup, WritesNoCheckpointWhileTheFirstIsOut) {
  Make(CheckpointedAtEach());
  Connect(1);
  Push(0, 2);
  Dispatched();
  Ack(1);
  EXPECT_EQ(Checkpoint(), std::nullopt);
}

TEST_F(AGroup, HoldsTheCheckpointBackForWhatIsBeingParked) {
  Make(CheckpointedAtEach());
  Connect(1);
  Push(0, 3);
  Dispatched();
  Ack(0);
  Nack(1, NackAction::kPark);
  Ack(2);
  EXPECT_EQ(Checkpoint(), 0u);
  Parked();
  EXPECT_EQ(Checkpoint(), 2u);
}

TEST_F(AGroup, SaysAPlaceThatWasReadWhereTheSourceHasGaps) {
  Make(CheckpointedAtEach());
  Connect(1);
  Push(10);
  Push(20);
  Dispatched();
  Ack(10);
  EXPECT_EQ(Checkpoint(), 10u);
}

TEST_F(AGroup, WritesACheckpointByTime) {
  Connect(1, 20);
  Push(0, 12);
  Dispatched();
  for (std::uint64_t i = 0; i < 10; ++i) Ack(i);
  EXPECT_EQ(Checkpoint(true), std::nullopt);
  Pass(absl::Seconds(2));
  EXPECT_EQ(Checkpoint(false), std::nullopt);
  EXPECT_EQ(Checkpoint(true), 9u);
}

TEST_F(AGroup, WritesNoCheckpointByTimeBelowTheLowerBound) {
  Connect(1, 20);
  Push(0, 9);
  Dispatched();
  for (std::uint64_t i = 0; i < 9; ++i) Ack(i);
  Pass(absl::Hours(1));
  EXPECT_EQ(Checkpoint(true), std::nullopt);
}

TEST_F(AGroup, WithACheckpointTimeOfZeroWritesNoneByTime) {
  WireGroupSettings settings = kSettings;
  settings.checkpoint_after_ms = 0;
  Make(settings);
  Connect(1, 20);
  Push(0, 12);
  Dispatched();
  for (std::uint64_t i = 0; i < 12; ++i) Ack(i);
  Pass(absl::Hours(1));
  EXPECT_EQ(Checkpoint(true), std::nullopt);
}

TEST_F(AGroup, WritesOneCheckpointAtATime) {
  Make(CheckpointedAtEach());
  Connect(1);
  Push(0, 2);
  Dispatched();
  Ack(0);
  ASSERT_EQ(engine().TakeCheckpoint(now_, false), 0u);
  Ack(1);
  EXPECT_EQ(engine().TakeCheckpoint(now_, false), std::nullopt);
  engine().CheckpointDone(0, true, now_);
  EXPECT_EQ(engine().TakeCheckpoint(now_, false), 1u);
}

TEST_F(AGroup, WritesAFailedCheckpointAgain) {
  Make(CheckpointedAtEach());
  Connect(1);
  Push(0);
  Dispatched();
  Ack(0);
  ASSERT_EQ(engine().TakeCheckpoint(now_, false), 0u);
  engine().CheckpointDone(0, false, now_);
  EXPECT_EQ(engine().TakeCheckpoint(now_, false), 0u);
}

TEST_F(AGroup, SaysTheCheckpointItBeganWith) {
  Make(CheckpointedAtEach(), 41);
  EXPECT_EQ(engine().Measure(now_).last_checkpoint, 41u);
  EXPECT_EQ(engine().Measure(now_).last_known, std::nullopt);
  Connect(1);
  Push(42, 2);
  Dispatched();
  Ack(43);
  EXPECT_EQ(Checkpoint(), std::nullopt);  // It would be 41 again.
}

TEST_F(AGroup, SendsReplayedMessagesAfterOtherRetries) {
  Connect(1, 1);
  Push(5);
  Dispatched();
  engine().PushReplayed(Event(100));
  Nack(5, NackAction::kRetry);
  EXPECT_THAT(Dispatched(), ElementsAre(Got{1, 5, 1}));
  Ack(5);
  EXPECT_THAT(Dispatched(), ElementsAre(Got{1, 100, 0}));
}

TEST_F(AGroup, KeepsReplayedMessagesOutOfTheCheckpoint) {
  Make(CheckpointedAtEach());
  Connect(1);
  engine().PushReplayed(Event(100));
  Push(0);
  Dispatched();
  Ack(0);
  EXPECT_EQ(Checkpoint(), 0u);
}

TEST_F(AGroup, BoundsWhatIsReplayedAtATime) {
  for (std::uint64_t i = 0; i < GroupEngine::kReplayBufferMax; ++i) engine().PushReplayed(Event(i));
  EXPECT_EQ(engine().ReplayWanted(), 0u);
  Connect(1);
  Dispatched();
  EXPECT_EQ(engine().ReplayWanted(), 0u);
  Ack(0);
  EXPECT_EQ(engine().ReplayWanted(), 1u);
}

TEST_F(AGroup, ParksAReplayedMessageAgain) {
  Connect(1);
  engine().PushReplayed(Event(7));
  Dispatched();
  Nack(7, NackAction::kPark);
  EXPECT_THAT(Parked(), ElementsAre(7));
}

TEST_F(AGroup, HoldsBackASecondEventOfTheSameId) {
  Connect(1);
  engine().Push(Event(0));
  SourceEvent twin = Event(0);
  twin.place = 1;
  engine().Push(std::move(twin));
  EXPECT_THAT(Dispatched(), SizeIs(1));
  Ack(0);
  EXPECT_THAT(Dispatched(), SizeIs(1));
}

TEST_F(AGroup, CountsWhatItSends) {
  Connect(1);
  Push(0, 3);
  Dispatched();
  Nack(0, NackAction::kRetry);
  Dispatched();
  Pass(absl::Seconds(2));
  const GroupStatistics statistics = engine().Measure(now_);
  EXPECT_EQ(statistics.total_items, 4);
  EXPECT_EQ(statistics.since_last, 4);
  EXPECT_EQ(statistics.average_per_second, 2);
  EXPECT_EQ(statistics.last_known, 2u);
  ASSERT_THAT(statistics.consumers, SizeIs(1));
  EXPECT_EQ(statistics.consumers[0].total_items, 4);
  EXPECT_EQ(statistics.consumers[0].in_flight, 3);
  EXPECT_EQ(engine().Measure(now_).since_last, 0);
}

TEST_F(AGroup, CountsWhatWaits) {
  Push(0, 2);
  engine().SetLive(false);
  Push(2, 3);
  const GroupStatistics statistics = engine().Measure(now_);
  EXPECT_EQ(statistics.live_count, 2u);
  EXPECT_EQ(statistics.history_count, 3u);
  EXPECT_FALSE(statistics.is_live);
}

TEST_F(AGroup, MeasuresLatencyIfItIsAskedTo) {
  WireGroupSettings settings = kSettings;
  settings.extra_statistics = true;
  Make(settings);
  Connect(1);
  Push(0, 2);
  Dispatched();
  Pass(absl::Milliseconds(10));
  Ack(0);
  Pass(absl::Milliseconds(20));
  Ack(1);
  const auto latencies = engine().Measure(now_).consumers.at(0).latencies;
  const auto of = [&](const std::string& key) {
    for (const auto& [name, value] : latencies) {
      if (name == key) return value;
    }
    return std::int64_t{-1};
  };
  EXPECT_EQ(of("Highest"), 30);
  EXPECT_EQ(of("Fastest"), 10);
  EXPECT_EQ(of("Mean"), 20);
  EXPECT_EQ(of("99.9%"), 10);  // Of two: at most 99.9% of them.
  EXPECT_THAT(latencies, SizeIs(14));
}

TEST_F(AGroup, MeasuresNoLatencyIfItIsNot) {
  Connect(1);
  Push(0);
  Dispatched();
  Ack(0);
  EXPECT_THAT(engine().Measure(now_).consumers.at(0).latencies, IsEmpty());
}

}  // namespace
}  // namespace eventstoredb::engine_testing
