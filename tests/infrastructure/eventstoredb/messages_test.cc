#include "infrastructure/eventstoredb/client/messages.h"

#include <map>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "infrastructure/eventstoredb/client/backoff.h"
#include "infrastructure/eventstoredb/client/node_choice.h"
#include "infrastructure/eventstoredb/client/subscription_place.h"
#include "tests/infrastructure/eventstoredb/scripted_server.h"
#include "tests/support/event_store_testing.h"

namespace eventstoredb {

using namespace client;  // NOLINT: what is tested.

namespace {

using event_store::client::gossip::ClusterInfo;
using event_store::client::gossip::MemberInfo;
using testing::ElementsAre;
using testing::SizeIs;
using namespace testing_support;  // NOLINT: the words of these tests.

// --- Appends ------------------------------------------------------------------------------------

TEST(ClientCheck, C35_ContentTypesSayJsonOrBinary) {
  ProposedEvent event = Event(1);
  event.data = "{\"n\":1}";
  const auto json = ToAppendMessage(event).proposed_message();
  EXPECT_EQ(json.metadata().at("content-type"), "application/json");
  EXPECT_EQ(json.metadata().at("type"), "Tested");
  EXPECT_EQ(json.data(), "{\"n\":1}");
  EXPECT_EQ(json.id().string(), Id(1).ToString());
  event.is_json = false;
  EXPECT_EQ(ToAppendMessage(event).proposed_message().metadata().at("content-type"),
            "application/octet-stream");
}

TEST(ClientCheck, C41_ALargeBatchIsSplitAndOnlyTheLastPartIsFinal) {
  AppendRequest request{.stream = "s", .expected = ExpectedRevision::Exact(3)};
  for (std::uint64_t i = 1; i <= 7; ++i) {
    request.events.push_back(Event(i));
    request.events.back().data = std::string(1'000, 'x');
  }
  request.events[3].data = std::string(9'000, 'x');  // Larger than a part may be: alone.
  const auto parts = ToBatchAppend(request, Id(9), absl::Now(), true, 2'500);
  ASSERT_THAT(parts, SizeIs(5));
  int events = 0;
  for (const auto& part : parts) {
    EXPECT_EQ(part.has_options(), &part == &parts.front());
    EXPECT_EQ(part.is_final(), &part == &parts.back());
    EXPECT_EQ(part.correlation_id().string(), Id(9).ToString());
    std::size_t bytes = 0;
    for (const auto& event : part.proposed_messages()) bytes += event.ByteSizeLong();
    EXPECT_TRUE(bytes < 2'500 || part.proposed_messages_size() == 1);
    for (const auto& event : part.proposed_messages()) {
      EXPECT_EQ(event.id().string(), Id(static_cast<std::uint64_t>(++events)).ToString());
    }
  }
  EXPECT_EQ(events, 7);
  EXPECT_EQ(parts.front().options().stream_position(), 3U);
}

TEST(ABatch, WithoutEventsIsOneFinalRequest) {
  const auto parts = ToBatchAppend({.stream = "s"}, Id(1), absl::Now(), true, 100);
  ASSERT_THAT(parts, SizeIs(1));
  EXPECT_TRUE(parts[0].is_final());
  EXPECT_TRUE(parts[0].options().has_any());
}

TEST(ABatch, SaysItsDeadlineAsTheServerKnowsIt) {
  const absl::Time now = absl::FromUnixSeconds(1'000);
  AppendRequest request{.stream = "s"};
  request.deadline = now + absl::Milliseconds(1'500);
  const auto duration = ToBatchAppend(request, Id(1), now, true, 100)[0].options();
  EXPECT_EQ(duration.deadline().seconds(), 1);
  EXPECT_EQ(duration.deadline().nanos(), 500'000'000);
  const auto time = ToBatchAppend(request, Id(1), now, false, 100)[0].options();
  EXPECT_EQ(time.deadline_21_10_0().seconds(), 1'001);
  EXPECT_EQ(time.deadline_21_10_0().nanos(), 500'000'000);
}

TEST(Expectations, AreSentInEachOfTheThreeForms) {
  const auto append = [](ExpectedRevision expected) {
    return ToAppendOptions({.stream = "s", .expected = expected}).options();
  };
  EXPECT_TRUE(append(ExpectedRevision::Any()).has_any());
  EXPECT_TRUE(append(ExpectedRevision::NoStream()).has_no_stream());
  EXPECT_TRUE(append(ExpectedRevision::StreamExists()).has_stream_exists());
  EXPECT_EQ(append(ExpectedRevision::Exact(0)).expected_stream_revision_case(),
            streams::AppendReq::Options::kRevision);
  EXPECT_EQ(ToDelete({.stream = "s", .expected = ExpectedRevision::Exact(4)}).options().revision(),
            4U);
  EXPECT_TRUE(ToTombstone({.stream = "s"}).options().has_any());
}

// --- Reads --------------------------------------------------------------------------------------

TEST(ClientCheck, C47_AReadWithoutACountReadsAll) {
  EXPECT_EQ(ToRead(ReadStreamRequest{.stream = "s"}, {})->options().count(), UINT64_MAX);
}

TEST(ClientCheck, C48_WhatIsOutOfRangeIsRefusedWithoutACall) {
  const auto code = [](const auto& request) { return ToRead(request, {}).status().code(); };
  constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
  EXPECT_EQ(code(ReadStreamRequest{.stream = "s", .from = 1ULL << 63}), kInvalid);
  EXPECT_EQ(code(ReadStreamRequest{.stream = "s", .count_max = 0}), kInvalid);
  EXPECT_EQ(code(ReadStreamRequest{}), kInvalid);
  EXPECT_EQ(code(ReadAllRequest{.from = Position{1, 2}}), kInvalid);
  EXPECT_EQ(code(ReadAllRequest{.from = Position{1ULL << 63, 0}}), kInvalid);
  EXPECT_EQ(code(ReadAllRequest{.count_max = 0}), kInvalid);
}

TEST(AReadRequest, SaysWhereItBegins) {
  const auto of = [](Direction direction, std::optional<std::uint64_t> from) {
    return ToRead(ReadStreamRequest{.stream = "s", .direction = direction, .from = from}, {})
        ->options();
  };
  EXPECT_TRUE(of(Direction::kForwards, std::nullopt).stream().has_start());
  EXPECT_TRUE(of(Direction::kBackwards, std::nullopt).stream().has_end());
  EXPECT_EQ(of(Direction::kBackwards, 7).stream().revision(), 7U);
  EXPECT_TRUE(of(Direction::kForwards, 7).has_no_filter());
  EXPECT_TRUE(of(Direction::kForwards, 7).uuid_option().has_string());
  const auto all = ToRead(ReadAllRequest{.from = Position{9, 8}}, {})->options().all();
  EXPECT_EQ(all.position().commit_position(), 9U);
  EXPECT_EQ(all.position().prepare_position(), 8U);
}

TEST(ClientCheck, C62_AWindowOfZeroIsRefusedWithoutACall) {
  const SubscribeRequest request{.filter = Filter::StreamPrefixes({"a"})};
  EXPECT_FALSE(ToSubscribe(request, {.search_window = 0}).ok());
}

TEST(ClientCheck, C63_AWindowIsSentAsMaxElseAsCount) {
  SubscribeRequest request{.filter = Filter::EventTypePrefixes({"a", "b"}),
                           .checkpoint_interval_events = 150};
  const auto given = ToSubscribe(request, {.search_window = 50})->options().filter();
  EXPECT_EQ(given.max(), 50U);
  EXPECT_EQ(given.checkpointintervalmultiplier(), 3U);
  EXPECT_THAT(given.event_type().prefix(), ElementsAre("a", "b"));
  const auto own = ToSubscribe(request, {})->options().filter();
  EXPECT_TRUE(own.has_count());
  EXPECT_EQ(own.checkpointintervalmultiplier(), 4U);
  request.checkpoint_interval_events = 10;
  const auto narrow = ToSubscribe(request, {})->options().filter();
  EXPECT_EQ(narrow.max(), 10U);
  EXPECT_EQ(narrow.checkpointintervalmultiplier(), 1U);
}

TEST(ClientCheck, C66_ASubscriptionSendsItsPlaceAsItIs) {
  const auto stream = ToSubscribe({.stream = "s", .after_revision = 5}, {})->options();
  EXPECT_EQ(stream.stream().revision(), 5U);
  EXPECT_TRUE(stream.has_subscription());
  const auto all = ToSubscribe({.after_position = Position{7, 7}}, {})->options();
  EXPECT_EQ(all.all().position().commit_position(), 7U);
  EXPECT_TRUE(ToSubscribe({.from_end = true}, {})->options().all().has_end());
  EXPECT_FALSE(ToSubscribe({.stream = "s", .after_revision = 5, .from_end = true}, {}).ok());
}

TEST(ClientCheck, C49_ALinkWithoutItsTargetIsDeliveredAlone) {
  auto message = EventMessage("links", 4);
  *message.mutable_event()->mutable_link() = message.event().event();
  message.mutable_event()->clear_event();
  const auto resolved = ToResolvedEvent(std::move(*message.mutable_event()));
  ASSERT_TRUE(resolved.ok()) << resolved.status();
  EXPECT_FALSE(resolved->event.has_value());
  EXPECT_EQ(resolved->Original().revision, 4U);
}

TEST(ClientCheck, C50_C51_BytesComeAsTheyAreThoughTheyClaimToBeJson) {
  auto message = EventMessage("s", 0);
  message.mutable_event()->mutable_event()->set_data("{not json");
  message.mutable_event()->mutable_event()->set_custom_metadata("\x01\xFF");
  const auto resolved = ToResolvedEvent(std::move(*message.mutable_event()));
  ASSERT_TRUE(resolved.ok()) << resolved.status();
  EXPECT_TRUE(resolved->event->is_json);
  EXPECT_EQ(resolved->event->data, "{not json");
  EXPECT_EQ(resolved->event->metadata, "\x01\xFF");
}

TEST(ClientCheck, C52_TheTimeOfCreationIsKeptToTheTick) {
  const auto resolved = ToResolvedEvent(std::move(*EventMessage("s", 0).mutable_event()));
  EXPECT_EQ(resolved->event->created,
            absl::FromUnixMicros(1'640'995'200'123'456) + absl::Nanoseconds(700));
}

TEST(ClientCheck, C57_IdsReadTheSameInBothEncodings) {
  wire::UUID structured;
  structured.mutable_structured()->set_most_significant_bits(4822678189205111);
  structured.mutable_structured()->set_least_significant_bits(-8603657889541918977);
  EXPECT_EQ(ToUuid(structured)->ToString(), "00112233-4455-6677-8899-aabbccddeeff");
  wire::UUID text;
  text.set_string("00112233-4455-6677-8899-AABBCCDDEEFF");
  EXPECT_EQ(ToUuid(text), ToUuid(structured));
  EXPECT_EQ(ToUuid(wire::UUID()), std::nullopt);
}

TEST(AnEvent, OfAServerThatLosesItsWordsIsDataLoss) {
  const auto broken = [](auto change) {
    auto message = EventMessage("s", 0);
    change(*message.mutable_event()->mutable_event());
    return ToResolvedEvent(std::move(*message.mutable_event())).status().code();
  };
  constexpr auto kLost = absl::StatusCode::kDataLoss;
  EXPECT_EQ(broken([](auto& event) { event.mutable_id()->set_string("x"); }), kLost);
  EXPECT_EQ(broken([](auto& event) { event.mutable_metadata()->erase("type"); }), kLost);
  EXPECT_EQ(broken([](auto& event) { (*event.mutable_metadata())["created"] = "x"; }), kLost);
  EXPECT_EQ(ToResolvedEvent({}).status().code(), kLost);
}

// --- Where a subscription is --------------------------------------------------------------------

ResolvedEvent At(std::uint64_t revision) {
  return *ToResolvedEvent(std::move(*EventMessage("s", revision).mutable_event()));
}

TEST(ASubscriptionsPlace, MovesWithEachEventAndDropsRepeats) {
  using Step = SubscriptionPlace::Step;
  SubscriptionPlace place({.stream = "s"});
  EXPECT_EQ(place.Take(At(0)), Step::kNext);
  EXPECT_EQ(place.Take(At(1)), Step::kNext);
  EXPECT_EQ(place.Take(At(1)), Step::kRepeat);
  EXPECT_EQ(place.Take(At(0)), Step::kRepeat);
  EXPECT_EQ(place.request().after_revision, 1U);
}

TEST(ASubscriptionsPlace, AsksOnceMoreWhenRevisionsAreMissingThenTakesThemForTruncated) {
  using Step = SubscriptionPlace::Step;
  SubscriptionPlace place({.stream = "s"});
  EXPECT_EQ(place.Take(At(3)), Step::kNext);  // Truncated before.
  EXPECT_EQ(place.Take(At(5)), Step::kGap);
  EXPECT_EQ(place.request().after_revision, 3U);
  place.Opened();
  EXPECT_EQ(place.Take(At(5)), Step::kNext);
  EXPECT_EQ(place.Take(At(INT64_MAX)), Step::kNext);  // A tombstone stands far off.
}

TEST(ASubscriptionsPlace, InAllIsThePositionOfTheEventNeverThatOfACheckpoint) {
  using Step = SubscriptionPlace::Step;
  SubscriptionPlace place({});
  EXPECT_EQ(place.Take(At(1)), Step::kNext);
  EXPECT_TRUE(place.TakeCheckpoint({900, 900}));
  EXPECT_FALSE(place.TakeCheckpoint({900, 900}));
  EXPECT_FALSE(place.TakeCheckpoint({800, 800}));
  EXPECT_EQ(place.request().after_position, (Position{200, 200}));
  EXPECT_EQ(place.Take(At(0)), Step::kRepeat);
  EXPECT_EQ(place.Take(At(7)), Step::kNext);
}

// --- Which node ---------------------------------------------------------------------------------

ClusterInfo Cluster(const std::vector<std::pair<MemberInfo::VNodeState, bool>>& members) {
  ClusterInfo cluster;
  std::uint32_t port = 1;
  for (const auto& [state, alive] : members) {
    MemberInfo& member = *cluster.add_members();
    member.set_state(state);
    member.set_is_alive(alive);
    member.mutable_http_end_point()->set_address("node");
    member.mutable_http_end_point()->set_port(port++);
  }
  return cluster;
}

std::map<int, int> Chosen(const ClusterInfo& cluster, NodePreference preference,
                          const std::optional<Endpoint>& failed = std::nullopt) {
  absl::BitGen random;
  std::map<int, int> ports;
  for (int i = 0; i < 300; ++i) {
    const std::optional<Endpoint> chosen = ChooseNode(cluster, preference, failed, random);
    ++ports[chosen.has_value() ? chosen->port : 0];
  }
  return ports;
}

TEST(ClientCheck, C14_ADeadLeaderIsNotChosen) {
  EXPECT_THAT(Chosen(Cluster({{MemberInfo::Leader, false}, {MemberInfo::Follower, true}}),
                     NodePreference::kLeader),
              ElementsAre(testing::Pair(2, 300)));
}

TEST(ClientCheck, C15_MembersThatTakeNoCallsAreNotChosen) {
  EXPECT_THAT(Chosen(Cluster({{MemberInfo::CatchingUp, true}, {MemberInfo::ShuttingDown, true}}),
                     NodePreference::kRandom),
              ElementsAre(testing::Pair(0, 300)));
}

TEST(ClientCheck, C16_AFollowerIsChosenWhereOneIsWished) {
  const ClusterInfo cluster = Cluster(
      {{MemberInfo::Leader, true}, {MemberInfo::Follower, true}, {MemberInfo::Follower, true}});
  const std::map<int, int> chosen = Chosen(cluster, NodePreference::kFollower);
  EXPECT_EQ(chosen.count(1), 0U);
  EXPECT_THAT(chosen, SizeIs(2));  // Each of the two at times.
  EXPECT_THAT(Chosen(cluster, NodePreference::kLeader), ElementsAre(testing::Pair(1, 300)));
  EXPECT_THAT(Chosen(cluster, NodePreference::kRandom), SizeIs(3));
}

TEST(NodeChoice, PassesOverTheOneThatHasJustFailedIfThereIsAnother) {
  const Endpoint failed{"node", 1};
  EXPECT_THAT(Chosen(Cluster({{MemberInfo::Leader, true}, {MemberInfo::Follower, true}}),
                     NodePreference::kLeader, failed),
              ElementsAre(testing::Pair(2, 300)));
  EXPECT_THAT(Chosen(Cluster({{MemberInfo::Leader, true}}), NodePreference::kLeader, failed),
              ElementsAre(testing::Pair(1, 300)));
}

TEST(NodeChoice, KeepsABoundedNumberOfMembers) {
  const ClusterInfo cluster = Cluster({{MemberInfo::Leader, true},
                                       {MemberInfo::Follower, false},
                                       {MemberInfo::Follower, true},
                                       {MemberInfo::Follower, true}});
  EXPECT_THAT(MembersThatTakeCalls(cluster, 2),
              ElementsAre(Endpoint{"node", 1}, Endpoint{"node", 3}));
}

TEST(ClientCheck, C17_WithoutReplicasAnyMemberWillDo) {
  EXPECT_THAT(Chosen(Cluster({{MemberInfo::Leader, true}, {MemberInfo::Follower, true}}),
                     NodePreference::kReadOnlyReplica),
              SizeIs(2));
  EXPECT_THAT(Chosen(Cluster({{MemberInfo::Leader, true}, {MemberInfo::ReadOnlyLeaderless, true}}),
                     NodePreference::kReadOnlyReplica),
              ElementsAre(testing::Pair(2, 300)));
}

TEST(APause, DoublesUpToItsBoundAndStaysInItsUpperHalf) {
  const auto pause = [](int attempt, double share) {
    return Backoff(absl::Milliseconds(100), absl::Seconds(10), attempt, share);
  };
  EXPECT_EQ(pause(1, 1.0), absl::Milliseconds(100));
  EXPECT_EQ(pause(1, 0.0), absl::Milliseconds(50));
  EXPECT_EQ(pause(4, 1.0), absl::Milliseconds(800));
  EXPECT_EQ(pause(50, 1.0), absl::Seconds(10));
  EXPECT_EQ(pause(1'000'000, 0.0), absl::Seconds(5));
}

}  // namespace
}  // namespace eventstoredb
