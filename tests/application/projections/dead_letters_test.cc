#include <algorithm>
#include <csignal>
#include <set>
#include <string>
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

class DeadLetters : public testing::Test {
 protected:
  DeadLetters() {
    log_.Append(histories_.Next(400));
    events_ = log_.Events();
  }

  ReadSide::Options Options() {
    ReadSide::Options options{.directory = directory_.path()};
    options.host.build_events_max = 50;
    options.host.feed.chunk_items_max = 20;
    options.host.backoff_min = absl::Milliseconds(1);
    options.host.backoff_max = absl::Milliseconds(4);
    return options;
  }

  /// An event in the midst of the log with at least `behind` later ones of its order.
  std::size_t PickEvent(std::size_t behind, std::size_t from = 100) const {
    for (std::size_t i = from; i < events_.size(); ++i) {
      if (events_[i].revision > 0 && CountBehind(i) >= behind) return i;
    }
    ADD_FAILURE() << "no such event";
    return 0;
  }
  std::size_t CountBehind(std::size_t index) const {
    const RecordedOrderEvent& event = events_[index];
    return static_cast<std::size_t>(
        std::count_if(events_.begin(), events_.end(), [&](const RecordedOrderEvent& other) {
          return other.order_id == event.order_id && other.revision > event.revision;
        }));
  }
  /// Makes the event such that nobody can read it.
  void Poison(std::size_t index) {
    const RecordedOrderEvent& event = events_[index];
    log_.Replace(index, UnreadableOrderEvent{.order_id = event.order_id,
                                             .revision = event.revision,
                                             .event_id = event.event_id,
                                             .type = "NoteSet",
                                             .created = event.created,
                                             .position = event.position,
                                             .data = "{\"note\":",
                                             .metadata = "{}",
                                             .error = "no JSON at byte 8"});
  }
  void Heal(std::size_t index) { log_.Replace(index, events_[index]); }
  /// What the read models are to hold while the orders of these events are blocked by them.
  std::vector<RecordedOrderEvent> WithoutFrom(const std::set<std::size_t>& poisoned) const {
    std::vector<RecordedOrderEvent> left;
    for (const RecordedOrderEvent& event : events_) {
      const bool is_blocked = std::any_of(poisoned.begin(), poisoned.end(), [&](std::size_t index) {
        return events_[index].order_id == event.order_id &&
               events_[index].revision <= event.revision;
      });
      if (!is_blocked) left.push_back(event);
    }
    return left;
  }
  static std::shared_ptr<ProjectionRunner> RunnerOf(ReadSide& side, const char* read_model) {
    return *side.host().FindRunner(read_model);
  }
  /// Orders, counted once for each read model.
  static std::uint64_t BlockedIn(ReadSide& side) {
    std::uint64_t blocked = 0;
    for (const char* const read_model : testing_support::kReadModels) {
      blocked += side.StatusOf(read_model).blocked_orders;
    }
    return blocked;
  }
  static absl::Time Soon() { return absl::Now() + absl::Seconds(30); }

  const TempDirectory directory_;
  MemoryOrderLog log_;
  OrderHistories histories_{5, 8, 6};
  std::vector<RecordedOrderEvent> events_;
};

TEST_F(DeadLetters, AnEventThatCannotBeReadBlocksItsOrderAndNothingElse) {
  const std::size_t poison = PickEvent(2);
  const RecordedOrderEvent& bad = events_[poison];
  Poison(poison);
  ReadSide side(log_, Options());
  side.Start();
  ASSERT_TRUE(side.WaitUntilCurrent()) << "it goes on to the end of the log";
  EXPECT_EQ(side.Difference(WithoutFrom({poison})), "");

  for (const char* const read_model : testing_support::kReadModels) {
    const auto letters = RunnerOf(side, read_model)->ListLetters("", 10, Soon());
    ASSERT_TRUE(letters.ok()) << letters.status();
    ASSERT_EQ(letters->size(), 1U);
    EXPECT_EQ(letters->front().order_id, bad.order_id);
    EXPECT_EQ(letters->front().revision, bad.revision);
    EXPECT_EQ(letters->front().waiting, CountBehind(poison));
    EXPECT_THAT(letters->front().error, testing::HasSubstr("no JSON at byte 8"));
    const auto letter = RunnerOf(side, read_model)->GetLetter(bad.order_id, Soon());
    ASSERT_TRUE(letter.ok()) << letter.status();
    EXPECT_EQ(letter->data, "{\"note\":");
    EXPECT_EQ(letter->event_id, bad.event_id);
    EXPECT_EQ(side.StatusOf(read_model).blocked_orders, 1U);
    EXPECT_EQ(side.StatusOf(read_model).events_set_aside, 1 + CountBehind(poison));
  }
  EXPECT_EQ(side.orders_gate().Current().incomplete_orders, 1U);
  ASSERT_TRUE(side.orders_gate().FindBlocked(bad.order_id).has_value());
  EXPECT_EQ(side.orders_gate().FindBlocked(bad.order_id)->position, bad.position);
  EXPECT_FALSE(side.orders_gate().FindBlocked({"another"}).has_value());
}

TEST_F(DeadLetters, OnceTheEventCanBeReadARetryAppliesItAndWhatWaitsBehindIt) {
  const std::size_t poison = PickEvent(3);
  Poison(poison);
  ReadSide side(log_, Options());
  side.Start();
  ASSERT_TRUE(side.WaitUntilCurrent());
  const domain::OrderId order = events_[poison].order_id;

  const auto again = RunnerOf(side, "orders")->Retry(order, Soon());
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_TRUE(again->is_blocked);
  // One at the start, which tries once more by itself, and this one.
  EXPECT_EQ(RunnerOf(side, "orders")->GetLetter(order, Soon())->attempts, 3);

  Heal(poison);
  for (const char* const read_model : testing_support::kReadModels) {
    const auto outcome = RunnerOf(side, read_model)->Retry(order, Soon());
    ASSERT_TRUE(outcome.ok()) << outcome.status();
    EXPECT_FALSE(outcome->is_blocked);
    EXPECT_EQ(outcome->events_applied, 1 + CountBehind(poison));
    EXPECT_TRUE(absl::IsNotFound(RunnerOf(side, read_model)->Retry(order, Soon()).status()))
        << "a second time there is nothing to try";
  }
  EXPECT_EQ(side.Difference(events_), "");
  EXPECT_FALSE(side.orders_gate().FindBlocked(order).has_value());
  EXPECT_EQ(side.orders_gate().Current().incomplete_orders, 0U);
}

TEST_F(DeadLetters, EachStartTriesThemOnceByItself) {
  const std::size_t poison = PickEvent(1);
  Poison(poison);
  {
    ReadSide side(log_, Options());
    side.Start();
    ASSERT_TRUE(side.WaitUntilCurrent());
  }
  Heal(poison);
  ReadSide side(log_, Options());
  side.Start();
  ASSERT_TRUE(side.WaitUntilCurrent());
  while (BlockedIn(side) > 0) {
    absl::SleepFor(absl::Milliseconds(1));
  }
  EXPECT_EQ(side.Difference(events_), "");
}

TEST_F(DeadLetters, BehindOneMayStandTheNext) {
  const std::size_t first = PickEvent(3);
  std::size_t second = first + 1;
  while (events_[second].order_id != events_[first].order_id) ++second;
  Poison(first);
  Poison(second);
  ReadSide side(log_, Options());
  side.Start();
  ASSERT_TRUE(side.WaitUntilCurrent());
  const domain::OrderId order = events_[first].order_id;
  const std::uint64_t behind = CountBehind(second);

  Heal(first);
  const auto outcome = RunnerOf(side, "orders")->Retry(order, Soon());
  ASSERT_TRUE(outcome.ok()) << outcome.status();
  EXPECT_TRUE(outcome->is_blocked);
  EXPECT_EQ(outcome->events_applied, 1U);
  const auto letter = RunnerOf(side, "orders")->GetLetter(order, Soon());
  EXPECT_EQ(letter->revision, events_[second].revision);
  EXPECT_EQ(letter->attempts, 1);
  EXPECT_EQ(letter->waiting, behind);

  Heal(second);
  for (const char* const read_model : testing_support::kReadModels) {
    EXPECT_FALSE(RunnerOf(side, read_model)->Retry(order, Soon())->is_blocked) << read_model;
  }
  EXPECT_EQ(side.Difference(events_), "");
}

TEST_F(DeadLetters, WhatIsSkippedIsDoneWithoutAndRecorded) {
  const std::size_t poison = PickEvent(2);
  Poison(poison);
  const domain::OrderId order = events_[poison].order_id;
  std::uint64_t last = 0;
  for (const RecordedOrderEvent& event : events_) {
    if (event.order_id == order) last = event.revision;
  }
  {
    ReadSide side(log_, Options());
    side.Start();
    ASSERT_TRUE(side.WaitUntilCurrent());
    const auto runner = RunnerOf(side, "orders");
    EXPECT_TRUE(absl::IsAborted(
        runner->Skip(order, events_[poison].revision + 1, "why", "ada", Soon()).status()))
        << "not the event that blocks it";
    const auto outcome = runner->Skip(order, events_[poison].revision, "of no use", "ada", Soon());
    ASSERT_TRUE(outcome.ok()) << outcome.status();
    EXPECT_FALSE(outcome->is_blocked);
    EXPECT_EQ(outcome->events_applied, CountBehind(poison));
    EXPECT_EQ((*side.queries().GetOrder({}, order))->revision, last);
    const auto skips = runner->ListSkips(Soon());
    ASSERT_EQ(skips->size(), 1U);
    EXPECT_EQ(skips->front().reason, "of no use");
    EXPECT_EQ(skips->front().skipped_by, "ada");
    EXPECT_EQ(skips->front().event_id, events_[poison].event_id);
    EXPECT_EQ(side.StatusOf("customers").blocked_orders, 1U) << "each read model for itself";
  }
  ReadSide side(log_, Options());
  side.Start();
  ASSERT_TRUE(side.WaitUntilCurrent());
  EXPECT_EQ(side.StatusOf("orders").blocked_orders, 0U);
  EXPECT_EQ(RunnerOf(side, "orders")->ListSkips(Soon())->size(), 1U);
}

TEST_F(DeadLetters, AFirstEventThatIsSkippedLeavesAnOrderThatNobodyHasCreated) {
  std::size_t first = 0;
  while (events_[first].revision != 0 || CountBehind(first) < 2) ++first;
  Poison(first);
  ReadSide side(log_, Options());
  side.Start();
  ASSERT_TRUE(side.WaitUntilCurrent());
  const domain::OrderId order = events_[first].order_id;
  EXPECT_TRUE(absl::IsNotFound(side.queries().GetOrder({}, order).status()));
  for (const char* const read_model : testing_support::kReadModels) {
    ASSERT_TRUE(RunnerOf(side, read_model)->Skip(order, 0, "lost", "ada", Soon()).ok());
  }
  EXPECT_EQ((*side.queries().GetOrder({}, order))->order.status, domain::OrderStatus::kNone);
}

TEST_F(DeadLetters, AGapInAnOrdersRevisionsBlocksItUntilTheEventIsThere) {
  const std::size_t gap = PickEvent(2);
  const RecordedOrderEvent missing = events_[gap];
  log_.Replace(gap, FeedProgress{missing.position});
  ReadSide side(log_, Options());
  side.Start();
  ASSERT_TRUE(side.WaitUntilCurrent());
  EXPECT_EQ(side.Difference(WithoutFrom({gap})), "");
  const auto letter = RunnerOf(side, "orders")->GetLetter(missing.order_id, Soon());
  ASSERT_TRUE(letter.ok()) << letter.status();
  EXPECT_EQ(letter->revision, missing.revision + 1);
  EXPECT_THAT(letter->error, testing::HasSubstr("where that of revision"));
  EXPECT_GE(letter->attempts, 3);
  EXPECT_THAT(side.telemetry().Lines(Severity::kError),
              testing::Contains(testing::HasSubstr("blocked_orders=1")));
}

TEST_F(DeadLetters, ARepeatedRevisionBlocksItsOrder) {
  log_.Append(log_.Events().back());
  ReadSide side(log_, Options());
  side.Start();
  ASSERT_TRUE(side.WaitUntilCurrent());
  EXPECT_EQ(side.Difference(events_), "");
  EXPECT_EQ(side.StatusOf("orders").blocked_orders, 1U);
}

TEST_F(DeadLetters, AnEventOfATypeNotKnownHasItsRevisionAndChangesNothing) {
  const std::size_t unknown = PickEvent(2);
  const RecordedOrderEvent& event = events_[unknown];
  log_.Replace(unknown, UnknownOrderEvent{.order_id = event.order_id,
                                          .revision = event.revision,
                                          .type = "NoteTranslated",
                                          .position = event.position});
  ReadSide side(log_, Options());
  side.Start();
  ASSERT_TRUE(side.WaitUntilCurrent());
  EXPECT_EQ(side.StatusOf("orders").blocked_orders, 0U);
  EXPECT_GT((*side.queries().GetOrder({}, event.order_id))->revision, event.revision);
}

TEST_F(DeadLetters, TooManyStopTheProjectionWithAnAlarm) {
  Poison(PickEvent(2));
  ReadSide::Options options = Options();
  options.host.events.set_aside_max = 2;
  ReadSide side(log_, options);
  side.Start();
  EXPECT_TRUE(absl::IsResourceExhausted(side.WaitUntilStopped("orders")));
  EXPECT_TRUE(RunnerOf(side, "orders")->ListLetters("", 10, Soon()).ok())
      << "it still tells what it has set aside";
  EXPECT_TRUE(absl::IsUnavailable(
      RunnerOf(side, "orders")->Retry(events_[PickEvent(2)].order_id, Soon()).status()));
}

TEST_F(DeadLetters, NewEventsOfABlockedOrderWaitTooAndAreAppliedInOrder) {
  const std::size_t poison = PickEvent(1);
  Poison(poison);
  ReadSide side(log_, Options());
  side.Start();
  ASSERT_TRUE(side.WaitUntilCurrent());
  const domain::OrderId order = events_[poison].order_id;
  const std::uint64_t waiting = RunnerOf(side, "orders")->GetLetter(order, Soon())->waiting;
  for (int i = 0; i < 5; ++i) {
    log_.Append({.order_id = order,
                 .revision = events_[poison].revision + waiting + 1 + static_cast<unsigned>(i),
                 .event = domain::NoteSet{std::string(1, static_cast<char>('a' + i))},
                 .metadata = {.time = absl::FromUnixSeconds(1'800'000'000 + i)}});
  }
  ASSERT_TRUE(side.WaitUntilCurrent());
  EXPECT_EQ(RunnerOf(side, "orders")->GetLetter(order, Soon())->waiting, waiting + 5);
  Heal(poison);
  for (const char* const read_model : testing_support::kReadModels) {
    EXPECT_EQ(RunnerOf(side, read_model)->Retry(order, Soon())->events_applied, waiting + 6);
  }
  EXPECT_EQ(side.Difference(log_.Events()), "");
}

TEST_F(DeadLetters, KilledAtAnyMomentNothingIsSkippedAndNothingAppliedTwice) {
  std::set<std::size_t> poisoned;
  for (std::size_t from = 20; poisoned.size() < 6; from += 40) {
    poisoned.insert(PickEvent(1, from));
  }
  for (const std::size_t index : poisoned) Poison(index);
  for (int round = 0; round < 20; ++round) {
    const pid_t child = fork();
    if (child == 0) {
      ReadSide side(log_, Options());
      side.Start();
      // In the midst of setting aside, of trying again at the start, and of those asked for here.
      absl::SleepFor(absl::Milliseconds(round % 10));
      for (const std::size_t index : poisoned) {
        if (round % 2 == 1) Heal(index);
        (void)RunnerOf(side, "orders")->Retry(events_[index].order_id, Soon());
        if (static_cast<int>(index % 7) == round % 7) kill(getpid(), SIGKILL);
      }
      kill(getpid(), SIGKILL);
    }
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status));
  }
  for (const std::size_t index : poisoned) Heal(index);
  ReadSide side(log_, Options());
  side.Start();
  ASSERT_TRUE(side.WaitUntilCurrent());
  while (BlockedIn(side) > 0) {
    absl::SleepFor(absl::Milliseconds(1));
  }
  EXPECT_EQ(side.Difference(events_), "");
}

}  // namespace
}  // namespace orders::application
