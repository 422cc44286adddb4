#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "eventstoredb/client_event_store.h"
#include "tests/infrastructure/eventstoredb/scripted_server.h"
#include "tests/infrastructure/eventstoredb/stub_cluster.h"
#include "tests/support/event_store_testing.h"

// A client of a cluster whose nodes lie, lag, vanish and elect.
namespace eventstoredb {
namespace {

using testing::ElementsAre;
using testing::SizeIs;
using namespace testing_support;  // NOLINT: the words of these tests.

/// As a caller does who must have it written: the same write, with the same id, again.
bool WriteAtLast(Client& client, std::uint64_t id) {
  constexpr int kAttemptsMax = 200;
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    if (client.Append(AppendOf("s", id)).ok()) return true;
    absl::SleepFor(absl::Milliseconds(5));
  }
  return false;
}

absl::StatusOr<std::size_t> CountEvents(EventStore& store) {
  std::size_t events = 0;
  const absl::Status status = store.ReadStream({.stream = "s"}, [&](RecordedEvent) {
    ++events;
    return true;
  });
  if (!status.ok()) return status;
  return events;
}

absl::StatusOr<std::size_t> CountEventsOfAnyNode(Client& client) {
  const auto reader = client.ReadStream({.stream = "s"});
  for (std::size_t events = 0;; ++events) {
    absl::StatusOr<std::optional<ResolvedEvent>> next = reader->Next();
    if (!next.ok()) return next.status();
    if (!next->has_value()) return events;
  }
}

TEST(AClientOfACluster, IsOverAnElectionWithoutALostOrRepeatedWrite) {
  StubCluster cluster(3);
  const auto client = MustCreate(cluster.options({0, 1, 2}));
  std::vector<std::string> acknowledged;
  std::uint64_t id = 0;
  const auto write = [&] {
    ASSERT_TRUE(WriteAtLast(*client, ++id)) << id;
    acknowledged.push_back(Id(id).ToString());
  };
  for (int term = 0; term < 6; ++term) {
    const int leader = term % 3;
    for (int i = 0; i < 5; ++i) write();
    cluster.Vanish(leader);
    // For a while nobody has noticed, then there is no leader, then there is.
    EXPECT_FALSE(client->Append(AppendOf("s", id + 1)).ok());
    cluster.Unseat();
    EXPECT_FALSE(client->Append(AppendOf("s", id + 1)).ok());
    cluster.Elect((leader + 1) % 3);
    write();
    cluster.ComeBack(leader);
  }
  EXPECT_EQ(cluster.Log(), acknowledged);
}

TEST(AClientOfACluster, IsLedToTheLeaderByOneWhoIsTakenForIt) {
  StubCluster cluster(3);
  for (int node = 0; node < 3; ++node) cluster.Lie(node, 1);
  const auto client = MustCreate(cluster.options({0, 1, 2}));
  EXPECT_TRUE(client->Append(AppendOf("s", 1)).ok());
  EXPECT_TRUE(client->Append(AppendOf("s", 2)).ok());
  EXPECT_EQ(cluster.Calls(1, "Append"), 1);
  EXPECT_EQ(cluster.Calls(0, "Append"), 2);
  EXPECT_THAT(cluster.Log(), SizeIs(2));
}

TEST(AClientOfACluster, DoesNotWaitForASeedThatLags) {
  StubCluster cluster(2);
  cluster.DelayGossip(1, absl::Seconds(2));
  ClientOptions options = cluster.options({0, 1});
  options.gossip_timeout = absl::Milliseconds(100);
  for (int i = 0; i < 4; ++i) {  // Whichever is asked first.
    const absl::Time began = absl::Now();
    EXPECT_TRUE(MustCreate(options)->Append(AppendOf("s", 1)).ok());
    EXPECT_LT(absl::Now() - began, absl::Seconds(2));
  }
}

TEST(AClientOfACluster, FindsItAgainWhenEverySeedIsGone) {
  StubCluster cluster(4);
  const auto client = MustCreate(cluster.options({0, 1}));
  ASSERT_TRUE(client->Append(AppendOf("s", 1)).ok());
  cluster.Vanish(0);
  cluster.Vanish(1);
  cluster.Elect(3);
  EXPECT_TRUE(WriteAtLast(*client, 2));
  EXPECT_THAT(cluster.Log(), SizeIs(2));
}

TEST(AClientOfACluster, ReadsFromAFollowerWhileTheOthersStillNameALeaderThatIsGone) {
  StubCluster cluster(3);
  const auto client = MustCreate(cluster.options({0, 1, 2}));
  ASSERT_TRUE(client->Append(AppendOf("s", 1)).ok());
  cluster.Vanish(0);
  absl::StatusOr<std::size_t> events = CountEventsOfAnyNode(*client);
  if (!events.ok()) events = CountEventsOfAnyNode(*client);  // The first one had begun there.
  ASSERT_TRUE(events.ok()) << events.status();
  EXPECT_EQ(*events, 1U);
}

TEST(AClientOfACluster, ReadsAsAStoreWhatWasAcknowledgedThoughItsNodeLagsBehind) {
  StubCluster cluster(3);
  ClientOptions options = cluster.options({0, 1, 2});
  options.node_preference = NodePreference::kFollower;
  const auto client = MustCreate(options);
  ClientEventStore store(*client);
  cluster.StopReplicating(1, 0);
  cluster.StopReplicating(2, 0);
  ASSERT_EQ(*CountEventsOfAnyNode(*client), 0U);
  ASSERT_TRUE(WriteAtLast(*MustCreate(cluster.options({0})), 1));
  EXPECT_EQ(*CountEventsOfAnyNode(*client), 0U);  // A client that may read old states does.
  const absl::StatusOr<std::size_t> events = CountEvents(store);
  ASSERT_TRUE(events.ok()) << events.status();
  EXPECT_EQ(*events, 1U);
}

TEST(AClientOfACluster, GivesUpInTimeWhenAllAreGone) {
  StubCluster cluster(3);
  ClientOptions options = cluster.options({0, 1, 2});
  options.discover_attempts_max = 2;
  const auto client = MustCreate(options);
  ASSERT_TRUE(client->Append(AppendOf("s", 1)).ok());
  for (int node = 0; node < 3; ++node) cluster.Vanish(node);
  const auto refused = client->Append(AppendOf("s", 2));
  EXPECT_TRUE(absl::IsUnavailable(refused.status())) << refused.status();
  EXPECT_THAT(cluster.Log(), ElementsAre(Id(1).ToString()));
  cluster.ComeBack(2);
  cluster.Elect(2);
  EXPECT_TRUE(WriteAtLast(*client, 2));
}

}  // namespace
}  // namespace eventstoredb
