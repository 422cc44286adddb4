// The groups of a store, as an operator sees and changes them: embedded and over the wire.

#include "infrastructure/journal/store_consumer_groups.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "tests/infrastructure/journal/groups_of_a_store.h"

namespace orders::infrastructure {
namespace {

using application::ConsumerGroup;
using application::ConsumerGroupSettings;
using application::ConsumerStrategy;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class ConsumerGroupsTest : public GroupsOfAStore {
 protected:
  ConsumerGroup Get() {
    auto group = groups_->Get(kBilling, Soon());
    EXPECT_TRUE(group.ok()) << group.status();
    return group.ok() ? *std::move(group) : ConsumerGroup();
  }
};
INSTANTIATE_TEST_SUITE_P(Stores, ConsumerGroupsTest, testing::Bool(),
                         [](const auto& of) { return of.param ? "OverTheWire" : "Embedded"; });

TEST_P(ConsumerGroupsTest, AreMadeWithWhatIsNamedAndElseWithTheDefaults) {
  ASSERT_NO_FATAL_FAILURE(GivenGroup({.message_timeout = absl::Seconds(7),
                                      .retries_max = 0,
                                      .strategy = ConsumerStrategy::kPinned}));
  const ConsumerGroupSettings settings = Get().settings;
  EXPECT_EQ(settings.message_timeout, absl::Seconds(7));
  EXPECT_EQ(settings.retries_max, 0);
  EXPECT_EQ(settings.strategy, ConsumerStrategy::kPinned);
  EXPECT_EQ(settings.start, application::ConsumerGroupStart(application::FromBeginning{}));
  EXPECT_EQ(settings.live_buffer_size, 500);
  EXPECT_EQ(settings.resolve_links, false);
}

TEST_P(ConsumerGroupsTest, AreListedByStreamAndName) {
  const std::vector<application::ConsumerGroupId> ids = {
      {"$all", "audit"}, {"a", "two"}, {"s", "billing"}, {"s", "mail"}};
  for (const std::size_t i : {2U, 0U, 3U, 1U}) {
    ASSERT_TRUE(groups_->Create(ids[i], {}, std::nullopt, Soon()).ok());
  }
  const auto names = [&](const std::string& stream) {
    std::vector<application::ConsumerGroupId> listed;
    const auto list = groups_->List({.stream = stream, .groups_max = 100, .deadline = Soon()});
    EXPECT_TRUE(list.ok()) << list.status();
    EXPECT_EQ(list->total, list->groups.size());
    for (const ConsumerGroup& group : list->groups) listed.push_back(group.id);
    return listed;
  };
  EXPECT_EQ(names(""), ids);
  EXPECT_THAT(names("s"), ElementsAre(ids[2], ids[3]));
  EXPECT_THAT(names("$all"), ElementsAre(ids[0]));
  EXPECT_THAT(names("nothing reads this"), IsEmpty());
  const auto first = groups_->List({.groups_max = 1, .deadline = Soon()});
  ASSERT_TRUE(first.ok() && first->groups.size() == 1) << first.status();
  EXPECT_EQ(first->groups[0].id, ids[0]);
  EXPECT_EQ(first->total, 4U);
}

TEST_P(ConsumerGroupsTest, ThatAreThereAlreadyAreNotMadeAgain) {
  ASSERT_NO_FATAL_FAILURE(GivenGroup());
  const absl::Status again = groups_->Create(kBilling, {}, std::nullopt, Soon());
  EXPECT_EQ(again.code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(ReasonOf(again), "GROUP_EXISTS");
}

TEST_P(ConsumerGroupsTest, ThatAreNotThereAreNotFoundByAnyCall) {
  for (const absl::Status& status :
       {groups_->Get(kBilling, Soon()).status(),
        groups_->Update(kBilling, {.retries_max = 1}, Soon()), groups_->Delete(kBilling, Soon()),
        groups_->ListParkedMessages({.id = kBilling, .deadline = Soon()}).status(),
        Replay(application::AllParked()).status(), Discard(application::AllParked()).status()}) {
    EXPECT_EQ(status.code(), absl::StatusCode::kNotFound) << status;
    EXPECT_EQ(ReasonOf(status), "GROUP_NOT_FOUND") << status;
  }
}

TEST_P(ConsumerGroupsTest, SayWhatIsWrongWithASetting) {
  const absl::Status status =
      groups_->Create(kBilling, {.read_batch_size = 600}, std::nullopt, Soon());
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr("read_batch_size"));
}

TEST_P(ConsumerGroupsTest, ChangeInWhatIsNamedAlone) {
  ASSERT_NO_FATAL_FAILURE(GivenGroup({.message_timeout = absl::Seconds(7), .consumers_max = 3}));
  const ConsumerGroupSettings before = Get().settings;
  ASSERT_TRUE(groups_->Update(kBilling, {.retries_max = 2}, Soon()).ok());
  ConsumerGroupSettings wanted = before;
  wanted.retries_max = 2;
  EXPECT_EQ(Get().settings, wanted);
}

TEST_P(ConsumerGroupsTest, ThatBeganAtTheEndMissNothingWhenTheyAreChanged) {
  ASSERT_NO_FATAL_FAILURE(GivenEvents(2));
  ASSERT_NO_FATAL_FAILURE(GivenGroup({.start = application::FromEnd{}}));
  ASSERT_NO_FATAL_FAILURE(GivenEvents(2));
  ASSERT_TRUE(groups_->Update(kBilling, {.retries_max = 2}, Soon()).ok());
  EXPECT_THAT(Handle(2), ElementsAre(2, 3));
}

TEST_P(ConsumerGroupsTest, TellOfTheirConsumers) {
  ASSERT_NO_FATAL_FAILURE(GivenEvents(3));
  ASSERT_NO_FATAL_FAILURE(GivenGroup());
  const auto consumer = Consumer();
  for (int i = 0; i < 3; ++i) {
    const auto event = consumer->Next(Soon());
    ASSERT_TRUE(event.ok() && event->has_value()) << event.status();
    if (i > 0) continue;
    ASSERT_TRUE(consumer->Answer(**event, eventstoredb::EventAnswer::Ack()).ok());
  }
  ConsumerGroup group = Get();
  for (const absl::Time until = Soon(); group.in_flight != 2 && absl::Now() < until;) group = Get();
  EXPECT_EQ(group.in_flight, 2);
  EXPECT_EQ(group.events, 3);
  EXPECT_EQ(group.behind_events, 2U);
  EXPECT_EQ(group.connection_count, 1U);
  ASSERT_THAT(group.connections, SizeIs(1));
  EXPECT_EQ(group.connections[0].in_flight, 2);
  EXPECT_EQ(group.connections[0].events, 3);
  EXPECT_EQ(group.connections[0].slots_free, 98);
  // A list only counts them.
  const auto list = groups_->List({.groups_max = 1, .deadline = Soon()});
  ASSERT_TRUE(list.ok() && list->groups.size() == 1) << list.status();
  EXPECT_EQ(list->groups[0].connection_count, 1U);
  EXPECT_THAT(list->groups[0].connections, IsEmpty());
}

TEST_P(ConsumerGroupsTest, AreBehindByWhatNobodyHasHandled) {
  ASSERT_NO_FATAL_FAILURE(GivenEvents(3));
  ASSERT_NO_FATAL_FAILURE(GivenGroup());
  ConsumerGroup group = Get();
  EXPECT_EQ(group.behind_events, 3U);
  ASSERT_TRUE(group.behind_time.has_value());
  EXPECT_GT(*group.behind_time, absl::ZeroDuration());
  EXPECT_THAT(Handle(3), ElementsAre(0, 1, 2));
  for (const absl::Time until = Soon(); group.behind_events != 0U && absl::Now() < until;) {
    group = Get();
  }
  EXPECT_EQ(group.behind_events, 0U);
  EXPECT_EQ(group.behind_time, absl::ZeroDuration());
}

TEST_P(ConsumerGroupsTest, OfAllStreamsTakeAFilter) {
  const application::ConsumerGroupId audit{.stream = "$all", .group = "audit"};
  const absl::Status created =
      groups_->Create(audit, {.start = application::FromBeginning{}},
                      application::ConsumerGroupFilter{.prefixes = {"order-"}}, Soon());
  ASSERT_TRUE(created.ok()) << created;
  ASSERT_NO_FATAL_FAILURE(GivenEvents(3));
  ASSERT_TRUE(eventstoredb::testing_support::Append(*log_, "order-1",
                                                    eventstoredb::ExpectedRevision::Any(),
                                                    {eventstoredb::testing_support::Event(1'000)})
                  .ok());
  const auto consumer = client_->Consume({.stream = std::nullopt, .group = "audit"});
  ASSERT_TRUE(consumer.ok());
  const auto event = (*consumer)->Next(Soon());
  ASSERT_TRUE(event.ok() && event->has_value()) << event.status();
  EXPECT_EQ((*event)->event.event->stream, "order-1");
  EXPECT_TRUE(groups_->Get(audit, Soon()).ok());
}

TEST_P(ConsumerGroupsTest, AreDeletedUnderTheirConsumers) {
  ASSERT_NO_FATAL_FAILURE(GivenEvents(1));
  ASSERT_NO_FATAL_FAILURE(GivenGroup());
  const auto consumer = Consumer();
  ASSERT_TRUE(consumer->Next(Soon()).ok());
  ASSERT_TRUE(groups_->Delete(kBilling, Soon()).ok());
  absl::Status end;
  while (end.ok()) end = consumer->Next(Soon()).status();
  EXPECT_EQ(eventstoredb::GetErrorKind(end), eventstoredb::ErrorKind::kSubscriptionDropped) << end;
  EXPECT_EQ(ReasonOf(groups_->Delete(kBilling, Soon())), "GROUP_NOT_FOUND");
}

TEST_P(ConsumerGroupsTest, GoOnAfterARestart) {
  ASSERT_NO_FATAL_FAILURE(GivenEvents(2));
  ASSERT_NO_FATAL_FAILURE(GivenGroup());
  EXPECT_TRUE(groups_->Restart(Soon()).ok());
  EXPECT_THAT(Handle(2), ElementsAre(0, 1));
}

}  // namespace
}  // namespace orders::infrastructure
