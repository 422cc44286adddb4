#include "eventstoredb/node/embedded_event_store.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <numeric>
#include <set>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/blocking_counter.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/event_store_testing.h"
#include "tests/support/temp_directory.h"

namespace eventstoredb {
namespace {

using namespace testing_support;  // NOLINT: the words of these tests.
using testing::ElementsAre;
using testing::SizeIs;

class EmbeddedEventStoreTest : public testing::Test {
 protected:
  EmbeddedEventStoreOptions Options() {
    EmbeddedEventStoreOptions options;
    options.directory = directory_.path() + "/store";
    options.free_space_min_bytes = 0;
    options.free_space_min_percent = 0;
    return options;
  }
  void Open(const EmbeddedEventStoreOptions& options) {
    store_.reset();
    auto opened = EmbeddedEventStore::Open(options);
    ASSERT_TRUE(opened.ok()) << opened.status();
    store_ = *std::move(opened);
  }

  TempDirectory directory_;
  std::unique_ptr<EmbeddedEventStore> store_;
};

TEST_F(EmbeddedEventStoreTest, AppendsAtTheSameTimeShareCommitsAndGetRevisionsInARow) {
  Open(Options());
  constexpr int kAppends = 2'000;
  absl::BlockingCounter answered(kAppends);
  std::array<std::atomic<int>, kAppends> seen{};
  for (int i = 0; i < kAppends; ++i) {
    AppendRequest request;
    request.stream = "one";
    request.events = {Event(static_cast<std::uint64_t>(i) + 1)};
    store_->StartAppend(std::move(request), [&](absl::StatusOr<AppendResult> answer) {
      ASSERT_TRUE(answer.ok()) << answer.status();
      ++seen[*answer->revision];
      answered.DecrementCount();
    });
  }
  answered.Wait();
  for (const std::atomic<int>& times : seen) EXPECT_EQ(times, 1);
  EXPECT_LT(store_->Stats().groups, static_cast<std::uint64_t>(kAppends));
  EXPECT_EQ(store_->Stats().events, static_cast<std::uint64_t>(kAppends));
  EXPECT_EQ(store_->Stats().group_events.sum, kAppends);
  EXPECT_TRUE(store_->Verify(absl::InfiniteFuture()).ok());
}

TEST_F(EmbeddedEventStoreTest, RequestsOfOneGroupAreDecidedOneAfterTheOther) {
  Open(Options());
  // The first keeps the writer busy in its answer, so that the others form one group.
  absl::Notification first_answered;
  absl::Notification others_queued;
  AppendRequest first;
  first.stream = "other";
  first.events = Events({100});
  store_->StartAppend(first, [&](const absl::StatusOr<AppendResult>&) {
    first_answered.Notify();
    others_queued.WaitForNotification();
  });
  first_answered.WaitForNotification();
  struct Asked {
    ExpectedRevision expected;
    std::vector<ProposedEvent> events;
  };
  const std::vector<Asked> asked = {{ExpectedRevision::NoStream(), Events({1, 2})},
                                    {ExpectedRevision::NoStream(), Events({1, 2})},
                                    {ExpectedRevision::NoStream(), Events({3})},
                                    {ExpectedRevision::Exact(1), Events({3})},
                                    {ExpectedRevision::Any(), Events({2})},
                                    {ExpectedRevision::Exact(7), Events({4})},
                                    {ExpectedRevision::Any(), {}}};
  std::vector<absl::StatusOr<AppendResult>> answers(asked.size());
  absl::BlockingCounter answered(static_cast<int>(asked.size()));
  for (std::size_t i = 0; i < asked.size(); ++i) {
    AppendRequest request;
    request.stream = "s";
    request.expected = asked[i].expected;
    request.events = asked[i].events;
    store_->StartAppend(request, [&, i](absl::StatusOr<AppendResult> answer) {
      answers[i] = std::move(answer);
      answered.DecrementCount();
    });
  }
  EXPECT_EQ(store_->KnownHead("s"), std::nullopt) << "its head is about to move";
  EXPECT_EQ(store_->KnownEnd(), std::nullopt);
  others_queued.Notify();
  answered.Wait();

  EXPECT_EQ(answers[0]->revision, 1U);
  EXPECT_EQ(answers[1]->revision, 1U);
  EXPECT_EQ(answers[1]->position, answers[0]->position);
  EXPECT_EQ(GetWrongExpectedRevision(answers[2].status())->current, 1U);
  EXPECT_EQ(answers[3]->revision, 2U);
  EXPECT_EQ(answers[4]->revision, 1U);
  EXPECT_EQ(answers[4]->position, answers[0]->position);
  EXPECT_EQ(GetWrongExpectedRevision(answers[5].status())->current, 2U);
  EXPECT_EQ(answers[6]->revision, 2U);
  EXPECT_GT(*answers[6]->position, *answers[3]->position);
  const EmbeddedEventStoreStats stats = store_->Stats();
  EXPECT_EQ(stats.groups, 2U);
  // One event, then three.
  EXPECT_THAT(stats.group_events.counts, ElementsAre(1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0));
  EXPECT_EQ(std::accumulate(stats.commit_seconds.counts.begin(), stats.commit_seconds.counts.end(),
                            std::uint64_t{0}),
            2U);
  std::uint64_t bytes = 0;
  for (const ProposedEvent& event : Events({100, 1, 2, 3})) {
    bytes += event.data.size() + event.metadata.size();
  }
  EXPECT_EQ(stats.event_bytes, bytes);
  EXPECT_THAT(ReadStream(*store_, "s").Ids(), ElementsAre(Id(1), Id(2), Id(3)));
  EXPECT_EQ(store_->KnownHead("s"), std::optional(std::optional<std::uint64_t>(2)));
}

TEST_F(EmbeddedEventStoreTest, MoreAppendsInFlightThanTheBoundAreRefusedAtOnce) {
  EmbeddedEventStoreOptions options = Options();
  options.appends_in_flight_max = 3;
  Open(options);
  absl::Notification answered;
  absl::Notification go_on;
  AppendRequest request;
  request.stream = "a";
  request.events = Events({1});
  store_->StartAppend(request, [&](const absl::StatusOr<AppendResult>&) {
    answered.Notify();
    go_on.WaitForNotification();
  });
  answered.WaitForNotification();
  std::atomic<int> done{0};
  const auto count = [&](const absl::StatusOr<AppendResult>& answer) {
    EXPECT_TRUE(answer.ok()) << answer.status();
    ++done;
  };
  for (std::uint64_t i = 2; i <= 4; ++i) {
    request.events = Events({i});
    store_->StartAppend(request, count);
  }
  request.events = Events({5});
  EXPECT_EQ(store_->Append(request).status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(store_->Stats().appends_overloaded, 1U);
  EXPECT_EQ(store_->Stats().appends_no_space, 0U);
  go_on.Notify();
  store_.reset();
  EXPECT_EQ(done, 3) << "closing answers what was taken";
}

TEST_F(EmbeddedEventStoreTest, MoreBytesInFlightThanTheBoundAreRefusedAtOnce) {
  EmbeddedEventStoreOptions options = Options();
  options.in_flight_bytes_max = 100'000;
  Open(options);
  absl::Notification answered;
  absl::Notification go_on;
  AppendRequest request;
  request.stream = "a";
  request.events = Events({1});
  store_->StartAppend(request, [&](const absl::StatusOr<AppendResult>&) {
    answered.Notify();
    go_on.WaitForNotification();
  });
  answered.WaitForNotification();
  request.events = Events({2});
  request.events[0].data = std::string(90'000, 'x');
  absl::Notification second;
  store_->StartAppend(request, [&](const absl::StatusOr<AppendResult>& answer) {
    EXPECT_TRUE(answer.ok()) << answer.status();
    second.Notify();
  });
  request.events = Events({3});
  request.events[0].data = std::string(20'000, 'x');
  EXPECT_EQ(store_->Append(request).status().code(), absl::StatusCode::kResourceExhausted);
  go_on.Notify();
  second.WaitForNotification();
  EXPECT_TRUE(store_->Append(request).ok());
}

TEST_F(EmbeddedEventStoreTest, AnAppendWhoseDeadlinePassesInTheQueueIsNotWritten) {
  Open(Options());
  AppendRequest request;
  request.stream = "a";
  request.events = Events({1});
  request.deadline = absl::Now() - absl::Seconds(1);
  absl::Notification answered;
  store_->StartAppend(request, [&](const absl::StatusOr<AppendResult>& answer) {
    EXPECT_EQ(answer.status().code(), absl::StatusCode::kDeadlineExceeded);
    answered.Notify();
  });
  answered.WaitForNotification();
  EXPECT_TRUE(absl::IsNotFound(ReadStream(*store_, "a").status));
}

TEST_F(EmbeddedEventStoreTest, AMarkMovesBeforeTheWriteIsAnswered) {
  Open(Options());
  struct Case {
    std::string written;
    std::string subject;
    bool moves;
  };
  std::uint64_t number = 1;
  for (const auto& [written, subject, moves] :
       {Case{"s", "s", false}, Case{"$$s", "s", true}, Case{"$$s", "t", false},
        Case{"$user-a", "$user-a", true}, Case{"$$$user-a", "$user-a", true},
        Case{"$settings", "$settings", true}}) {
    const std::uint64_t before = store_->ChangeMark(subject);
    AppendRequest request;
    request.stream = written;
    request.events = {Event(number++)};
    std::uint64_t when_answered = before;
    absl::Notification answered;
    store_->StartAppend(std::move(request), [&](const absl::StatusOr<AppendResult>& answer) {
      EXPECT_TRUE(answer.ok()) << answer.status();
      when_answered = store_->ChangeMark(subject);
      answered.Notify();
    });
    answered.WaitForNotification();
    EXPECT_EQ(when_answered != before, moves) << written << " for " << subject;
  }
  EXPECT_TRUE(store_->may_have_metadata());
}

TEST_F(EmbeddedEventStoreTest, AMarkMovesWithADeletionAndNotWithARefusal) {
  Open(Options());
  ASSERT_TRUE(Append(*store_, "$user-a", kAny, {Event(1)}).ok());
  const std::uint64_t before = store_->ChangeMark("$user-a");
  EXPECT_FALSE(Append(*store_, "$user-a", ExpectedRevision::NoStream(), {Event(2)}).ok());
  EXPECT_EQ(store_->ChangeMark("$user-a"), before);
  ASSERT_TRUE(store_->Delete({.stream = "$user-a"}).ok());
  EXPECT_NE(store_->ChangeMark("$user-a"), before);
}

TEST_F(EmbeddedEventStoreTest, ARestartKeepsEverythingAndWhoItIs) {
  Open(Options());
  const Uuid id = store_->store_id();
  EXPECT_FALSE(id.IsZero());
  EXPECT_EQ(store_->generation(), 1U);
  for (std::uint64_t i = 0; i < 50; ++i) {
    ASSERT_TRUE(Append(*store_, absl::StrCat("s", i % 7), ExpectedRevision::Any(),
                       EventRange(10 * i + 1, 3))
                    .ok());
  }
  const std::vector<RecordedEvent> before = ReadAll(*store_).events;
  const auto repeat = Append(*store_, "s3", ExpectedRevision::Any(), EventRange(31, 3));
  ASSERT_TRUE(repeat.ok());
  Open(Options());
  EXPECT_TRUE(store_->was_closed_cleanly());
  EXPECT_EQ(store_->store_id(), id);
  EXPECT_EQ(store_->generation(), 1U);
  const std::vector<RecordedEvent> after = ReadAll(*store_).events;
  ASSERT_THAT(after, SizeIs(before.size()));
  for (std::size_t i = 0; i < after.size(); ++i) {
    EXPECT_EQ(after[i].id, before[i].id);
    EXPECT_EQ(after[i].stream, before[i].stream);
    EXPECT_EQ(after[i].position, before[i].position);
    EXPECT_EQ(after[i].created, before[i].created);
    EXPECT_EQ(after[i].data, before[i].data);
  }
  const auto remembered = Append(*store_, "s3", ExpectedRevision::Any(), EventRange(31, 3));
  ASSERT_TRUE(remembered.ok()) << "an id is remembered for ever";
  EXPECT_EQ(remembered->position, repeat->position);
  EXPECT_TRUE(store_->Verify(absl::InfiniteFuture()).ok());
}

TEST_F(EmbeddedEventStoreTest, APositionIsNeverHandedOutTwiceEvenIfNoEventStandsThere) {
  Open(Options());
  ASSERT_TRUE(Append(*store_, "s", ExpectedRevision::Any(), Events({1})).ok());
  Position last;
  for (int i = 0; i < 5; ++i) {
    const auto empty = Append(*store_, "s", ExpectedRevision::Any(), {});
    ASSERT_TRUE(empty.ok());
    EXPECT_GT(*empty->position, last);
    last = *empty->position;
    Open(Options());
  }
  const auto event = Append(*store_, "s", ExpectedRevision::Any(), Events({2}));
  ASSERT_TRUE(event.ok());
  EXPECT_GT(*event->position, last);
}

TEST_F(EmbeddedEventStoreTest, ANewGenerationIsMintedOnDemand) {
  Open(Options());
  const Uuid id = store_->store_id();
  EmbeddedEventStoreOptions options = Options();
  options.new_generation = true;
  Open(options);
  EXPECT_EQ(store_->store_id(), id);
  EXPECT_EQ(store_->generation(), 2U);
  Open(Options());
  EXPECT_EQ(store_->generation(), 2U);
}

TEST_F(EmbeddedEventStoreTest, TimeNeverFallsAlongTheLogWhateverTheClockDoes) {
  std::atomic<std::int64_t> seconds{1'000'000};
  EmbeddedEventStoreOptions options = Options();
  options.clock = [&] { return absl::FromUnixSeconds(seconds); };
  Open(options);
  for (const std::int64_t now : {1'000'000, 1'000'010, 500, 1'000'005, 1'000'020}) {
    seconds = now;
    ASSERT_TRUE(
        Append(*store_, "s", ExpectedRevision::Any(), Events({static_cast<std::uint64_t>(now + 7)}))
            .ok());
  }
  seconds = 3;
  Open(options);
  ASSERT_TRUE(Append(*store_, "s", ExpectedRevision::Any(), Events({99})).ok());
  std::vector<std::int64_t> times;
  for (const RecordedEvent& event : ReadStream(*store_, "s").events) {
    times.push_back(absl::ToUnixSeconds(event.created));
  }
  EXPECT_THAT(times, ElementsAre(1'000'000, 1'000'010, 1'000'010, 1'000'010, 1'000'020, 1'000'020));
}

TEST_F(EmbeddedEventStoreTest, TheWalStaysWithinItsBoundUnderReaders) {
  EmbeddedEventStoreOptions options = Options();
  options.wal_pages_idle_max = 50;
  options.wal_pages_busy_max = 100;
  Open(options);
  std::atomic<bool> stop{false};
  std::vector<std::thread> readers;
  for (int i = 0; i < 3; ++i) {
    readers.emplace_back([&] {
      while (!stop) EXPECT_TRUE(ReadAll(*store_).status.ok());
    });
  }
  int wal_pages_max = 0;
  for (std::uint64_t i = 0; i < 400; ++i) {
    ASSERT_TRUE(Append(*store_, "s", ExpectedRevision::Any(), EventRange(1 + i * 10, 10)).ok());
    wal_pages_max = std::max(wal_pages_max, store_->Stats().wal_pages);
  }
  stop = true;
  for (std::thread& reader : readers) reader.join();
  EXPECT_LT(wal_pages_max, 400);
  EXPECT_GT(store_->Stats().checkpoints, 1U);
}

TEST_F(EmbeddedEventStoreTest, ASubscriptionThatOutlivesItsStoreEnds) {
  Open(Options());
  auto subscription = store_->Subscribe({.stream = "s", .from_end = true});
  ASSERT_TRUE(subscription.ok());
  EXPECT_EQ(TakeUntilCaughtUp(**subscription).CaughtUps(), 1U);
  absl::Notification waits;
  std::thread waiter([&] {
    std::vector<SubscriptionMessage> out;
    waits.Notify();
    EXPECT_TRUE(absl::IsUnavailable((*subscription)->Next(1, absl::Seconds(60), out)));
  });
  waits.WaitForNotification();
  store_.reset();
  waiter.join();
}

TEST_F(EmbeddedEventStoreTest, ASubscriptionHandsOutNoMoreBytesAtATimeThanAskedFor) {
  Open(Options());
  std::vector<ProposedEvent> large = EventRange(1, 6);
  for (ProposedEvent& event : large) event.data = std::string(1'000, 'x');
  ASSERT_TRUE(Append(*store_, "s", ExpectedRevision::Any(), large).ok());
  const auto subscription = store_->Subscribe({.stream = "s", .next_bytes_max = 2'000});
  ASSERT_TRUE(subscription.ok()) << subscription.status();
  std::vector<std::uint64_t> revisions;
  const auto take_all = [&] {
    std::vector<SubscriptionMessage> messages;
    do {
      messages.clear();
      ASSERT_TRUE((*subscription)->Next(100, absl::ZeroDuration(), messages).ok());
      const auto events = std::count_if(messages.begin(), messages.end(), [](const auto& message) {
        return std::holds_alternative<RecordedEvent>(message);
      });
      EXPECT_LE(events, 2);
      for (const SubscriptionMessage& message : messages) {
        const auto* const event = std::get_if<RecordedEvent>(&message);
        if (event != nullptr) revisions.push_back(event->revision);
      }
    } while (!messages.empty());
  };
  // From disk, and then from memory.
  take_all();
  for (std::size_t i = 0; i < large.size(); ++i) large[i].id = Id(100 + i);
  ASSERT_TRUE(Append(*store_, "s", ExpectedRevision::Any(), large).ok());
  take_all();
  EXPECT_THAT(revisions, ElementsAre(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11));
}

TEST_F(EmbeddedEventStoreTest, AThousandWaitingSubscriptionsAllGetTheirEvents) {
  Open(Options());
  constexpr int kSubscriptions = 1'000;
  std::vector<std::thread> threads;
  std::atomic<int> caught_up{0};
  std::atomic<int> served{0};
  for (int i = 0; i < kSubscriptions; ++i) {
    threads.emplace_back([&, i] {
      const std::string stream = absl::StrCat("s", i % 50);
      const auto subscription = store_->Subscribe(
          i % 2 == 0 ? SubscribeRequest{.stream = stream, .from_end = true} : SubscribeRequest{});
      ASSERT_TRUE(subscription.ok());
      ASSERT_EQ(TakeUntilCaughtUp(**subscription).CaughtUps(), 1U);
      ++caught_up;
      const std::size_t expected = i % 2 == 0 ? 4 : 200;
      const Received received = Take(**subscription, expected, absl::Seconds(60));
      EXPECT_THAT(received.Events(), SizeIs(expected)) << received.status;
      if (received.Events().size() == expected) ++served;
    });
  }
  while (caught_up < kSubscriptions) absl::SleepFor(absl::Milliseconds(1));
  for (std::uint64_t i = 0; i < 200; ++i) {
    ASSERT_TRUE(
        Append(*store_, absl::StrCat("s", i % 50), ExpectedRevision::Any(), Events({i + 1})).ok());
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(served, kSubscriptions);
}

TEST_F(EmbeddedEventStoreTest, AnAppendOverTheSizeLimitNamesTheLimit) {
  EmbeddedEventStoreOptions options = Options();
  options.append_bytes_max = 100;
  Open(options);
  ProposedEvent event = Event(1);
  event.data = std::string(60, 'x');
  const auto refused = Append(*store_, "s", ExpectedRevision::Any(), {event, event});
  EXPECT_TRUE(absl::IsInvalidArgument(refused.status())) << refused.status();
  const auto details = GetMaximumAppendSizeExceeded(refused.status());
  ASSERT_TRUE(details.has_value());
  EXPECT_EQ(details->limit_bytes, 100U);
  EXPECT_FALSE(GetMaximumAppendSizeExceeded(absl::InvalidArgumentError("other")).has_value());
  EXPECT_TRUE(absl::IsNotFound(ReadStream(*store_, "s").status));
}

TEST_F(EmbeddedEventStoreTest, DeletionsAndMetadataSurviveReopening) {
  Open(Options());
  const auto metadata = [&](const std::string& stream, const std::string& json) {
    ProposedEvent event = Event(100, "$metadata");
    event.data = json;
    ASSERT_TRUE(Append(*store_, "$$" + stream, ExpectedRevision::Any(), {event}).ok());
  };
  for (const char* const stream : {"soft", "again", "gone", "short"}) {
    ASSERT_TRUE(Append(*store_, stream, ExpectedRevision::Any(), Events({1, 2, 3})).ok());
  }
  metadata("short", R"({"$maxCount":1})");
  ASSERT_TRUE(store_->Delete({.stream = "soft"}).ok());
  ASSERT_TRUE(store_->Delete({.stream = "again"}).ok());
  ASSERT_TRUE(Append(*store_, "again", ExpectedRevision::Any(), Events({4})).ok());
  ASSERT_TRUE(store_->Delete({.stream = "gone", .kind = DeleteKind::kTombstone}).ok());

  Open(Options());
  EXPECT_TRUE(absl::IsNotFound(ReadStream(*store_, "soft").status));
  EXPECT_THAT(ReadStream(*store_, "again").Revisions(), ElementsAre(3));
  EXPECT_TRUE(GetStreamDeleted(ReadStream(*store_, "gone").status).has_value());
  EXPECT_THAT(ReadStream(*store_, "short").Revisions(), ElementsAre(2));
  EXPECT_TRUE(
      GetStreamDeleted(Append(*store_, "gone", ExpectedRevision::Any(), Events({9})).status())
          .has_value());
  ASSERT_TRUE(Append(*store_, "soft", ExpectedRevision::Any(), Events({9})).ok());
  EXPECT_THAT(ReadStream(*store_, "soft").Revisions(), ElementsAre(3));
  EXPECT_TRUE(store_->Verify(absl::InfiniteFuture()).ok());
}

TEST_F(EmbeddedEventStoreTest, AHeadIsNotKnownWhereMetadataMayHideEvents) {
  Open(Options());
  ASSERT_TRUE(Append(*store_, "s", ExpectedRevision::Any(), Events({1})).ok());
  EXPECT_TRUE(store_->KnownHead("s").has_value());
  ASSERT_TRUE(store_->Delete({.stream = "s"}).ok());
  EXPECT_FALSE(store_->KnownHead("s").has_value());
  ASSERT_TRUE(Append(*store_, "s", ExpectedRevision::Any(), Events({2})).ok());
  EXPECT_FALSE(store_->KnownHead("s").has_value());
  ASSERT_TRUE(Append(*store_, "t", ExpectedRevision::Any(), Events({1})).ok());
  ASSERT_TRUE(store_->Delete({.stream = "t", .kind = DeleteKind::kTombstone}).ok());
  EXPECT_FALSE(store_->KnownHead("t").has_value());
}

TEST_F(EmbeddedEventStoreTest, WritesAndDeletionsInOneGroupSeeEachOther) {
  Open(Options());
  ASSERT_TRUE(Append(*store_, "first", ExpectedRevision::Any(), Events({1})).ok());
  constexpr int kRounds = 50;
  absl::BlockingCounter answered(3 * kRounds);
  for (std::uint64_t i = 0; i < kRounds; ++i) {
    AppendRequest append;
    append.stream = "s";
    append.events = {Event(2 * i + 1)};
    store_->StartAppend(append, [&](absl::StatusOr<AppendResult> answer) {
      EXPECT_TRUE(answer.ok()) << answer.status();
      answered.DecrementCount();
    });
    store_->StartDelete({.stream = "s", .expected = ExpectedRevision::Exact(2 * i)},
                        [&](absl::StatusOr<DeleteResult> answer) {
                          EXPECT_TRUE(answer.ok()) << answer.status();
                          answered.DecrementCount();
                        });
    append.expected = ExpectedRevision::Exact(2 * i);
    append.events = {Event(2 * i + 2)};
    store_->StartAppend(append, [&](absl::StatusOr<AppendResult> answer) {
      EXPECT_TRUE(answer.ok()) << answer.status();
      answered.DecrementCount();
    });
  }
  answered.Wait();
  // Each round hides what it deleted: the last one its own first event and all before.
  EXPECT_THAT(ReadStream(*store_, "s").Revisions(), ElementsAre(2 * kRounds - 1));
  EXPECT_TRUE(store_->Verify(absl::InfiniteFuture()).ok());
}

TEST_F(EmbeddedEventStoreTest, OptionsOutOfRangeAreRefused) {
  EmbeddedEventStoreOptions options = Options();
  options.readers_max = 0;
  EXPECT_TRUE(absl::IsInvalidArgument(EmbeddedEventStore::Open(options).status()));
  options = Options();
  options.wal_pages_busy_max = 1;
  EXPECT_TRUE(absl::IsInvalidArgument(EmbeddedEventStore::Open(options).status()));
  options = Options();
  options.directory.clear();
  EXPECT_TRUE(absl::IsInvalidArgument(EmbeddedEventStore::Open(options).status()));
}

}  // namespace
}  // namespace eventstoredb
