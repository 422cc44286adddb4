#include "tests/contract/event_store_contract.h"

#include <atomic>
#include <map>
#include <thread>

#include <unistd.h>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include <gmock/gmock.h>

#include "tests/contract/contract_steps.h"
#include "tests/support/event_store_testing.h"

namespace eventstoredb {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using namespace testing_support;  // NOLINT: the words of these tests.

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(EventStoreContract);

void EventStoreContract::SetUp() {
  static std::atomic<int> tests{0};
  prefix_ = absl::StrCat("c", absl::ToUnixNanos(absl::Now()), "-", getpid(), "-", ++tests, "-");
  under_test_ = GetParam().make();
  ASSERT_NE(under_test_.store, nullptr);
}

void EventStoreContract::TearDown() { under_test_ = {}; }

namespace {

constexpr auto kForwards = Direction::kForwards;

// --- Expected revisions: protocol section 3.1 ---------------------------------------------------

TEST_P(EventStoreContract, AppendToANewStreamExpectingAnyWritesFromRevisionZero) {
  ExpectWritten(Append(store(), Stream(), ExpectedRevision::Any(), Events({1, 2, 3})), 2);
  const ReadResult read = ReadStream(store(), Stream());
  EXPECT_TRUE(read.status.ok()) << read.status;
  EXPECT_THAT(read.Revisions(), ElementsAre(0, 1, 2));
  EXPECT_THAT(read.Ids(), ElementsAre(Id(1), Id(2), Id(3)));
}

TEST_P(EventStoreContract, AppendToANewStreamExpectingNoStreamWrites) {
  ExpectWritten(Append(store(), Stream(), ExpectedRevision::NoStream(), Events({1})), 0);
}

TEST_P(EventStoreContract, AppendToANewStreamExpectingARevisionIsRefused) {
  ExpectWrongRevision(Append(store(), Stream(), ExpectedRevision::Exact(0), Events({1})),
                      std::nullopt);
  ExpectWrongRevision(Append(store(), Stream(), ExpectedRevision::Exact(5), Events({1})),
                      std::nullopt);
  EXPECT_TRUE(absl::IsNotFound(ReadStream(store(), Stream()).status));
}

TEST_P(EventStoreContract, AppendToANewStreamExpectingThatItExistsIsRefused) {
  ExpectWrongRevision(Append(store(), Stream(), ExpectedRevision::StreamExists(), Events({1})),
                      std::nullopt);
}

TEST_P(EventStoreContract, AppendAtTheExpectedRevisionWrites) {
  ExpectWritten(GivenThreeEvents(store(), Stream()), 2);
  ExpectWritten(Append(store(), Stream(), ExpectedRevision::Exact(2), Events({4})), 3);
}

TEST_P(EventStoreContract, AppendToAnExistingStreamExpectingAnyOrThatItExistsWrites) {
  ExpectWritten(GivenThreeEvents(store(), Stream()), 2);
  ExpectWritten(Append(store(), Stream(), ExpectedRevision::Any(), Events({4})), 3);
  ExpectWritten(Append(store(), Stream(), ExpectedRevision::StreamExists(), Events({5, 6})), 5);
}

TEST_P(EventStoreContract, AppendBehindTheHeadIsRefusedAndNamesTheHead) {
  ExpectWritten(GivenThreeEvents(store(), Stream()), 2);
  ExpectWrongRevision(Append(store(), Stream(), ExpectedRevision::Exact(0), Events({4})), 2);
  ExpectWrongRevision(Append(store(), Stream(), ExpectedRevision::Exact(1), Events({4})), 2);
  ExpectWrongRevision(Append(store(), Stream(), ExpectedRevision::NoStream(), Events({4})), 2);
  EXPECT_EQ(Count(store(), Stream()), 3U);
}

TEST_P(EventStoreContract, AppendAheadOfTheHeadIsRefused) {
  ExpectWritten(GivenThreeEvents(store(), Stream()), 2);
  ExpectWrongRevision(Append(store(), Stream(), ExpectedRevision::Exact(3), Events({4})), 2);
  ExpectWrongRevision(Append(store(), Stream(), ExpectedRevision::Exact(INT64_MAX), Events({4})),
                      2);
}

TEST_P(EventStoreContract, ARefusalLeavesNoTrace) {
  ExpectWritten(GivenThreeEvents(store(), Stream()), 2);
  ExpectWrongRevision(Append(store(), Stream(), ExpectedRevision::Exact(7), Events({4, 5})), 2);
  ExpectWritten(Append(store(), Stream(), ExpectedRevision::Exact(2), Events({4})), 3);
  EXPECT_THAT(ReadStream(store(), Stream()).Ids(), ElementsAre(Id(1), Id(2), Id(3), Id(4)));
}

// --- Idempotency: protocol section 3.2 ----------------------------------------------------------

TEST_P(EventStoreContract, ARepeatGetsTheFirstAnswerForEveryExpectation) {
  const auto first = GivenThreeEvents(store(), Stream());
  ExpectWritten(first, 2);
  for (const ExpectedRevision expected :
       {ExpectedRevision::NoStream(), ExpectedRevision::Any(), ExpectedRevision::StreamExists()}) {
    const auto again = Append(store(), Stream(), expected, Events({1, 2, 3}));
    ExpectWritten(again, 2);
    EXPECT_EQ(again->position, first->position);
  }
  EXPECT_EQ(Count(store(), Stream()), 3U);
}

TEST_P(EventStoreContract, ARepeatAtAnExactRevisionSucceedsWhateverCameAfter) {
  ExpectWritten(GivenThreeEvents(store(), Stream()), 2);
  const auto first = Append(store(), Stream(), ExpectedRevision::Exact(2), Events({4, 5}));
  ExpectWritten(first, 4);
  ExpectWritten(Append(store(), Stream(), ExpectedRevision::Any(), Events({6})), 5);
  const auto again = Append(store(), Stream(), ExpectedRevision::Exact(2), Events({4, 5}));
  ExpectWritten(again, 4);
  EXPECT_EQ(again->position, first->position);
  EXPECT_EQ(Count(store(), Stream()), 6U);
}

TEST_P(EventStoreContract, ALeadingPartOfAnEarlierWriteIsARepeat) {
  ExpectWritten(GivenThreeEvents(store(), Stream()), 2);
  ExpectWritten(Append(store(), Stream(), ExpectedRevision::NoStream(), Events({1, 2})), 1);
  ExpectWritten(Append(store(), Stream(), ExpectedRevision::Exact(0), Events({2})), 1);
  EXPECT_EQ(Count(store(), Stream()), 3U);
}

TEST_P(EventStoreContract, ARepeatAtAnExactRevisionWithMoreOrReorderedEventsIsRefused) {
  ExpectWritten(GivenThreeEvents(store(), Stream()), 2);
  ExpectWrongRevision(Append(store(), Stream(), ExpectedRevision::NoStream(), Events({1, 2, 3, 4})),
                      2);
  ExpectWrongRevision(Append(store(), Stream(), ExpectedRevision::NoStream(), Events({2, 1})), 2);
  ExpectWrongRevision(Append(store(), Stream(), ExpectedRevision::NoStream(), Events({1, 9})), 2);
  ExpectWrongRevision(Append(store(), Stream(), ExpectedRevision::Exact(1), Events({2})), 2);
  EXPECT_EQ(Count(store(), Stream()), 3U);
}

TEST_P(EventStoreContract, AnAppendAtTheHeadIsWrittenThoughItsIdsAreKnown) {
  ExpectWritten(GivenThreeEvents(store(), Stream()), 2);
  ExpectWritten(Append(store(), Stream(), ExpectedRevision::Exact(2), Events({1})), 3);
  EXPECT_THAT(ReadStream(store(), Stream()).Ids(), ElementsAre(Id(1), Id(2), Id(3), Id(1)));
}

TEST_P(EventStoreContract, ExpectingAnyWithKnownIdsInAnyOrderAnswersWhereTheLastOneStands) {
  const auto first = Append(store(), Stream(), ExpectedRevision::Any(), Events({1, 2}));
  ExpectWritten(first, 1);
  ExpectWritten(Append(store(), Stream(), ExpectedRevision::Any(), Events({2, 1})), 0);
  const auto one = Append(store(), Stream(), ExpectedRevision::Any(), Events({2}));
  ExpectWritten(one, 1);
  EXPECT_EQ(one->position, first->position);
  EXPECT_EQ(Count(store(), Stream()), 2U);
}

TEST_P(EventStoreContract, ExpectingAnyWithAKnownThenANewIdIsRefused) {
  ExpectWritten(GivenThreeEvents(store(), Stream()), 2);
  ExpectWrongRevision(Append(store(), Stream(), ExpectedRevision::Any(), Events({1, 9})), 2);
  ExpectWrongRevision(Append(store(), Stream(), ExpectedRevision::StreamExists(), Events({3, 9})),
                      2);
  EXPECT_EQ(Count(store(), Stream()), 3U);
}

TEST_P(EventStoreContract, ExpectingAnyWithANewThenAKnownIdWritesAll) {
  ExpectWritten(Append(store(), Stream(), ExpectedRevision::Any(), Events({1, 2})), 1);
  ExpectWritten(Append(store(), Stream(), ExpectedRevision::Any(), Events({9, 1})), 3);
  EXPECT_THAT(ReadStream(store(), Stream()).Ids(), ElementsAre(Id(1), Id(2), Id(9), Id(1)));
}

TEST_P(EventStoreContract, AnIdThatStandsTwiceCountsAtItsFirstPlace) {
  const auto twice = Append(store(), Stream(), ExpectedRevision::Any(), Events({1, 1}));
  ExpectWritten(twice, 1);
  const std::vector<RecordedEvent> events = ReadStream(store(), Stream()).events;
  ASSERT_THAT(events, SizeIs(2));
  const auto again = Append(store(), Stream(), ExpectedRevision::Any(), Events({1}));
  ExpectWritten(again, 0);
  EXPECT_EQ(again->position, events[0].position);
  EXPECT_EQ(Count(store(), Stream()), 2U);
}

TEST_P(EventStoreContract, TheSameIdInTwoStreamsIsTwoEvents) {
  ExpectWritten(Append(store(), Stream("a"), ExpectedRevision::Any(), Events({1})), 0);
  ExpectWritten(Append(store(), Stream("b"), ExpectedRevision::Any(), Events({1})), 0);
  EXPECT_EQ(Count(store(), Stream("b")), 1U);
}

TEST_P(EventStoreContract, ARepeatIsKnownByItsIdsAlone) {
  ExpectWritten(Append(store(), Stream(), ExpectedRevision::Any(), Events({1})), 0);
  ProposedEvent other = Event(1, "OtherType");
  other.data = "other";
  ExpectWritten(Append(store(), Stream(), ExpectedRevision::Any(), {other}), 0);
  const std::vector<RecordedEvent> events = ReadStream(store(), Stream()).events;
  ASSERT_THAT(events, SizeIs(1));
  EXPECT_EQ(events[0].type, "Tested");
}

TEST_P(EventStoreContract, AnAppendWithoutEventsTakesAPositionAndNothingElse) {
  const auto none = Append(store(), Stream(), ExpectedRevision::Any(), {});
  ASSERT_TRUE(none.ok()) << none.status();
  EXPECT_EQ(none->revision, std::nullopt);
  const auto still_none = Append(store(), Stream(), ExpectedRevision::NoStream(), {});
  ASSERT_TRUE(still_none.ok()) << still_none.status();
  ASSERT_TRUE(none->position.has_value() && still_none->position.has_value());
  EXPECT_LT(*none->position, *still_none->position);
  EXPECT_TRUE(absl::IsNotFound(ReadStream(store(), Stream()).status));

  const auto one = Append(store(), Stream(), ExpectedRevision::NoStream(), Events({1}));
  ExpectWritten(one, 0);
  EXPECT_LT(*still_none->position, *one->position);
  const auto any = Append(store(), Stream(), ExpectedRevision::Any(), {});
  ExpectWritten(any, 0);
  EXPECT_LT(*one->position, *any->position);
  const auto exact = Append(store(), Stream(), ExpectedRevision::Exact(0), {});
  ExpectWritten(exact, 0);
  EXPECT_LT(*any->position, *exact->position);
  ExpectWrongRevision(Append(store(), Stream(), ExpectedRevision::NoStream(), {}), 0);
  ExpectWrongRevision(Append(store(), Stream(), ExpectedRevision::Exact(5), {}), 0);
  EXPECT_EQ(Count(store(), Stream()), 1U);
}

TEST_P(EventStoreContract, AnAppendWithoutEventsBehindTheHeadIsRefused) {
  ExpectWritten(GivenThreeEvents(store(), Stream()), 2);
  ExpectWrongRevision(Append(store(), Stream(), ExpectedRevision::Exact(1), {}), 2);
  ExpectWrongRevision(Append(store(), Stream("fresh"), ExpectedRevision::Exact(0), {}),
                      std::nullopt);
  ExpectWrongRevision(Append(store(), Stream("fresh"), ExpectedRevision::StreamExists(), {}),
                      std::nullopt);
}

// --- What is stored: protocol sections 3.3 to 3.5 -----------------------------------------------

TEST_P(EventStoreContract, EveryByteComesBack) {
  ProposedEvent binary = Event(1, "T\xC3\xBCr");
  binary.is_json = false;
  binary.data = std::string("\0\x01\xFF\xFE", 4) + std::string(100'000, 'x');
  binary.metadata = std::string("\0", 1);
  ProposedEvent empty = Event(2);
  empty.data.clear();
  empty.metadata.clear();
  const std::string stream = Stream("na me@x-\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80");
  const absl::Time before = absl::Now() - absl::Minutes(5);
  const auto answer = Append(store(), stream, ExpectedRevision::NoStream(), {binary, empty});
  ExpectWritten(answer, 1);
  const std::vector<RecordedEvent> events = ReadStream(store(), stream).events;
  ASSERT_THAT(events, SizeIs(2));
  EXPECT_EQ(events[0].stream, stream);
  EXPECT_EQ(events[0].id, Id(1));
  EXPECT_EQ(events[0].type, binary.type);
  EXPECT_FALSE(events[0].is_json);
  EXPECT_EQ(events[0].data, binary.data);
  EXPECT_EQ(events[0].metadata, binary.metadata);
  EXPECT_TRUE(events[1].is_json);
  EXPECT_EQ(events[1].data, "");
  EXPECT_EQ(events[1].metadata, "");
  EXPECT_GT(events[0].created, before);
  EXPECT_LT(events[0].created, absl::Now() + absl::Minutes(5));
  EXPECT_LT(events[0].position, events[1].position);
  EXPECT_EQ(events[1].position, *answer->position);
}

TEST_P(EventStoreContract, AThousandEventsOfOneAppendStandInOrder) {
  ExpectWritten(Append(store(), Stream(), ExpectedRevision::NoStream(), EventRange(1, 1'000)), 999);
  const std::vector<RecordedEvent> events = ReadStream(store(), Stream()).events;
  ASSERT_THAT(events, SizeIs(1'000));
  for (std::size_t i = 0; i < events.size(); ++i) {
    EXPECT_EQ(events[i].revision, i);
    EXPECT_EQ(events[i].id, Id(i + 1));
    if (i > 0) {
      EXPECT_LT(events[i - 1].position, events[i].position);
    }
    if (i > 0) {
      EXPECT_LE(events[i - 1].created, events[i].created);
    }
  }
}

TEST_P(EventStoreContract, AnAppendOfExactlyTheLimitIsTakenAndOneByteMoreIsNot) {
  constexpr std::size_t kAppendBytesMax = 1'048'576;
  ProposedEvent first = Event(1);
  ProposedEvent second = Event(2);
  first.data = std::string(600'000, 'a');
  second.data = std::string(kAppendBytesMax - 600'000 + 1, 'b');
  const auto over = Append(store(), Stream(), ExpectedRevision::Any(), {first, second});
  EXPECT_EQ(over.status().code(), absl::StatusCode::kInvalidArgument) << over.status();
  EXPECT_TRUE(absl::IsNotFound(ReadStream(store(), Stream()).status));
  second.data.pop_back();
  ExpectWritten(Append(store(), Stream(), ExpectedRevision::Any(), {first, second}), 1);
}

TEST_P(EventStoreContract, WhatIsOutOfRangeIsRefusedAndNotWritten) {
  const auto refuse = [&](const std::string& stream, ExpectedRevision expected,
                          ProposedEvent event) {
    const auto answer = Append(store(), stream, expected, {std::move(event)});
    EXPECT_EQ(answer.status().code(), absl::StatusCode::kInvalidArgument) << answer.status();
  };
  ProposedEvent no_id = Event(1);
  no_id.id = {};
  ProposedEvent no_type = Event(1);
  no_type.type.clear();
  refuse(Stream(), ExpectedRevision::Any(), no_id);
  refuse(Stream(), ExpectedRevision::Any(), no_type);
  refuse(Stream(), ExpectedRevision::Exact(1ULL << 63), Event(1));
  if (GetParam().is_ours) {
    refuse("", ExpectedRevision::Any(), Event(1));
    refuse(Prefix() + std::string(1'025 - Prefix().size(), 'x'), ExpectedRevision::Any(), Event(1));
    refuse(Stream(std::string("a\0b", 3)), ExpectedRevision::Any(), Event(1));
    refuse(Stream("\xC0\x80"), ExpectedRevision::Any(), Event(1));
    const auto many = Append(store(), Stream(), ExpectedRevision::Any(), EventRange(1, 10'001));
    EXPECT_EQ(many.status().code(), absl::StatusCode::kInvalidArgument) << many.status();
  }
  EXPECT_TRUE(absl::IsNotFound(ReadStream(store(), Stream()).status));
}

TEST_P(EventStoreContract, AStreamNameOfTheGreatestLengthWorks) {
  const std::string name = Prefix() + std::string(1'024 - Prefix().size(), 'x');
  ExpectWritten(Append(store(), name, ExpectedRevision::Any(), Events({1})), 0);
  EXPECT_EQ(Count(store(), name), 1U);
}

TEST_P(EventStoreContract, OfWritersAtOneRevisionExactlyOneWins) {
  constexpr int kWriters = 8;
  constexpr std::uint64_t kRounds = 20;
  ExpectWritten(Append(store(), Stream(), ExpectedRevision::NoStream(), Events({1})), 0);
  for (std::uint64_t round = 0; round < kRounds; ++round) {
    std::atomic<int> won{0};
    std::atomic<int> lost{0};
    std::vector<std::thread> writers;
    for (int writer = 0; writer < kWriters; ++writer) {
      writers.emplace_back([&, writer] {
        const auto answer =
            Append(store(), Stream(), ExpectedRevision::Exact(round),
                   Events({1'000 * (round + 1) + static_cast<std::uint64_t>(writer)}));
        if (answer.ok()) ++won;
        if (absl::IsAborted(answer.status())) ++lost;
      });
    }
    for (std::thread& writer : writers) writer.join();
    ASSERT_EQ(won, 1);
    ASSERT_EQ(lost, kWriters - 1);
  }
  EXPECT_EQ(Count(store(), Stream()), kRounds + 1);
}

TEST_P(EventStoreContract, AnAppendIsAnsweredWithinItsDeadlineOrTheOutcomeIsCalledUnknown) {
  AppendRequest request;
  request.stream = Stream();
  request.events = Events({1});
  request.deadline = absl::Now() - absl::Seconds(1);
  const auto answer = store().Append(request);
  EXPECT_TRUE(answer.ok() || absl::IsDeadlineExceeded(answer.status())) << answer.status();
}

// --- Reading a stream: protocol section 3.6 -----------------------------------------------------

TEST_P(EventStoreContract, ReadingAStreamNeverWrittenIsNotFound) {
  EXPECT_TRUE(absl::IsNotFound(ReadStream(store(), Stream()).status));
  EXPECT_TRUE(absl::IsNotFound(ReadStream(store(), Stream(), kBackwards).status));
}

TEST_P(EventStoreContract, ReadForwardsFromAnyRevision) {
  ExpectWritten(Append(store(), Stream(), ExpectedRevision::Any(), EventRange(1, 5)), 4);
  EXPECT_THAT(ReadStream(store(), Stream()).Revisions(), ElementsAre(0, 1, 2, 3, 4));
  EXPECT_THAT(ReadStream(store(), Stream(), kForwards, 3).Revisions(), ElementsAre(3, 4));
  EXPECT_THAT(ReadStream(store(), Stream(), kForwards, 4).Revisions(), ElementsAre(4));
  const ReadResult past = ReadStream(store(), Stream(), kForwards, 5);
  EXPECT_TRUE(past.status.ok()) << past.status;
  EXPECT_THAT(past.events, IsEmpty());
  const ReadResult far = ReadStream(store(), Stream(), kForwards, 1'000'000);
  EXPECT_TRUE(far.status.ok()) << far.status;
  EXPECT_THAT(far.events, IsEmpty());
}

TEST_P(EventStoreContract, ReadBackwardsFromAnyRevision) {
  ExpectWritten(Append(store(), Stream(), ExpectedRevision::Any(), EventRange(1, 5)), 4);
  EXPECT_THAT(ReadStream(store(), Stream(), kBackwards).Revisions(), ElementsAre(4, 3, 2, 1, 0));
  EXPECT_THAT(ReadStream(store(), Stream(), kBackwards, 2).Revisions(), ElementsAre(2, 1, 0));
  EXPECT_THAT(ReadStream(store(), Stream(), kBackwards, 0).Revisions(), ElementsAre(0));
  EXPECT_THAT(ReadStream(store(), Stream(), kBackwards, 1'000).Revisions(),
              ElementsAre(4, 3, 2, 1, 0));
}

TEST_P(EventStoreContract, ReadAtMostTheCount) {
  ExpectWritten(Append(store(), Stream(), ExpectedRevision::Any(), EventRange(1, 5)), 4);
  EXPECT_THAT(ReadStream(store(), Stream(), kForwards, 1, 2).Revisions(), ElementsAre(1, 2));
  EXPECT_THAT(ReadStream(store(), Stream(), kBackwards, 3, 2).Revisions(), ElementsAre(3, 2));
  EXPECT_THAT(ReadStream(store(), Stream(), kForwards, std::nullopt, 5).Revisions(), SizeIs(5));
  EXPECT_THAT(ReadStream(store(), Stream(), kForwards, std::nullopt, 1).Revisions(),
              ElementsAre(0));
  EXPECT_EQ(ReadStream(store(), Stream(), kForwards, std::nullopt, 0).status.code(),
            absl::StatusCode::kInvalidArgument);
}

TEST_P(EventStoreContract, ALongStreamIsReadWholeInBothDirections) {
  constexpr std::uint64_t kEvents = 3'000;
  for (std::uint64_t i = 0; i < kEvents; i += 500) {
    ASSERT_TRUE(Append(store(), Stream(), ExpectedRevision::Any(), EventRange(i + 1, 500)).ok());
  }
  const ReadResult forwards = ReadStream(store(), Stream());
  ASSERT_THAT(forwards.events, SizeIs(kEvents));
  ReadResult backwards = ReadStream(store(), Stream(), kBackwards);
  ASSERT_THAT(backwards.events, SizeIs(kEvents));
  for (std::uint64_t i = 0; i < kEvents; ++i) {
    ASSERT_EQ(forwards.events[i].revision, i);
    ASSERT_EQ(backwards.events[i].revision, kEvents - 1 - i);
    ASSERT_EQ(forwards.events[i].id, backwards.events[kEvents - 1 - i].id);
  }
}

TEST_P(EventStoreContract, AVisitorMayEndTheReadAndMayCallTheStore) {
  ExpectWritten(Append(store(), Stream(), ExpectedRevision::Any(), EventRange(1, 5)), 4);
  int seen = 0;
  const absl::Status status = store().ReadStream({.stream = Stream()}, [&](RecordedEvent&&) {
    ++seen;
    ExpectWritten(Append(store(), Stream("other"), ExpectedRevision::Any(),
                         Events({static_cast<std::uint64_t>(seen)})),
                  static_cast<std::uint64_t>(seen) - 1);
    EXPECT_THAT(ReadStream(store(), Stream("other")).events, SizeIs(seen));
    return seen < 2;
  });
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_EQ(seen, 2);
}

TEST_P(EventStoreContract, AReadWhoseDeadlineHasPassedIsRefused) {
  ExpectWritten(GivenThreeEvents(store(), Stream()), 2);
  const absl::Time past = absl::Now() - absl::Seconds(1);
  const auto ignore = [](RecordedEvent&&) { return true; };
  EXPECT_EQ(store().ReadStream({.stream = Stream(), .deadline = past}, ignore).code(),
            absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(store().ReadAll({.deadline = past}, ignore).code(),
            absl::StatusCode::kDeadlineExceeded);
}

// --- Reading everything: protocol sections 3.7 and 3.8 ------------------------------------------

TEST_P(EventStoreContract, ReadAllForwardsIncludesThePositionBackwardsDoesNot) {
  const std::vector<Position> at = GivenTwoStreams(store(), Stream("a"), Stream("b"));
  ASSERT_THAT(at, SizeIs(6));
  const Filter mine = Filter::StreamPrefixes({Prefix()});
  EXPECT_THAT(ReadAll(store(), {.from = at[2], .filter = mine}).Ids(),
              ElementsAre(Id(3), Id(4), Id(5), Id(6)));
  EXPECT_THAT(ReadAll(store(), {.direction = kBackwards, .from = at[2], .filter = mine}).Ids(),
              ElementsAre(Id(2), Id(1)));
}

TEST_P(EventStoreContract, ReadAllFromTheEndsOfTheLog) {
  GivenTwoStreams(store(), Stream("a"), Stream("b"));
  const Filter mine = Filter::StreamPrefixes({Prefix()});
  EXPECT_THAT(ReadAll(store(), {.filter = mine}).Ids(),
              ElementsAre(Id(1), Id(2), Id(3), Id(4), Id(5), Id(6)));
  EXPECT_THAT(ReadAll(store(), {.direction = kBackwards, .filter = mine}).Ids(),
              ElementsAre(Id(6), Id(5), Id(4), Id(3), Id(2), Id(1)));
  EXPECT_THAT(ReadAll(store(), {.from = Position{0, 0}, .filter = mine}).events, SizeIs(6));
  const ReadResult nothing =
      ReadAll(store(), {.direction = kBackwards, .from = Position{0, 0}, .filter = mine});
  EXPECT_TRUE(nothing.status.ok()) << nothing.status;
  EXPECT_THAT(nothing.events, IsEmpty());
}

TEST_P(EventStoreContract, ReadAllUnfilteredHoldsEveryEventInOrder) {
  const std::vector<Position> at = GivenTwoStreams(store(), Stream("a"), Stream("b"));
  ASSERT_THAT(at, SizeIs(6));
  const ReadResult read = ReadAll(store(), {.from = at[0]});
  ASSERT_GE(read.events.size(), 6U);
  std::vector<Uuid> mine;
  for (std::size_t i = 0; i < read.events.size(); ++i) {
    if (i > 0) {
      EXPECT_LT(read.events[i - 1].position, read.events[i].position);
    }
    if (read.events[i].stream.starts_with(Prefix())) mine.push_back(read.events[i].id);
  }
  EXPECT_THAT(mine, ElementsAre(Id(1), Id(2), Id(3), Id(4), Id(5), Id(6)));
}

TEST_P(EventStoreContract, ReadAllPassesWhatTheFilterSays) {
  const std::vector<Position> at = GivenTwoStreams(store(), Stream("a"), Stream("b"));
  ASSERT_THAT(at, SizeIs(6));
  const auto read = [&](Filter filter) {
    return ReadAll(store(), {.from = at[0], .filter = std::move(filter)}).Ids();
  };
  EXPECT_THAT(read(Filter::StreamPrefixes({Stream("a")})), ElementsAre(Id(1), Id(3), Id(5)));
  EXPECT_THAT(read(Filter::StreamPrefixes({Stream("x"), Stream("b")})),
              ElementsAre(Id(2), Id(4), Id(6)));
  EXPECT_THAT(read(Filter::StreamPrefixes({Stream("x")})), IsEmpty());
  EXPECT_THAT(read(Filter::EventTypePrefixes({"TypeB"})), ElementsAre(Id(2), Id(4), Id(6)));
  EXPECT_THAT(read(Filter::EventTypePrefixes({"ype"})), IsEmpty());
}

TEST_P(EventStoreContract, AFiltersRegexIsFoundAnywhereAndAloneDecides) {
  const std::vector<Position> at = GivenTwoStreams(store(), Stream("a"), Stream("b"));
  ASSERT_THAT(at, SizeIs(6));
  const auto read = [&](Filter filter) {
    return ReadAll(store(), {.from = at[0], .filter = std::move(filter)});
  };
  const Filter b{.subject = Filter::Subject::kStream,
                 .prefixes = {Stream("a")},
                 .regex = Prefix().substr(1) + "b$"};
  EXPECT_THAT(read(b).Ids(), ElementsAre(Id(2), Id(4), Id(6)));
  EXPECT_THAT(read({.subject = Filter::Subject::kEventType, .regex = "^T.*A$"}).Ids(),
              ElementsAre(Id(1), Id(3), Id(5)));
  EXPECT_EQ(read({.regex = "(unclosed"}).status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(read({.regex = std::string(10'000, 'a')}).status.code(),
            absl::StatusCode::kInvalidArgument);
}

TEST_P(EventStoreContract, AFilterThatNamesNothingPassesNothing) {
  ASSERT_THAT(GivenTwoStreams(store(), Stream("a"), Stream("b")), SizeIs(6));
  EXPECT_THAT(ReadAll(store(), {.filter = Filter{}}).Ids(), IsEmpty());
}

TEST_P(EventStoreContract, ReadAllCountsOnlyWhatPasses) {
  const std::vector<Position> at = GivenTwoStreams(store(), Stream("a"), Stream("b"));
  ASSERT_THAT(at, SizeIs(6));
  const Filter b = Filter::StreamPrefixes({Stream("b")});
  EXPECT_THAT(ReadAll(store(), {.from = at[0], .filter = b, .count_max = 2}).Ids(),
              ElementsAre(Id(2), Id(4)));
  EXPECT_THAT(ReadAll(store(), {.direction = kBackwards, .filter = b, .count_max = 1}).Ids(),
              ElementsAre(Id(6)));
  EXPECT_EQ(ReadAll(store(), {.count_max = 0}).status.code(), absl::StatusCode::kInvalidArgument);
}

TEST_P(EventStoreContract, ReadAllRefusesAPositionWhosePrepareIsAboveItsCommit) {
  EXPECT_EQ(ReadAll(store(), {.from = Position{1, 2}}).status.code(),
            absl::StatusCode::kInvalidArgument);
}

TEST_P(EventStoreContract, EveryPositionHandedOutCanBeUsedToResume) {
  ASSERT_TRUE(Append(store(), Stream(), ExpectedRevision::Any(), EventRange(1, 20)).ok());
  const Filter mine = Filter::StreamPrefixes({Prefix()});
  const std::vector<RecordedEvent> all = ReadAll(store(), {.filter = mine}).events;
  ASSERT_THAT(all, SizeIs(20));
  for (std::size_t i = 0; i < all.size(); ++i) {
    EXPECT_THAT(ReadAll(store(), {.from = all[i].position, .filter = mine}).events,
                SizeIs(all.size() - i));
  }
}

}  // namespace
}  // namespace eventstoredb
