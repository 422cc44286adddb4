#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "tests/infrastructure/eventstoredb/node_fixture.h"
#include "tests/support/event_store_testing.h"

// Our client's groups and consumers against our node, each the real one.
namespace eventstoredb {
namespace {

using testing::ElementsAre;
using testing::SizeIs;
using testing_support::EventRange;

const GroupId kGroup{.stream = "shared", .group = "workers"};

absl::Time Soon() { return absl::Now() + absl::Seconds(20); }

class GroupsAtANode : public testing_support::NodeFixture {
 protected:
  void SetUp() override {
    ASSERT_NO_FATAL_FAILURE(StartNode());
    ClientOptions options;
    options.connection_name = "a-worker";
    ASSERT_NO_FATAL_FAILURE(Connect(std::move(options)));
    const absl::Status created = client_->CreateGroup(
        {.id = kGroup, .settings = {.start = GroupStart::Start(), .retries_max = 2}});
    ASSERT_TRUE(created.ok()) << created;
  }

  void Append(std::uint64_t first, std::uint64_t count) {
    AppendRequest request{.stream = *kGroup.stream};
    request.events = EventRange(first, count);
    const auto appended = client_->Append(std::move(request));
    ASSERT_TRUE(appended.ok()) << appended.status();
  }

  std::unique_ptr<PersistentConsumer> Consume(int buffer_size = 10) {
    ConsumerOptions options{.buffer_size = buffer_size};
    options.resume.backoff_min = absl::Milliseconds(10);
    options.resume.backoff_max = absl::Milliseconds(100);
    auto consumer = client_->Consume(kGroup, options);
    EXPECT_TRUE(consumer.ok()) << consumer.status();
    return *std::move(consumer);
  }
};

TEST_F(GroupsAtANode, HandOutHistoryThenWhatComesAndNothingTwice) {
  Append(1, 25);
  std::vector<std::uint64_t> handled;
  const auto handler = [&](const GroupEvent& event) {
    handled.push_back(event.event.Original().revision);
    EXPECT_EQ(event.retries, 0);
    return EventAnswer::Ack();
  };
  {
    const auto consumer = Consume();
    EXPECT_TRUE(consumer->Run(handler, {.events_max = 25, .until = Soon()}).ok());
    Append(26, 5);
    EXPECT_TRUE(consumer->Run(handler, {.events_max = 5, .until = Soon()}).ok());
    EXPECT_TRUE(consumer->Close(Soon()).ok());
  }
  ASSERT_THAT(handled, SizeIs(30));
  for (std::uint64_t i = 0; i < handled.size(); ++i) EXPECT_EQ(handled[i], i);
  const auto none = Consume()->Next(absl::Now() + absl::Milliseconds(300));
  ASSERT_TRUE(none.ok()) << none.status();
  EXPECT_FALSE(none->has_value());
}

TEST_F(GroupsAtANode, ParkWhatIsRetriedTooOftenAndReplayItAsALink) {
  Append(1, 1);
  const auto consumer = Consume();
  std::vector<int> retries;
  EXPECT_TRUE(consumer
                  ->Run(
                      [&](const GroupEvent& event) {
                        retries.push_back(event.retries);
                        return EventAnswer::Retry("not yet");
                      },
                      {.events_max = 3, .until = Soon()})
                  .ok());
  EXPECT_THAT(retries, ElementsAre(0, 1, 2));
  absl::StatusOr<GroupInfo> info = client_->GetGroupInfo(kGroup);
  for (int i = 0; i < 400 && info.ok() && info->parked == 0; ++i) {
    absl::SleepFor(absl::Milliseconds(10));
    info = client_->GetGroupInfo(kGroup);
  }
  ASSERT_TRUE(info.ok()) << info.status();
  EXPECT_EQ(info->parked, 1);
  ASSERT_THAT(info->consumers, SizeIs(1));
  EXPECT_EQ(info->consumers[0].connection_name, "a-worker");
  ASSERT_TRUE(client_->ReplayParked({.id = kGroup}).ok());
  const auto replayed = consumer->Next(Soon());
  ASSERT_TRUE(replayed.ok() && replayed->has_value()) << replayed.status();
  EXPECT_EQ((*replayed)->retries, 0);
  ASSERT_TRUE((*replayed)->event.link.has_value() && (*replayed)->event.event.has_value());
  EXPECT_EQ((*replayed)->event.event->stream, "shared");
  EXPECT_TRUE(consumer->Answer(**replayed, EventAnswer::Ack()).ok());
}

TEST_F(GroupsAtANode, GiveWhatOneConsumerLeavesUnansweredToAnother) {
  Append(1, 4);
  {
    const auto leaving = Consume();
    for (int i = 0; i < 4; ++i) {
      const auto event = leaving->Next(Soon());
      ASSERT_TRUE(event.ok() && event->has_value()) << event.status();
    }
  }
  std::set<std::uint64_t> handled;
  const auto staying = Consume();
  EXPECT_TRUE(staying
                  ->Run(
                      [&](const GroupEvent& event) {
                        EXPECT_EQ(event.retries, 1);
                        handled.insert(event.event.Original().revision);
                        return EventAnswer::Ack();
                      },
                      {.events_max = 4, .until = Soon()})
                  .ok());
  EXPECT_THAT(handled, ElementsAre(0, 1, 2, 3));
}

TEST_F(GroupsAtANode, EndTheirConsumersWhenTheyAreUpdatedOrDeleted) {
  Append(1, 1);
  const auto end_by = [&](const std::function<absl::Status()>& change) {
    const auto consumer = Consume();
    const auto event = consumer->Next(Soon());
    ASSERT_TRUE(event.ok() && event->has_value()) << event.status();
    const absl::Status changed = change();
    ASSERT_TRUE(changed.ok()) << changed;
    const absl::Status ended = consumer->Next(Soon()).status();
    EXPECT_TRUE(absl::IsCancelled(ended)) << ended;
    EXPECT_EQ(GetErrorKind(ended), ErrorKind::kSubscriptionDropped);
  };
  end_by([&] {
    return client_->UpdateGroup(
        {.id = kGroup, .settings = {.start = GroupStart::Start(), .retries_max = 5}});
  });
  EXPECT_EQ(client_->GetGroupInfo(kGroup)->settings.retries_max, 5);
  end_by([&] { return client_->DeleteGroup(kGroup); });
  EXPECT_EQ(GetErrorKind(Consume()->Next(Soon()).status()), ErrorKind::kGroupNotFound);
  EXPECT_EQ(GetErrorKind(client_->DeleteGroup(kGroup)), ErrorKind::kGroupNotFound);
}

TEST_F(GroupsAtANode, AreListedWithWhatTheyWereMadeOf) {
  EXPECT_EQ(GetErrorKind(client_->CreateGroup({.id = kGroup})), ErrorKind::kGroupExists);
  const GroupId of_all{.group = "auditors"};
  const absl::Status created =
      client_->CreateGroup({.id = of_all, .filter = Filter::StreamPrefixes({"sha"})});
  ASSERT_TRUE(created.ok()) << created;
  const auto groups = client_->ListGroups();
  ASSERT_TRUE(groups.ok()) << groups.status();
  EXPECT_THAT(*groups, SizeIs(2));
  const auto info = client_->GetGroupInfo(of_all);
  ASSERT_TRUE(info.ok()) << info.status();
  EXPECT_EQ(info->settings, GroupSettings());
  EXPECT_EQ(client_->GetGroupInfo(kGroup)->settings,
            (GroupSettings{.start = GroupStart::Start(), .retries_max = 2}));
}

}  // namespace
}  // namespace eventstoredb
