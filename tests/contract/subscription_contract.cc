#include <atomic>
#include <map>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include <gmock/gmock.h>

#include "tests/contract/contract_steps.h"
#include "tests/contract/event_store_contract.h"
#include "tests/support/event_store_testing.h"

namespace eventstoredb {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using namespace testing_support;  // NOLINT: the words of these tests.

namespace {

// --- Subscriptions: protocol section 3.11 -------------------------------------------------------

std::vector<std::uint64_t> Revisions(const std::vector<RecordedEvent>& events) {
  std::vector<std::uint64_t> revisions;
  for (const RecordedEvent& event : events) revisions.push_back(event.revision);
  return revisions;
}

TEST_P(EventStoreContract, ASubscriptionDeliversHistoryThenSaysCaughtUpThenLiveEvents) {
  ExpectWritten(GivenThreeEvents(store(), Stream()), 2);
  const auto subscription = MustSubscribe(store(), {.stream = Stream()});
  ASSERT_NE(subscription, nullptr);
  const Received history = TakeUntilCaughtUp(*subscription);
  EXPECT_THAT(Revisions(history.Events()), ElementsAre(0, 1, 2));
  ASSERT_THAT(history.messages, SizeIs(4));
  EXPECT_TRUE(std::holds_alternative<CaughtUp>(history.messages.back()));

  ExpectWritten(Append(store(), Stream("other"), ExpectedRevision::Any(), Events({7})), 0);
  ExpectWritten(Append(store(), Stream(), ExpectedRevision::Any(), Events({8})), 3);
  const Received live = Take(*subscription, 1);
  ASSERT_THAT(live.messages, SizeIs(1)) << live.status;
  EXPECT_EQ(live.Events()[0].id, Id(8));
  EXPECT_EQ(live.Events()[0].revision, 3U);
  EXPECT_EQ(live.Events()[0].data, Event(8).data);
}

TEST_P(EventStoreContract, ASubscriptionStartsAfterTheRevisionItNames) {
  ExpectWritten(GivenThreeEvents(store(), Stream()), 2);
  const auto subscription =
      MustSubscribe(store(), {.stream = Stream(), .after_revision = std::uint64_t{0}});
  EXPECT_THAT(Revisions(TakeUntilCaughtUp(*subscription).Events()), ElementsAre(1, 2));
}

TEST_P(EventStoreContract, ASubscriptionBeyondTheEndSkipsUpToItsRevision) {
  ExpectWritten(GivenThreeEvents(store(), Stream()), 2);
  const auto subscription =
      MustSubscribe(store(), {.stream = Stream(), .after_revision = std::uint64_t{4}});
  EXPECT_THAT(TakeUntilCaughtUp(*subscription).Events(), IsEmpty());
  ExpectWritten(Append(store(), Stream(), ExpectedRevision::Any(), EventRange(4, 4)), 6);
  EXPECT_THAT(Revisions(Take(*subscription, 2).Events()), ElementsAre(5, 6));
}

TEST_P(EventStoreContract, ASubscriptionToAMissingStreamDeliversItOnceItAppears) {
  const auto subscription = MustSubscribe(store(), {.stream = Stream()});
  std::vector<SubscriptionMessage> out;
  ASSERT_TRUE(subscription->Next(10, absl::Milliseconds(20), out).ok());
  ExpectWritten(GivenThreeEvents(store(), Stream()), 2);
  EXPECT_THAT(Revisions(Take(*subscription, 3).Events()), ElementsAre(0, 1, 2));
}

TEST_P(EventStoreContract, ASubscriptionToAllStartsAfterThePositionItNames) {
  const std::vector<Position> at = GivenTwoStreams(store(), Stream("a"), Stream("b"));
  ASSERT_THAT(at, SizeIs(6));
  const auto subscription = MustSubscribe(store(), {.after_position = at[3]});
  std::vector<Uuid> mine;
  for (const RecordedEvent& event : TakeUntilCaughtUp(*subscription).Events()) {
    if (event.stream.starts_with(Prefix())) mine.push_back(event.id);
  }
  EXPECT_THAT(mine, ElementsAre(Id(5), Id(6)));
}

TEST_P(EventStoreContract, AFilteredSubscriptionPassesHistoryAndLiveEvents) {
  const std::vector<Position> at = GivenTwoStreams(store(), Stream("a"), Stream("b"));
  ASSERT_THAT(at, SizeIs(6));
  const auto by_stream = MustSubscribe(store(), {.filter = Filter::StreamPrefixes({Stream("b")})});
  const auto by_type = MustSubscribe(
      store(), {.after_position = at[0], .filter = Filter::EventTypePrefixes({"TypeA"})});
  EXPECT_THAT(Revisions(TakeUntilCaughtUp(*by_stream).Events()), ElementsAre(0, 1, 2));
  EXPECT_THAT(Revisions(TakeUntilCaughtUp(*by_type).Events()), ElementsAre(1, 2));
  ExpectWritten(Append(store(), Stream("a"), ExpectedRevision::Any(), {Event(7, "TypeA")}), 3);
  ExpectWritten(Append(store(), Stream("b"), ExpectedRevision::Any(), {Event(8, "TypeB")}), 3);
  EXPECT_EQ(Take(*by_stream, 1).Events().at(0).id, Id(8));
  EXPECT_EQ(Take(*by_type, 1).Events().at(0).id, Id(7));
}

TEST_P(EventStoreContract, CheckpointsRiseAndNeverPassAnUndeliveredEvent) {
  ASSERT_TRUE(Append(store(), Stream("b"), ExpectedRevision::Any(), Events({1})).ok());
  for (std::uint64_t i = 0; i < 10; ++i) {
    ASSERT_TRUE(
        Append(store(), Stream("a"), ExpectedRevision::Any(), EventRange(100 + 500 * i, 500)).ok());
    ASSERT_TRUE(Append(store(), Stream("b"), ExpectedRevision::Any(), Events({2 + i})).ok());
  }
  const auto subscription =
      MustSubscribe(store(), {.filter = Filter::StreamPrefixes({Stream("b")})});
  const Received received = TakeUntilCaughtUp(*subscription);
  Position last_event;
  Position last_checkpoint;
  std::size_t checkpoints = 0;
  for (const SubscriptionMessage& message : received.messages) {
    if (const auto* event = std::get_if<RecordedEvent>(&message)) {
      EXPECT_GT(event->position, last_checkpoint);
      last_event = event->position;
    } else if (const auto* checkpoint = std::get_if<Checkpoint>(&message)) {
      EXPECT_GE(checkpoint->position, last_event);
      EXPECT_GT(checkpoint->position, last_checkpoint);
      last_checkpoint = checkpoint->position;
      ++checkpoints;
    }
  }
  EXPECT_THAT(received.Events(), SizeIs(11));
  EXPECT_GE(checkpoints, 2U);
}

TEST_P(EventStoreContract, ResumingAfterACheckpointLosesNothing) {
  for (std::uint64_t i = 0; i < 4; ++i) {
    ASSERT_TRUE(
        Append(store(), Stream("a"), ExpectedRevision::Any(), EventRange(100 + 700 * i, 700)).ok());
    ASSERT_TRUE(Append(store(), Stream("b"), ExpectedRevision::Any(), Events({1 + i})).ok());
  }
  const Filter b = Filter::StreamPrefixes({Stream("b")});
  const auto subscription = MustSubscribe(store(), {.filter = b});
  const Received received = TakeUntilCaughtUp(*subscription);
  std::size_t delivered = 0;
  for (const SubscriptionMessage& message : received.messages) {
    if (std::holds_alternative<RecordedEvent>(message)) ++delivered;
    const auto* checkpoint = std::get_if<Checkpoint>(&message);
    if (checkpoint == nullptr) continue;
    const auto resumed =
        MustSubscribe(store(), {.after_position = checkpoint->position, .filter = b});
    EXPECT_THAT(TakeUntilCaughtUp(*resumed).Events(), SizeIs(4 - delivered));
  }
}

TEST_P(EventStoreContract, NextReturnsNothingWhenTheTimeIsUp) {
  const auto subscription = MustSubscribe(store(), {.stream = Stream()});
  std::vector<SubscriptionMessage> out;
  do {
    out.clear();
    ASSERT_TRUE(subscription->Next(10, absl::Milliseconds(10), out).ok());
  } while (!out.empty());
}

TEST_P(EventStoreContract, NextDeliversAtMostTheMessagesAskedFor) {
  ASSERT_TRUE(Append(store(), Stream(), ExpectedRevision::Any(), EventRange(1, 20)).ok());
  const auto subscription = MustSubscribe(store(), {.stream = Stream()});
  std::vector<RecordedEvent> events;
  while (events.size() < 20) {
    std::vector<SubscriptionMessage> out;
    ASSERT_TRUE(subscription->Next(3, absl::Seconds(30), out).ok());
    ASSERT_LE(out.size(), 3U);
    ASSERT_GE(out.size(), 1U);
    for (SubscriptionMessage& message : out) {
      if (auto* event = std::get_if<RecordedEvent>(&message)) events.push_back(std::move(*event));
    }
  }
  for (std::size_t i = 0; i < events.size(); ++i) EXPECT_EQ(events[i].revision, i);
}

TEST_P(EventStoreContract, CancelFromAnotherThreadEndsAWaitingNext) {
  const auto subscription = MustSubscribe(store(), {.stream = Stream()});
  absl::Notification waits;
  std::thread canceller([&] {
    waits.WaitForNotification();
    subscription->Cancel();
  });
  absl::Status status;
  bool said = false;
  while (status.ok()) {
    std::vector<SubscriptionMessage> out;
    status = subscription->Next(10, absl::Milliseconds(100), out);
    if (!said) waits.Notify();
    said = true;
  }
  canceller.join();
  EXPECT_TRUE(absl::IsCancelled(status)) << status;
  std::vector<SubscriptionMessage> out;
  EXPECT_TRUE(absl::IsCancelled(subscription->Next(10, absl::Seconds(30), out)));
}

TEST_P(EventStoreContract, ASubscriptionRefusesAStartOfTheWrongKind) {
  const auto code = [&](SubscribeRequest request) {
    return store().Subscribe(std::move(request)).status().code();
  };
  EXPECT_EQ(code({.stream = Stream(), .after_position = Position{1, 1}}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code({.after_revision = std::uint64_t{1}}), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code({.stream = Stream(), .filter = Filter::EventTypePrefixes({"T"})}),
            absl::StatusCode::kInvalidArgument);
}

TEST_P(EventStoreContract, SwitchingFromHistoryToLiveUnderLoadHasNoGapAndNoRepeat) {
  constexpr std::uint64_t kWriters = 4;
  constexpr std::uint64_t kAppends = 300;
  constexpr std::uint64_t kTotal = kWriters * kAppends * 2;
  std::vector<std::thread> writers;
  for (std::uint64_t writer = 0; writer < kWriters; ++writer) {
    writers.emplace_back([&, writer] {
      for (std::uint64_t i = 0; i < kAppends; ++i) {
        const std::uint64_t id = (writer + 1) * 1'000'000 + 2 * i;
        EXPECT_TRUE(Append(store(), Stream(absl::StrCat("w", writer)), ExpectedRevision::Any(),
                           EventRange(id, 2))
                        .ok());
      }
    });
  }
  std::vector<std::thread> subscribers;
  std::atomic<int> complete{0};
  const Filter mine = Filter::StreamPrefixes({Prefix()});
  for (int subscriber = 0; subscriber < 4; ++subscriber) {
    subscribers.emplace_back([&, subscriber] {
      // Each begins at another time, with another hunger.
      absl::SleepFor(absl::Milliseconds(15 * subscriber));
      const auto subscription = MustSubscribe(store(), {.filter = mine});
      const Received received = Take(*subscription, kTotal, absl::Seconds(60),
                                     static_cast<std::size_t>(1 + 40 * subscriber));
      std::map<std::string, std::uint64_t> next;
      Position last;
      for (const RecordedEvent& event : received.Events()) {
        EXPECT_GT(event.position, last);
        last = event.position;
        EXPECT_EQ(event.revision, next[event.stream]++) << event.stream;
      }
      EXPECT_EQ(received.Events().size(), kTotal) << received.status;
      ++complete;
    });
  }
  subscribers.emplace_back([&] {
    const auto subscription = MustSubscribe(store(), {.stream = Stream("w1")});
    const Received received = Take(*subscription, kAppends * 2, absl::Seconds(60));
    std::uint64_t next = 0;
    for (const RecordedEvent& event : received.Events()) EXPECT_EQ(event.revision, next++);
    EXPECT_EQ(next, kAppends * 2) << received.status;
    ++complete;
  });
  for (std::thread& thread : writers) thread.join();
  for (std::thread& thread : subscribers) thread.join();
  EXPECT_EQ(complete, 5);
}

TEST_P(EventStoreContract, ASlowConsumerGetsEverythingInTheEnd) {
  const auto subscription = MustSubscribe(store(), {.stream = Stream()});
  ASSERT_TRUE(Append(store(), Stream(), ExpectedRevision::Any(), EventRange(1, 10)).ok());
  EXPECT_THAT(Take(*subscription, 10).Events(), SizeIs(10));
  // It does not look while more is written than any buffer is meant to hold.
  constexpr std::uint64_t kAppends = 40;
  for (std::uint64_t i = 0; i < kAppends; ++i) {
    ASSERT_TRUE(
        Append(store(), Stream(), ExpectedRevision::Any(), EventRange(1'000 * (i + 1), 100)).ok());
  }
  const Received received = Take(*subscription, kAppends * 100);
  std::uint64_t next = 10;
  for (const RecordedEvent& event : received.Events()) ASSERT_EQ(event.revision, next++);
  EXPECT_EQ(next, 10 + kAppends * 100) << received.status;
}

// --- What a store may know without looking ------------------------------------------------------

TEST_P(EventStoreContract, AKnownHeadIsTheHead) {
  ExpectWritten(GivenThreeEvents(store(), Stream()), 2);
  const auto known = store().KnownHead(Stream());
  EXPECT_EQ(known.has_value(), GetParam().knows_heads);
  if (known.has_value()) {
    EXPECT_EQ(*known, 2U);
  }
  ExpectWrongRevision(Append(store(), Stream("none"), ExpectedRevision::Exact(1), Events({1})),
                      std::nullopt);
  const auto none = store().KnownHead(Stream("none"));
  if (none.has_value()) {
    EXPECT_EQ(*none, std::nullopt);
  }
}

TEST_P(EventStoreContract, AKnownHeadIsNeverBehindAnAnswer) {
  std::atomic<bool> stop{false};
  std::atomic<std::uint64_t> answered{0};
  ExpectWritten(Append(store(), Stream(), ExpectedRevision::Any(), Events({1})), 0);
  std::thread writer([&] {
    for (std::uint64_t i = 1; i <= 300; ++i) {
      const auto answer = Append(store(), Stream(), ExpectedRevision::Any(), Events({i + 1}));
      ASSERT_TRUE(answer.ok()) << answer.status();
      answered = *answer->revision;
    }
    stop = true;
  });
  while (!stop) {
    const std::uint64_t before = answered;
    const auto known = store().KnownHead(Stream());
    if (!known.has_value()) continue;
    ASSERT_TRUE(known->has_value());
    ASSERT_GE(**known, before);
  }
  writer.join();
}

TEST_P(EventStoreContract, AKnownEndIsThePositionOfTheLastEvent) {
  const auto answer = GivenThreeEvents(store(), Stream());
  ExpectWritten(answer, 2);
  const std::optional<Position> end = store().KnownEnd();
  if (GetParam().knows_heads) {
    EXPECT_EQ(end, answer->position);
  }
}

}  // namespace
}  // namespace eventstoredb
