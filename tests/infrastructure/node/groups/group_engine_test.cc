// Who gets which message of one group (protocol section 3.15), without a log or a clock.
#include <gmock/gmock.h>

#include "tests/infrastructure/node/groups/group_engine_testing.h"

namespace eventstoredb::engine_testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST_F(AGroup, WithoutConsumersSendsNothing) {
  Push(0, 3);
  EXPECT_THAT(Dispatched(), IsEmpty());
}

TEST_F(AGroup, SendsInOrderToItsConsumer) {
  Connect(1);
  Push(0, 3);
  EXPECT_THAT(Dispatched(), ElementsAre(Got{1, 0, 0}, Got{1, 1, 0}, Got{1, 2, 0}));
}

TEST_F(AGroup, SendsNoMoreThanTheWindow) {
  Connect(1, 2);
  Push(0, 6);
  EXPECT_THAT(Dispatched(), ElementsAre(Got{1, 0, 0}, Got{1, 1, 0}));
  EXPECT_THAT(Dispatched(), IsEmpty());
}

TEST_F(AGroup, SendsTheNextWhenOneIsAcknowledged) {
  Connect(1, 1);
  Push(0, 2);
  Dispatched();
  Ack(0);
  EXPECT_THAT(Dispatched(), ElementsAre(Got{1, 1, 0}));
}

TEST_F(AGroup, SendsNothingToAWindowOfZero) {
  Connect(1, 0);
  Push(0);
  EXPECT_THAT(Dispatched(), IsEmpty());
}

TEST_F(AGroup, SendsNothingToAWindowBelowZero) {
  Connect(1, -5);
  Push(0);
  EXPECT_THAT(Dispatched(), IsEmpty());
}

TEST_F(AGroup, SendsHistoryBeforeLive) {
  engine().SetLive(false);
  Push(0, 2);
  engine().SetLive(true);
  Push(2, 1);
  Connect(1);
  EXPECT_THAT(Dispatched(), ElementsAre(Got{1, 0, 0}, Got{1, 1, 0}, Got{1, 2, 0}));
}

TEST_F(AGroup, IgnoresTheAckOfAnUnknownId) {
  Connect(1);
  Push(0);
  Dispatched();
  Ack(77);
  EXPECT_EQ(engine().Measure(now_).outstanding_count, 1u);
}

TEST_F(AGroup, IgnoresASecondAck) {
  Connect(1, 1);
  Push(0, 3);
  Dispatched();
  Ack(0);
  Ack(0);
  EXPECT_THAT(Dispatched(), ElementsAre(Got{1, 1, 0}));
}

TEST_F(AGroup, RetriesANackedMessageAtOnce) {
  Connect(1);
  Push(0);
  Dispatched();
  Nack(0, NackAction::kRetry);
  EXPECT_THAT(Dispatched(), ElementsAre(Got{1, 0, 1}));
}

TEST_F(AGroup, TakesAnUnknownNackForARetry) {
  Connect(1);
  Push(0);
  Dispatched();
  Nack(0, NackAction::kUnknown);
  EXPECT_THAT(Dispatched(), ElementsAre(Got{1, 0, 1}));
}

TEST_F(AGroup, SendsRetriesFirstInOrderOfPlace) {
  Connect(1, 3);
  Push(0, 5);
  Dispatched();
  Nack(2, NackAction::kRetry);
  Nack(0, NackAction::kRetry);
  EXPECT_THAT(Dispatched(), ElementsAre(Got{1, 0, 1}, Got{1, 2, 1}));
}

TEST_F(AGroup, ParksWhatWasRetriedOftenEnough) {
  WireGroupSettings settings = kSettings;
  settings.max_retry_count = 2;
  Make(settings);
  Connect(1);
  Push(0);
  for (const std::int32_t count : {0, 1, 2}) {
    EXPECT_THAT(Dispatched(), ElementsAre(Got{1, 0, count}));
    Nack(0, NackAction::kRetry);
  }
  EXPECT_THAT(Dispatched(), IsEmpty());
  EXPECT_THAT(Parked(), ElementsAre(0));
}

TEST_F(AGroup, WithNoRetriesParksAtTheFirst) {
  WireGroupSettings settings = kSettings;
  settings.max_retry_count = 0;
  Make(settings);
  Connect(1);
  Push(0);
  Dispatched();
  Nack(0, NackAction::kRetry);
  EXPECT_THAT(Parked(), ElementsAre(0));
}

TEST_F(AGroup, WithFewerThanNoRetriesParksToo) {
  WireGroupSettings settings = kSettings;
  settings.max_retry_count = -1;
  Make(settings);
  Connect(1);
  Push(0);
  Dispatched();
  Nack(0, NackAction::kRetry);
  EXPECT_THAT(Parked(), ElementsAre(0));
}

TEST_F(AGroup, ParksWhatItIsAskedToWithTheReason) {
  Connect(1);
  Push(0);
  Dispatched();
  Nack(0, NackAction::kPark, "broken");
  const std::vector<GroupParking> parking = engine().TakeParking(100);
  ASSERT_THAT(parking, SizeIs(1));
  EXPECT_EQ(parking[0].reason, "Client explicitly NAK'ed message.\nbroken");
}

TEST_F(AGroup, GivesWhatIsToBeParkedInPortions) {
  Connect(1);
  Push(0, 5);
  Dispatched();
  for (std::uint64_t i = 0; i < 5; ++i) Nack(i, NackAction::kPark);
  EXPECT_THAT(engine().TakeParking(3), SizeIs(3));
  EXPECT_THAT(engine().TakeParking(3), SizeIs(2));
  EXPECT_THAT(engine().TakeParking(3), IsEmpty());
}

TEST_F(AGroup, SendsAgainWhatCouldNotBeParked) {
  Connect(1);
  Push(0);
  Dispatched();
  Nack(0, NackAction::kPark);
  EXPECT_THAT(Parked(false), ElementsAre(0));
  EXPECT_THAT(Dispatched(), ElementsAre(Got{1, 0, 0}));
}

TEST_F(AGroup, IgnoresATicketThatItDoesNotKnow) {
  engine().ParkDone(5, true);
  EXPECT_EQ(engine().held_bytes(), 0u);
}

TEST_F(AGroup, NeitherSendsNorParksWhatIsSkipped) {
  Connect(1);
  Push(0);
  Dispatched();
  Nack(0, NackAction::kSkip);
  EXPECT_THAT(Dispatched(), IsEmpty());
  EXPECT_THAT(Parked(), IsEmpty());
}

TEST_F(AGroup, GoesOnAfterStop) {
  Connect(1);
  Push(0);
  Dispatched();
  Nack(0, NackAction::kStop);
  Push(1);
  EXPECT_THAT(Dispatched(), ElementsAre(Got{1, 1, 0}));
  EXPECT_THAT(Parked(), IsEmpty());
}

TEST_F(AGroup, RetriesWhatIsOutForTooLong) {
  Connect(1);
  Push(0);
  Dispatched();
  Pass(absl::Seconds(30));
  engine().Tick(now_);
  EXPECT_THAT(Dispatched(), ElementsAre(Got{1, 0, 1}));
}

TEST_F(AGroup, LeavesOutWhatStillHasTime) {
  Connect(1);
  Push(0);
  Dispatched();
  Pass(absl::Milliseconds(29'999));
  engine().Tick(now_);
  EXPECT_THAT(Dispatched(), IsEmpty());
}

TEST_F(AGroup, WithATimeoutOfZeroExpiresAtTheNextTick) {
  WireGroupSettings settings = kSettings;
  settings.message_timeout_ms = 0;
  Make(settings);
  Connect(1);
  Push(0);
  Dispatched();
  engine().Tick(now_);
  EXPECT_THAT(Dispatched(), ElementsAre(Got{1, 0, 1}));
}

TEST_F(AGroup, ParksWhatTimesOutTooOften) {
  WireGroupSettings settings = kSettings;
  settings.max_retry_count = 1;
  Make(settings);
  Connect(1);
  Push(0);
  for (int i = 0; i < 2; ++i) {
    Dispatched();
    Pass(absl::Seconds(31));
    engine().Tick(now_);
  }
  EXPECT_THAT(Parked(), ElementsAre(0));
}

TEST_F(AGroup, HandsWhatADisconnectedConsumerHeldToAnother) {
  Connect(1, 10);
  Push(0, 2);
  Dispatched();
  Connect(2, 10);
  engine().Disconnect(1);
  EXPECT_THAT(Dispatched(), ElementsAre(Got{2, 0, 1}, Got{2, 1, 1}));
}

TEST_F(AGroup, KeepsWhatTheLastConsumerHeldForTheNext) {
  Connect(1);
  Push(0);
  Dispatched();
  engine().Disconnect(1);
  EXPECT_THAT(Dispatched(), IsEmpty());
  Connect(2);
  EXPECT_THAT(Dispatched(), ElementsAre(Got{2, 0, 1}));
}

TEST_F(AGroup, IgnoresTheDisconnectOfAStranger) {
  Connect(1);
  Push(0);
  Dispatched();
  engine().Disconnect(9);
  EXPECT_EQ(engine().Measure(now_).outstanding_count, 1u);
}

TEST_F(AGroup, RefusesMoreConsumersThanItMayHave) {
  WireGroupSettings settings = kSettings;
  settings.max_subscriber_count = 1;
  Make(settings);
  Connect(1);
  EXPECT_TRUE(absl::IsFailedPrecondition(engine().Connect(2, {.window = 1}, now_)));
  engine().Disconnect(1);
  EXPECT_TRUE(engine().Connect(2, {.window = 1}, now_).ok());
}

TEST_F(AGroup, RoundRobinGivesEachConsumerItsTurn) {
  Connect(1);
  Connect(2);
  Push(0, 4);
  EXPECT_THAT(Dispatched(), ElementsAre(Got{1, 0, 0}, Got{2, 1, 0}, Got{1, 2, 0}, Got{2, 3, 0}));
}

TEST_F(AGroup, RoundRobinPassesOverWhoIsFull) {
  Connect(1, 1);
  Connect(2, 3);
  Push(0, 4);
  EXPECT_THAT(Dispatched(), ElementsAre(Got{1, 0, 0}, Got{2, 1, 0}, Got{2, 2, 0}, Got{2, 3, 0}));
}

TEST_F(AGroup, RoundRobinGoesOnWhenAConsumerLeaves) {
  Connect(1);
  Connect(2);
  Connect(3);
  Push(0, 2);
  Dispatched();
  Ack(0);
  Ack(1);
  engine().Disconnect(1);
  Push(2, 2);
  EXPECT_THAT(Dispatched(), ElementsAre(Got{3, 2, 0}, Got{2, 3, 0}));
}

TEST_F(AGroup, DispatchToSingleStaysUntilTheConsumerIsFull) {
  WireGroupSettings settings = kSettings;
  settings.strategy = GroupStrategy::kDispatchToSingle;
  Make(settings);
  Connect(1, 2);
  Connect(2, 2);
  Push(0, 3);
  EXPECT_THAT(Dispatched(), ElementsAre(Got{1, 0, 0}, Got{1, 1, 0}, Got{2, 2, 0}));
}

class APinnedGroup : public AGroup {
 protected:
  void SetUp() override {
    WireGroupSettings settings = kSettings;
    settings.strategy = GroupStrategy::kPinned;
    Make(settings);
  }
  /// A pin whose messages go to `consumer`; the group is left as it was.
  std::uint64_t PinOf(ConsumerId consumer) {
    for (std::uint64_t pin = 1; pin < 1'000; ++pin) {
      ConsumerSet set(GroupStrategy::kPinned, false);
      set.Add(1, {.window = 1}, now_);
      set.Add(2, {.window = 1}, now_);
      if (set.Choose(pin) == consumer) return pin;
    }
    return 0;
  }
};

TEST_F(APinnedGroup, GivesAllOfOnePinToOneConsumer) {
  Connect(1);
  Connect(2);
  for (std::uint64_t i = 0; i < 5; ++i) engine().Push(Event(i, PinOf(2)));
  for (const Got& got : Dispatched()) EXPECT_EQ(got.consumer, 2u);
}

TEST_F(APinnedGroup, UsesEveryConsumer) {
  EXPECT_NE(PinOf(1), 0u);
  EXPECT_NE(PinOf(2), 0u);
}

TEST_F(APinnedGroup, LetsOthersPassWhereOneWaits) {
  Connect(1, 1);
  Connect(2, 1);
  engine().Push(Event(0, PinOf(1)));
  engine().Push(Event(1, PinOf(1)));
  engine().Push(Event(2, PinOf(2)));
  EXPECT_THAT(Dispatched(), ElementsAre(Got{1, 0, 0}, Got{2, 2, 0}));
  Ack(0);
  EXPECT_THAT(Dispatched(), ElementsAre(Got{1, 1, 0}));
}

TEST_F(APinnedGroup, MovesThePinsOfOneWhoLeaves) {
  Connect(1);
  Connect(2);
  engine().Push(Event(0, PinOf(2)));
  Dispatched();
  engine().Disconnect(2);
  EXPECT_THAT(Dispatched(), ElementsAre(Got{1, 0, 1}));
}

TEST_F(AGroup, WantsNoMoreThanItsHistoryBuffer) {
  engine().SetLive(false);
  EXPECT_EQ(engine().Wanted(), 500u);
  Push(0, 499);
  EXPECT_EQ(engine().Wanted(), 1u);
  Push(499);
  EXPECT_EQ(engine().Wanted(), 0u);
}

TEST_F(AGroup, WantsNoMoreThanItsLiveBuffer) {
  WireGroupSettings settings = kSettings;
  settings.live_buffer_size = 3;
  Make(settings);
  EXPECT_EQ(engine().Wanted(), 3u);
  Push(0, 3);
  EXPECT_EQ(engine().Wanted(), 0u);
}

TEST_F(AGroup, WantsOneMessageAtLeast) {
  WireGroupSettings settings = kSettings;
  settings.live_buffer_size = -1;
  settings.history_buffer_size = 0;
  Make(settings);
  EXPECT_EQ(engine().Wanted(), 1u);
}

TEST_F(AGroup, BoundsABufferWithoutBound) {
  WireGroupSettings settings = kSettings;
  settings.live_buffer_size = INT32_MAX;
  Make(settings);
  EXPECT_EQ(engine().Wanted(), GroupEngine::kBufferMessagesMax);
}

TEST_F(AGroup, KnowsWhatItHolds) {
  Connect(1);
  engine().Push(Event(0, 0, 1'000));
  const std::size_t held = engine().held_bytes();
  EXPECT_GE(held, 1'000u);
  Dispatched();
  EXPECT_EQ(engine().held_bytes(), held);
  Nack(0, NackAction::kPark);
  EXPECT_EQ(engine().held_bytes(), held);
  Parked();
  EXPECT_EQ(engine().held_bytes(), 0u);
}

}  // namespace
}  // namespace eventstoredb::engine_testing
