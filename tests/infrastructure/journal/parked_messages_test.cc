// Parked messages, replayed and discarded, one, some or all: what stays, what is recorded, and that
// nothing is lost when others change them at the same time, or a step fails.

#include "infrastructure/journal/parked_messages.h"

#include <atomic>
#include <set>
#include <thread>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

#include "tests/infrastructure/journal/groups_of_a_store.h"

namespace orders::infrastructure {
namespace {

using application::AllParked;
using application::OldestParked;
using application::OneParked;
using eventstoredb::EventAnswer;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

class ParkedMessagesTest : public GroupsOfAStore {
 protected:
  ParkedMessages Steps() { return {*client_, store(), kBilling, Soon()}; }
  std::vector<nlohmann::json> Records() {
    std::vector<nlohmann::json> records;
    for (const auto& event : eventstoredb::testing_support::ReadStream(
                                 *log_, "$persistentsubscription-s::billing-discarded")
                                 .events) {
      EXPECT_EQ(event.type, "ParkedMessagesDiscarded");
      records.push_back(nlohmann::json::parse(event.data));
    }
    return records;
  }
};
INSTANTIATE_TEST_SUITE_P(Stores, ParkedMessagesTest, testing::Bool(),
                         [](const auto& of) { return of.param ? "OverTheWire" : "Embedded"; });

TEST_P(ParkedMessagesTest, AreListedWithWhenAndWhyAndAfterHowManyTries) {
  ASSERT_NO_FATAL_FAILURE(GivenParked(5));
  const auto messages = ParkedMessagesNow();
  ASSERT_THAT(messages, SizeIs(5));
  for (std::uint64_t i = 0; i < 5; ++i) {
    EXPECT_EQ(messages[i].entry, i);
    EXPECT_EQ(messages[i].event.place.stream, "s");
    EXPECT_EQ(messages[i].event.place.revision, i);
    EXPECT_THAT(messages[i].reason, HasSubstr(absl::StrCat("no ", i)));
    EXPECT_EQ(messages[i].retries, 0);
    EXPECT_GE(messages[i].parked, messages[i].event.created);
  }
}

TEST_P(ParkedMessagesTest, OfAGroupThatParkedNothingAreNone) {
  ASSERT_NO_FATAL_FAILURE(GivenGroup());
  EXPECT_THAT(Parked(), IsEmpty());
  for (const auto& outcome : {Replay(AllParked()), Discard(OldestParked{3})}) {
    ASSERT_TRUE(outcome.ok()) << outcome.status();
    EXPECT_EQ(outcome->messages, 0U);
    EXPECT_EQ(outcome->parked, 0U);
  }
  EXPECT_THAT(Records(), IsEmpty());
}

TEST_P(ParkedMessagesTest, AreOnlyCountedWhenThatIsAskedFor) {
  ASSERT_NO_FATAL_FAILURE(GivenParked(5));
  struct Case {
    application::ParkedSelection selection;
    std::uint64_t messages;
  };
  for (const Case& one : {Case{OneParked{3}, 1}, Case{OldestParked{2}, 2}, Case{OldestParked{9}, 5},
                          Case{AllParked(), 5}}) {
    for (const auto& outcome : {Replay(one.selection, true), Discard(one.selection, true)}) {
      ASSERT_TRUE(outcome.ok()) << outcome.status();
      EXPECT_EQ(outcome->messages, one.messages);
      EXPECT_EQ(outcome->parked, 5 - one.messages);
    }
  }
  EXPECT_THAT(Parked(), ElementsAre(0, 1, 2, 3, 4));
  EXPECT_THAT(Records(), IsEmpty());
}

TEST_P(ParkedMessagesTest, OneAloneIsReplayed) {
  ASSERT_NO_FATAL_FAILURE(GivenParked(5));
  const auto outcome = Replay(OneParked{2});
  ASSERT_TRUE(outcome.ok()) << outcome.status();
  EXPECT_EQ(outcome->messages, 1U);
  EXPECT_EQ(outcome->parked, 4U);
  EXPECT_THAT(Handle(1), ElementsAre(2));
  WaitForParked(4);
  // The older ones are the newest now, with all that was known of them.
  const auto left = ParkedMessagesNow();
  EXPECT_THAT(Parked(), ElementsAre(3, 4, 0, 1));
  EXPECT_THAT(left.back().reason, HasSubstr("no 1"));
  EXPECT_EQ(ReasonOf(Replay(OneParked{2}).status()), "PARKED_MESSAGE_NOT_FOUND");
  EXPECT_EQ(ReasonOf(Replay(OneParked{0}).status()), "PARKED_MESSAGE_NOT_FOUND") << "it has moved";
}

TEST_P(ParkedMessagesTest, EachIsReplayedAloneInTheEnd) {
  ASSERT_NO_FATAL_FAILURE(GivenParked(4));
  std::set<std::uint64_t> handled;
  for (std::uint64_t left = 4; left > 0; --left) {
    const auto outcome = Replay(OneParked{ParkedMessagesNow().back().entry});
    ASSERT_TRUE(outcome.ok()) << outcome.status();
    for (const std::uint64_t revision : Handle(1)) handled.insert(revision);
    ASSERT_NO_FATAL_FAILURE(WaitForParked(left - 1));
  }
  EXPECT_THAT(handled, ElementsAre(0, 1, 2, 3));
}

TEST_P(ParkedMessagesTest, TheOldestAreReplayedAndThenTheRest) {
  ASSERT_NO_FATAL_FAILURE(GivenParked(5));
  auto outcome = Replay(OldestParked{2});
  ASSERT_TRUE(outcome.ok()) << outcome.status();
  EXPECT_EQ(outcome->messages, 2U);
  EXPECT_THAT(Handle(2), ElementsAre(0, 1));
  WaitForParked(3);
  EXPECT_THAT(Parked(), ElementsAre(2, 3, 4));
  outcome = Replay(AllParked());
  ASSERT_TRUE(outcome.ok()) << outcome.status();
  EXPECT_EQ(outcome->messages, 3U);
  EXPECT_THAT(Handle(3), ElementsAre(2, 3, 4));
  WaitForParked(0);
}

TEST_P(ParkedMessagesTest, ThatFailAgainAreParkedAgainBehindTheOthers) {
  ASSERT_NO_FATAL_FAILURE(GivenParked(3));
  ASSERT_TRUE(Replay(OldestParked{1}).ok());
  const auto consumer = Consumer();
  ASSERT_TRUE(consumer
                  ->Run([](const auto&) { return EventAnswer::Park("again"); },
                        {.events_max = 1, .until = Soon()})
                  .ok());
  ASSERT_TRUE(consumer->Close(Soon()).ok());
  WaitForParked(3);
  EXPECT_THAT(Parked(), ElementsAre(1, 2, 0));
}

TEST_P(ParkedMessagesTest, OneAloneIsDiscardedAndRecorded) {
  ASSERT_NO_FATAL_FAILURE(GivenParked(4));
  const auto outcome = Discard(OneParked{1});
  ASSERT_TRUE(outcome.ok()) << outcome.status();
  EXPECT_EQ(outcome->messages, 1U);
  EXPECT_EQ(outcome->parked, 3U);
  EXPECT_EQ(outcome->record_stream, "$persistentsubscription-s::billing-discarded");
  EXPECT_THAT(Parked(), ElementsAre(2, 3, 0));
  ASSERT_THAT(Records(), SizeIs(1));
  const nlohmann::json record = Records()[0];
  EXPECT_EQ(record["reason"], "broken for good");
  EXPECT_EQ(record["discardedBy"], "ann");
  ASSERT_THAT(record["messages"], SizeIs(1));
  EXPECT_EQ(record["messages"][0]["event"], "1@s");
  EXPECT_EQ(record["messages"][0]["entry"], 1);
  EXPECT_THAT(record["messages"][0]["parkReason"].get<std::string>(), HasSubstr("no 1"));
  // The store counts the same, and replays no more than these.
  const auto info = client_->GetGroupInfo(kBillingThere);
  ASSERT_TRUE(info.ok());
  EXPECT_EQ(info->parked, 3);
  ASSERT_TRUE(Replay(AllParked()).ok());
  EXPECT_THAT(Handle(3), ElementsAre(2, 3, 0));
}

TEST_P(ParkedMessagesTest, AreDiscardedFromTheOldestOn) {
  ASSERT_NO_FATAL_FAILURE(GivenParked(450));
  auto outcome = Discard(OldestParked{250});
  ASSERT_TRUE(outcome.ok()) << outcome.status();
  EXPECT_EQ(outcome->messages, 250U);
  EXPECT_EQ(outcome->parked, 200U);
  ASSERT_THAT(Records(), SizeIs(2)) << "200 at a time";
  EXPECT_EQ(Records()[1]["messages"].size(), 50U);
  outcome = Discard(AllParked());
  ASSERT_TRUE(outcome.ok()) << outcome.status();
  EXPECT_EQ(outcome->messages, 200U);
  EXPECT_EQ(outcome->parked, 0U);
  EXPECT_THAT(Parked(), IsEmpty());
  EXPECT_EQ(client_->GetGroupInfo(kBillingThere)->parked, 0);
}

TEST_P(ParkedMessagesTest, AreKeptWhenTheGroupParksAfterADiscard) {
  ASSERT_NO_FATAL_FAILURE(GivenParked(2));
  ASSERT_TRUE(Discard(AllParked()).ok());
  ASSERT_NO_FATAL_FAILURE(GivenEvents(1));
  const auto consumer = Consumer();
  ASSERT_TRUE(consumer
                  ->Run([](const auto&) { return EventAnswer::Park("later"); },
                        {.events_max = 1, .until = Soon()})
                  .ok());
  ASSERT_TRUE(consumer->Close(Soon()).ok());
  WaitForParked(1);
  EXPECT_THAT(Parked(), ElementsAre(2));
  EXPECT_EQ(client_->GetGroupInfo(kBillingThere)->parked, 1);
}

TEST_P(ParkedMessagesTest, ThatAreCopiedTwiceStandThereOnce) {
  ASSERT_NO_FATAL_FAILURE(GivenParked(4));
  // As if the service had ended before it went on: nothing is gone, and a repeat adds nothing.
  for (int times = 0; times < 2; ++times) {
    const absl::Status copied = Steps().CopyToEnd({0, 3});
    ASSERT_TRUE(copied.ok()) << copied;
    EXPECT_THAT(Parked(), ElementsAre(0, 1, 2, 3, 0, 1, 2));
  }
  const auto outcome = Replay(OneParked{3});
  ASSERT_TRUE(outcome.ok()) << outcome.status();
  EXPECT_THAT(Handle(1), ElementsAre(3));
  WaitForParked(3);
  EXPECT_THAT(Parked(), ElementsAre(0, 1, 2));
}

TEST_P(ParkedMessagesTest, WhoseBeginningHasMovedAreNotBroughtBack) {
  ASSERT_NO_FATAL_FAILURE(GivenParked(4));
  ASSERT_TRUE(Steps().Truncate(3).ok());
  ASSERT_TRUE(Steps().Truncate(1).ok()) << "another one was further";
  EXPECT_THAT(Parked(), ElementsAre(3));
}

TEST_P(ParkedMessagesTest, OfAGroupThatIsDeletedMeanwhileStayDeleted) {
  ASSERT_NO_FATAL_FAILURE(GivenParked(3));
  ParkedMessages steps = Steps();
  ASSERT_TRUE(groups_->Delete(kBilling, Soon()).ok());
  EXPECT_FALSE(steps.CopyToEnd({0, 2}).ok() && steps.ReadRange()->size() > 0);
  ASSERT_NO_FATAL_FAILURE(GivenGroup());
  EXPECT_THAT(Parked(), IsEmpty());
}

TEST_P(ParkedMessagesTest, ThatTwoDiscardAtOnceAreAllGone) {
  ASSERT_NO_FATAL_FAILURE(GivenParked(12));
  std::vector<std::thread> operators;
  std::atomic<int> discarded = 0;
  for (const std::uint64_t revision : {11U, 7U, 3U}) {
    operators.emplace_back([&, revision] {
      // Its entry changes whenever another one moves it.
      for (int attempt = 0; attempt < 20; ++attempt) {
        for (const auto& message : ParkedMessagesNow()) {
          if (message.event.place.revision != revision) continue;
          if (!Discard(OneParked{message.entry}).ok()) break;
          ++discarded;
          return;
        }
      }
    });
  }
  for (std::thread& one : operators) one.join();
  EXPECT_EQ(discarded, 3);
  EXPECT_THAT(Parked(), UnorderedElementsAre(0, 1, 2, 4, 5, 6, 8, 9, 10));
}

TEST_P(ParkedMessagesTest, AreNotLostWhenTheyAreReplayedWhileOthersAreParked) {
  constexpr std::uint64_t kEvents = 400;
  ASSERT_NO_FATAL_FAILURE(GivenEvents(kEvents));
  ASSERT_NO_FATAL_FAILURE(GivenGroup());
  // Everything is parked at first, and handled when it comes again.
  std::mutex mutex;
  std::set<std::uint64_t> seen;
  std::set<std::uint64_t> handled;
  std::atomic<bool> is_over = false;
  std::thread consuming([&] {
    const auto consumer = Consumer();
    (void)consumer->Run(
        [&](const eventstoredb::GroupEvent& event) {
          const std::lock_guard lock(mutex);
          const std::uint64_t revision = event.event.event->revision;
          const bool is_new = seen.insert(revision).second;
          if (!is_new) handled.insert(revision);
          is_over = handled.size() == kEvents;
          if (is_over) return EventAnswer::Stop();
          return is_new ? EventAnswer::Park("first") : EventAnswer::Ack();
        },
        {.until = Soon()});
    is_over = true;
  });
  std::uint64_t alone = 0;
  while (!is_over) {
    const auto page =
        groups_->ListParkedMessages({.id = kBilling, .messages_max = 20, .deadline = Soon()});
    ASSERT_TRUE(page.ok()) << page.status();
    // By turns one from the middle, the oldest, and all.
    application::ParkedSelection selection = AllParked();
    if (alone % 3 == 0 && !page->messages.empty()) {
      selection = OneParked{page->messages[page->messages.size() / 2].entry};
    } else if (alone % 3 == 1) {
      selection = OldestParked{5};
    }
    ++alone;
    const auto outcome = Replay(selection);
    if (outcome.ok()) continue;
    const std::string reason = ReasonOf(outcome.status());
    ASSERT_TRUE(reason == "PARKED_MESSAGE_NOT_FOUND" || reason == "REPLAY_RUNNING")
        << outcome.status();
  }
  consuming.join();
  EXPECT_EQ(handled.size(), kEvents);
}

}  // namespace
}  // namespace orders::infrastructure
