// Persistent subscriptions as a client sees them. Numbered as the protocol's server checks (S).
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "tests/infrastructure/node/grpc/group_testing.h"

namespace eventstoredb::testing_support {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

using Trailers = std::map<std::string, std::string>;

Trailers Missing(const std::string& stream, const std::string& group) {
  return {{"exception", "persistent-subscription-does-not-exist"},
          {"stream-name", stream},
          {"group-name", group}};
}

class PersistentSubscriptions : public GroupTest {};

TEST_F(PersistentSubscriptions, S147_AreNotMadeTwice) {
  EXPECT_EQ(Create(GroupOn("s")).code, grpc::StatusCode::OK);
  const Ended again = Create(GroupOn("s"));
  EXPECT_EQ(again.code, grpc::StatusCode::ALREADY_EXISTS);
  EXPECT_EQ(again.trailers, (Trailers{{"exception", "persistent-subscription-exists"},
                                      {"stream-name", "s"},
                                      {"group-name", "g"}}));
}

TEST_F(PersistentSubscriptions, S148_ThatDoNotExistAreNotFound) {
  for (const Ended& end : {Update(GroupOn("s")), Delete("s"), Info("s").end, Replay("s"),
                           Consumer(*this, "s").WaitForEnd()}) {
    EXPECT_EQ(end.code, grpc::StatusCode::NOT_FOUND);
    EXPECT_EQ(end.trailers, Missing("s", "g"));
  }
}

TEST_F(PersistentSubscriptions, S149_S150_ConfirmAndDeliverFromTheStart) {
  AppendEvents("s", 3);
  Create(GroupOn("s"));
  Consumer consumer(*this, "s");
  const auto messages = consumer.Take(4);
  ASSERT_THAT(messages, SizeIs(4));
  EXPECT_EQ(messages[0].subscription_confirmation().subscription_id(), "s::g");
  for (std::size_t i = 1; i < 4; ++i) {
    EXPECT_EQ(messages[i].event().event().stream_revision(), i - 1);
    EXPECT_TRUE(messages[i].event().has_retry_count());
    EXPECT_EQ(messages[i].event().retry_count(), 0);
  }
}

TEST_F(PersistentSubscriptions, DeliverWhatIsWrittenLater) {
  Create(GroupOn("s"));
  Consumer consumer(*this, "s");
  consumer.Take(1);
  AppendEvents("s", 2);
  EXPECT_THAT(Revisions(consumer.Take(2)), ElementsAre(0, 1));
}

TEST_F(PersistentSubscriptions, S151_DeliverNoMoreThanTheWindow) {
  AppendEvents("s", 2);
  Create(GroupOn("s"));
  Consumer consumer(*this, "s", 1);
  const auto first = consumer.Take(2);
  EXPECT_THAT(Revisions(first), ElementsAre(0));
  EXPECT_THAT(consumer.TakeWithin(absl::Milliseconds(200)), IsEmpty());
  consumer.Ack(first[1]);
  EXPECT_THAT(Revisions(consumer.Take(1)), ElementsAre(1));
}

TEST_F(PersistentSubscriptions, S152_S153_RetryAndThenPark) {
  AppendEvents("s", 1);
  auto request = GroupOn("s");
  request.mutable_options()->mutable_settings()->set_max_retry_count(2);
  Create(request);
  Consumer consumer(*this, "s");
  consumer.Take(1);
  for (const std::int32_t retries : {0, 1, 2}) {
    const auto messages = consumer.Take(1);
    ASSERT_THAT(messages, SizeIs(1));
    EXPECT_EQ(messages[0].event().retry_count(), retries);
    consumer.Nack(messages[0], groups::ReadReq::Nack::Retry);
  }
  EXPECT_TRUE(Eventually([&] { return Info("s").info.parked_message_count() == 1; }));
}

TEST_F(PersistentSubscriptions, S154_ParkALinkWithItsReason) {
  AppendEvents("s", 1);
  Create(GroupOn("s"));
  Consumer consumer(*this, "s");
  consumer.Nack(consumer.Take(2).at(1), groups::ReadReq::Nack::Park, "broken");
  ASSERT_TRUE(Eventually([&] { return Info("s").info.parked_message_count() == 1; }));
  const auto parked = Read(ReadStreamFromStart("$persistentsubscription-s::g-parked", 10));
  ASSERT_THAT(parked.messages, SizeIs(1));
  const auto& event = parked.messages[0].event().event();
  EXPECT_EQ(event.data(), "0@s");
  EXPECT_EQ(event.metadata().at("type"), "$>");
  const auto metadata = nlohmann::json::parse(event.custom_metadata());
  EXPECT_THAT(metadata.at("reason").get<std::string>(), ::testing::EndsWith("\nbroken"));
}

TEST_F(PersistentSubscriptions, S155_S156_SkipAndStopAreLikeAnAck) {
  for (const auto action : {groups::ReadReq::Nack::Skip, groups::ReadReq::Nack::Stop}) {
    const std::string stream = absl::StrCat("s", action);
    AppendEvents(stream, 1);
    Create(GroupOn(stream));
    Consumer consumer(*this, stream);
    consumer.Nack(consumer.Take(2).at(1), action);
    AppendEvents(stream, 1);
    EXPECT_THAT(Revisions(consumer.Take(1)), ElementsAre(1));
    EXPECT_EQ(Info(stream).info.parked_message_count(), 0);
  }
}

TEST_F(PersistentSubscriptions, S157_RetryWhatIsOutForTooLong) {
  AppendEvents("s", 1);
  auto request = GroupOn("s");
  request.mutable_options()->mutable_settings()->set_message_timeout_ms(300);
  Create(request);
  Consumer consumer(*this, "s");
  consumer.Take(2);
  const auto again = consumer.Take(1);
  ASSERT_THAT(again, SizeIs(1));
  EXPECT_EQ(again[0].event().retry_count(), 1);
}

TEST_F(PersistentSubscriptions, S158_HandWhatADisconnectedConsumerHeldToAnother) {
  AppendEvents("s", 1);
  Create(GroupOn("s"));
  auto first = std::make_unique<Consumer>(*this, "s");
  first->Take(2);
  Consumer second(*this, "s");
  second.Take(1);
  first.reset();
  const auto taken = second.Take(1);
  ASSERT_THAT(taken, SizeIs(1));
  EXPECT_EQ(taken[0].event().retry_count(), 1);
}

TEST_F(PersistentSubscriptions, S159_ReplayWhatIsParked) {
  AppendEvents("s", 1);
  Create(GroupOn("s"));
  Consumer consumer(*this, "s");
  consumer.Nack(consumer.Take(2).at(1), groups::ReadReq::Nack::Park);
  ASSERT_TRUE(Eventually([&] { return Info("s").info.parked_message_count() == 1; }));
  EXPECT_EQ(Replay("s").code, grpc::StatusCode::OK);
  const auto replayed = consumer.Take(1);
  ASSERT_THAT(replayed, SizeIs(1));
  const auto& event = replayed[0].event();
  EXPECT_EQ(event.link().stream_identifier().stream_name(), "$persistentsubscription-s::g-parked");
  EXPECT_EQ(event.event().stream_identifier().stream_name(), "s");
  EXPECT_EQ(event.retry_count(), 0);
  EXPECT_EQ(event.event().commit_position(), event.link().commit_position());
  EXPECT_EQ(event.commit_position(), event.link().commit_position());
  consumer.Ack(replayed[0]);
  EXPECT_TRUE(Eventually([&] {
    const auto info = Info("s").info;
    return info.parked_message_count() == 0 && info.outstanding_messages_count() == 0;
  }));
}

TEST_F(PersistentSubscriptions, ReplayBelowStopAt) {
  AppendEvents("s", 3);
  Create(GroupOn("s"));
  Consumer consumer(*this, "s");
  for (const auto& message : consumer.Take(4)) {
    if (message.has_event()) consumer.Nack(message, groups::ReadReq::Nack::Park);
  }
  ASSERT_TRUE(Eventually([&] { return Info("s").info.parked_message_count() == 3; }));
  Replay("s", 2);
  EXPECT_THAT(consumer.Take(2), SizeIs(2));
  EXPECT_THAT(consumer.TakeWithin(absl::Milliseconds(200)), IsEmpty());
  EXPECT_EQ(Info("s").info.parked_message_count(), 1);
}

TEST_F(PersistentSubscriptions, S160_DoNotReplayBelowANegativeNumber) {
  Create(GroupOn("s"));
  const Ended end = Replay("s", -1);
  EXPECT_EQ(end.code, grpc::StatusCode::INTERNAL);
  EXPECT_EQ(end.trailers.at("exception"), "persistent-subscription-failed");
}

TEST_F(PersistentSubscriptions, S161_RefuseMoreConsumersThanTheyMayHave) {
  auto request = GroupOn("s");
  request.mutable_options()->mutable_settings()->set_max_subscriber_count(1);
  Create(request);
  Consumer first(*this, "s");
  first.Take(1);
  Consumer second(*this, "s");
  const Ended end = second.WaitForEnd();
  EXPECT_EQ(end.code, grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(end.trailers, (Trailers{{"exception", "maximum-subscribers-reached"},
                                    {"stream-name", "s"},
                                    {"group-name", "g"}}));
  AppendEvents("s", 1);
  EXPECT_THAT(first.Take(1), SizeIs(1));
}

TEST_F(PersistentSubscriptions, S162_DropTheirConsumersWhenTheyEndOrChange) {
  const Trailers dropped = {
      {"exception", "persistent-subscription-dropped"}, {"stream-name", "s"}, {"group-name", "g"}};
  const std::vector<std::function<Ended()>> ends = {[this] { return Update(GroupOn("s")); },
                                                    [this] { return Restart(); },
                                                    [this] { return Delete("s"); }};
  Create(GroupOn("s"));
  for (const auto& end : ends) {
    Consumer consumer(*this, "s");
    consumer.Take(1);
    EXPECT_EQ(end().code, grpc::StatusCode::OK);
    const Ended ended = consumer.WaitForEnd();
    EXPECT_EQ(ended.code, grpc::StatusCode::CANCELLED);
    EXPECT_EQ(ended.trailers, dropped);
  }
}

TEST_F(PersistentSubscriptions, S163_GiveEachConsumerItsTurn) {
  Create(GroupOn("s"));
  Consumer first(*this, "s");
  Consumer second(*this, "s");
  first.Take(1);
  second.Take(1);
  AppendEvents("s", 10);
  EXPECT_THAT(first.Take(5), SizeIs(5));
  EXPECT_THAT(second.Take(5), SizeIs(5));
}

TEST_F(PersistentSubscriptions, S164_PinAStreamToOneConsumer) {
  auto request = GroupOnAll();
  request.mutable_options()->mutable_settings()->set_consumer_strategy("Pinned");
  request.mutable_options()
      ->mutable_all()
      ->mutable_filter()
      ->mutable_stream_identifier()
      ->add_prefix("p-");
  Create(request);
  Consumer first(*this, "", 100);
  Consumer second(*this, "", 100);
  first.Take(1);
  second.Take(1);
  for (int i = 0; i < 8; ++i) AppendEvents(absl::StrCat("p-", i), 3);
  ASSERT_TRUE(Eventually([&] { return first.taken() + second.taken() == 24 + 2; }));
  std::set<std::string> seen;
  for (Consumer* consumer : {&first, &second}) {
    std::set<std::string> streams;
    for (const auto& message : consumer->TakeWithin(absl::ZeroDuration())) {
      streams.insert(message.event().event().stream_identifier().stream_name());
    }
    for (const std::string& stream : streams) EXPECT_TRUE(seen.insert(stream).second) << stream;
  }
  EXPECT_THAT(seen, SizeIs(8));
}

TEST_F(PersistentSubscriptions, S165_RefuseAnUnknownStrategy) {
  auto request = GroupOn("s");
  request.mutable_options()->mutable_settings()->set_consumer_strategy("Nonsense");
  const Ended end = Create(request);
  EXPECT_EQ(end.code, grpc::StatusCode::INTERNAL);
  EXPECT_EQ(end.trailers, (Trailers{{"exception", "persistent-subscription-failed"},
                                    {"stream-name", "s"},
                                    {"group-name", "g"},
                                    {"reason", "Consumer strategy Nonsense does not exist."}}));
}

TEST_F(PersistentSubscriptions, S166_GoOnAfterTheCheckpointWhenTheNodeStartsAnew) {
  AppendEvents("s", 3);
  auto request = GroupOn("s");
  request.mutable_options()->mutable_settings()->set_max_checkpoint_count(1);
  Create(request);
  {
    Consumer consumer(*this, "s");
    const auto messages = consumer.Take(4);
    consumer.Ack(messages.at(1));
    consumer.Ack(messages.at(2));
    ASSERT_TRUE(
        Eventually([&] { return Info("s").info.last_checkpointed_event_position() == "1"; }));
  }
  RestartNode();
  EXPECT_EQ(Info("s").info.last_checkpointed_event_position(), "1");
  Consumer consumer(*this, "s");
  EXPECT_THAT(Revisions(consumer.Take(2)), ElementsAre(2));
}

TEST_F(PersistentSubscriptions, AreThereWithTheirParkedMessagesWhenTheNodeStartsAnew) {
  AppendEvents("s", 2);
  auto request = GroupOn("s");
  request.mutable_options()->mutable_settings()->set_resolve_links(true);
  Create(request);
  Create(GroupOnAll());
  {
    Consumer consumer(*this, "s");
    consumer.Nack(consumer.Take(3).at(1), groups::ReadReq::Nack::Park);
    ASSERT_TRUE(Eventually([&] { return Info("s").info.parked_message_count() == 1; }));
  }
  RestartNode();
  const auto info = Info("s").info;
  EXPECT_EQ(info.parked_message_count(), 1);
  EXPECT_TRUE(info.resolve_link_tos());
  EXPECT_EQ(Info("").info.event_source(), "$all");
  EXPECT_EQ(Replay("s").code, grpc::StatusCode::OK);
  Consumer consumer(*this, "s", 100);
  EXPECT_TRUE(Eventually([&] { return consumer.taken() == 1 + 3; }));
}

TEST_F(PersistentSubscriptions, KeepParkedWhatIsReplayedUntilItIsAnswered) {
  AppendEvents("s", 2);
  Create(GroupOn("s"));
  {
    Consumer consumer(*this, "s");
    for (const auto& message : consumer.Take(3)) {
      if (message.has_event()) consumer.Nack(message, groups::ReadReq::Nack::Park);
    }
    ASSERT_TRUE(Eventually([&] { return Info("s").info.parked_message_count() == 2; }));
    EXPECT_EQ(Replay("s").code, grpc::StatusCode::OK);
    const auto replayed = consumer.Take(2);
    ASSERT_THAT(replayed, SizeIs(2));
    EXPECT_EQ(Info("s").info.parked_message_count(), 0);
    EXPECT_THAT(Info("s").info.status(), HasSubstr("ReplayingParkedMessages"));
    consumer.Ack(replayed[0]);
    ASSERT_TRUE(Eventually([&] { return Info("s").info.total_in_flight_messages() == 1; }));
  }
  RestartNode();
  EXPECT_EQ(Info("s").info.parked_message_count(), 2) << "one twice, and none lost";
  EXPECT_EQ(Replay("s").code, grpc::StatusCode::OK);
  Consumer consumer(*this, "s");
  for (const auto& message : consumer.Take(3)) {
    if (message.has_event()) consumer.Ack(message);
  }
  ASSERT_TRUE(
      Eventually([&] { return Info("s").info.status().find("Replaying") == std::string::npos; }));
  RestartNode();
  EXPECT_EQ(Info("s").info.parked_message_count(), 0);
}

TEST_F(PersistentSubscriptions, FromTheEndLoseNothingWhenTheNodeStartsAnew) {
  AppendEvents("s", 2);
  auto request = GroupOn("s");
  request.mutable_options()->mutable_stream()->mutable_end();
  Create(request);
  EXPECT_EQ(Info("s").info.start_from(), "-1");
  AppendEvents("s", 1);
  RestartNode();
  Consumer consumer(*this, "s");
  EXPECT_THAT(Revisions(consumer.Take(2)), ElementsAre(2));
}

TEST_F(PersistentSubscriptions, S167_SayThatTheyAreLive) {
  Create(GroupOn("s"));
  const auto info = Info("s").info;
  EXPECT_EQ(info.status(), "Live");
  EXPECT_EQ(info.start_from(), "0");
}

TEST_F(PersistentSubscriptions, S168_OnAllDeliverWhatPassesTheFilter) {
  AppendEvents("other", 1);
  AppendEvents("a-1", 1);
  auto request = GroupOnAll();
  request.mutable_options()
      ->mutable_all()
      ->mutable_filter()
      ->mutable_stream_identifier()
      ->add_prefix("a-");
  Create(request);
  const auto info = Info("").info;
  EXPECT_EQ(info.event_source(), "$all");
  EXPECT_EQ(info.start_from(), "C:0/P:0");
  Consumer consumer(*this, "");
  AppendEvents("a-2", 1);
  const auto messages = consumer.Take(3);
  ASSERT_THAT(messages, SizeIs(3));
  EXPECT_EQ(messages[1].event().event().stream_identifier().stream_name(), "a-1");
  EXPECT_EQ(messages[2].event().event().stream_identifier().stream_name(), "a-2");
}

TEST_F(PersistentSubscriptions, S169_AreListed) {
  EXPECT_EQ(ListAll().end.code, grpc::StatusCode::OK);
  EXPECT_EQ(ListAll().response.subscriptions_size(), 0);
  const auto none = ListOf("s");
  EXPECT_EQ(none.end.code, grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(none.end.trailers, (Trailers{{"exception", "persistent-subscription-does-not-exist"},
                                         {"stream-name", "s"}}));
  Create(GroupOn("s", "b"));
  Create(GroupOn("s", "a"));
  Create(GroupOnAll());
  const auto listed = ListOf("s").response;
  ASSERT_EQ(listed.subscriptions_size(), 2);
  EXPECT_EQ(listed.subscriptions(0).group_name(), "b");
  EXPECT_EQ(ListOf("").response.subscriptions_size(), 1);
  EXPECT_EQ(ListAll().response.subscriptions_size(), 3);
}

TEST_F(PersistentSubscriptions, S170_IgnoreTheAckOfAnUnknownId) {
  AppendEvents("s", 1);
  Create(GroupOn("s"));
  Consumer consumer(*this, "s");
  consumer.Take(2);
  consumer.AckId(IdText(999));
  AppendEvents("s", 1);
  EXPECT_THAT(Revisions(consumer.Take(1)), ElementsAre(1));
}

TEST_F(PersistentSubscriptions, S197_RefuseAPageAsLargeAsTheBuffer) {
  auto request = GroupOn("s");
  request.mutable_options()->mutable_settings()->set_read_batch_size(500);
  const Ended end = Create(request);
  EXPECT_EQ(end.code, grpc::StatusCode::INTERNAL);
  EXPECT_EQ(end.trailers.at("reason"),
            "Specified argument was out of the range of valid values. (Parameter 'ReadBatchSize "
            "may not be greater than or equal to BufferSize')");
  auto odd = GroupOn("s", "");
  odd.mutable_options()->mutable_settings()->set_live_buffer_size(1);
  odd.mutable_options()->mutable_settings()->set_read_batch_size(0);
  odd.mutable_options()->mutable_settings()->set_max_retry_count(-1);
  EXPECT_EQ(Create(odd).code, grpc::StatusCode::OK);
}

TEST_F(PersistentSubscriptions, S198_AreUpdatedToTheStrategyOfTheEnum) {
  Create(GroupOn("s"));
  EXPECT_EQ(Info("s").info.named_consumer_strategy(), "RoundRobin");
  Update(GroupOn("s"));
  EXPECT_EQ(Info("s").info.named_consumer_strategy(), "DispatchToSingle");
}

TEST_F(PersistentSubscriptions, KeepTheirFilterWhenTheyAreUpdated) {
  auto request = GroupOnAll();
  request.mutable_options()->mutable_all()->mutable_filter()->mutable_event_type()->add_prefix("T");
  Create(request);
  Update(GroupOnAll());
  Append({Options("s"), Event(IdText(900), "{}", "Other")});
  Append({Options("s"), Event(IdText(901), "{}", "Tested")});
  Consumer consumer(*this, "");
  const auto messages = consumer.Take(2);
  ASSERT_THAT(messages, SizeIs(2));
  EXPECT_EQ(messages[1].event().event().metadata().at("type"), "Tested");
}

TEST_F(PersistentSubscriptions, ThatAreMadeAgainBeginAnew) {
  AppendEvents("s", 2);
  auto request = GroupOn("s");
  request.mutable_options()->mutable_settings()->set_max_checkpoint_count(1);
  Create(request);
  {
    Consumer consumer(*this, "s");
    const auto messages = consumer.Take(3);
    consumer.Ack(messages.at(1));
    consumer.Nack(messages.at(2), groups::ReadReq::Nack::Park);
    ASSERT_TRUE(Eventually([&] {
      const auto info = Info("s").info;
      return info.last_checkpointed_event_position() == "1" && info.parked_message_count() == 1;
    }));
  }
  Delete("s");
  Create(request);
  const auto info = Info("s").info;
  EXPECT_EQ(info.last_checkpointed_event_position(), "");
  EXPECT_EQ(info.parked_message_count(), 0);
  Consumer consumer(*this, "s");
  EXPECT_THAT(Revisions(consumer.Take(3)), ElementsAre(0, 1));
}

// A node that ends while it deletes a group may have forgotten the group and not yet its place.
TEST_F(PersistentSubscriptions, DoNotTakeUpThePlaceOfAnEarlierOneThatWasHalfDeleted) {
  AppendEvents("s", 3);
  Append({Options("$persistentsubscription-s::g-checkpoint"),
          Event(IdText(100), R"("1")", "SubscriptionCheckpoint")});
  ASSERT_EQ(Create(GroupOn("s")).code, grpc::StatusCode::OK);
  Consumer consumer(*this, "s");
  consumer.Take(1);
  EXPECT_THAT(Revisions(consumer.Take(3)), ElementsAre(0, 1, 2));
}

TEST_F(PersistentSubscriptions, RefuseAPositionBehindTheEndOfTheLog) {
  auto request = GroupOnAll();
  request.mutable_options()->mutable_all()->mutable_position()->set_commit_position(1'000'000);
  const Ended end = Create(request);
  EXPECT_EQ(end.code, grpc::StatusCode::INTERNAL);
  EXPECT_EQ(end.trailers.at("exception"), "persistent-subscription-failed");
}

TEST_F(PersistentSubscriptions, BeginAtTheRevisionAskedFor) {
  AppendEvents("s", 5);
  auto request = GroupOn("s");
  request.mutable_options()->mutable_stream()->set_revision(3);
  Create(request);
  EXPECT_EQ(Info("s").info.start_from(), "3");
  Consumer consumer(*this, "s");
  EXPECT_THAT(Revisions(consumer.Take(3)), ElementsAre(3, 4));
}

TEST_F(PersistentSubscriptions, RefuseRequestsWithoutTheirParts) {
  EXPECT_EQ(Create({}).code, grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(Create(GroupOn("")).code, grpc::StatusCode::INVALID_ARGUMENT);
  groups::CreateReq no_settings = GroupOn("s");
  no_settings.mutable_options()->clear_settings();
  EXPECT_EQ(Create(no_settings).code, grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(ConsumeWith({}).code, grpc::StatusCode::INVALID_ARGUMENT);
  groups::ReadReq ack;
  ack.mutable_ack();
  EXPECT_EQ(ConsumeWith({ack}).code, grpc::StatusCode::INVALID_ARGUMENT);
  Create(GroupOn("s"));
  groups::ReadReq no_form = ConsumerOptions("s");
  no_form.mutable_options()->clear_uuid_option();
  EXPECT_EQ(ConsumeWith({no_form}).code, grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(ConsumeWith({ConsumerOptions("s"), ConsumerOptions("s")}).code,
            grpc::StatusCode::INVALID_ARGUMENT);
  groups::ReadReq no_id = ack;
  no_id.mutable_ack()->add_ids();
  EXPECT_EQ(ConsumeWith({ConsumerOptions("s"), no_id}).code, grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(PersistentSubscriptions, EndWellWhenTheClientHalfCloses) {
  Create(GroupOn("s"));
  Consumer consumer(*this, "s");
  consumer.Take(1);
  consumer.HalfClose();
  EXPECT_EQ(consumer.WaitForEnd().code, grpc::StatusCode::OK);
  EXPECT_TRUE(Eventually([&] { return Info("s").info.connections_size() == 0; }));
}

TEST_F(PersistentSubscriptions, SayWhoIsConnected) {
  Create(GroupOn("s"));
  Consumer consumer(*this, "s", 7);
  consumer.Take(1);
  const auto info = Info("s").info;
  ASSERT_EQ(info.connections_size(), 1);
  EXPECT_EQ(info.connections(0).username(), "system");
  EXPECT_EQ(info.connections(0).connection_name(), "<unknown>");
  EXPECT_EQ(info.connections(0).available_slots(), 7);
}

TEST_F(PersistentSubscriptions, EndWhenTheServerStops) {
  Create(GroupOn("s"));
  Consumer consumer(*this, "s");
  consumer.Take(1);
  node().Stop(absl::Seconds(10));
  EXPECT_EQ(consumer.WaitForEnd().code, grpc::StatusCode::UNAVAILABLE);
}

TEST_F(PersistentSubscriptions, OfATombstonedStreamGiveNothing) {
  AppendEvents("s", 1);
  ASSERT_TRUE(store().Delete({.stream = "s", .kind = DeleteKind::kTombstone}).ok());
  EXPECT_EQ(Create(GroupOn("s")).code, grpc::StatusCode::OK);
  Consumer consumer(*this, "s");
  EXPECT_THAT(consumer.Take(1), SizeIs(1));
  EXPECT_THAT(consumer.TakeWithin(absl::Milliseconds(200)), IsEmpty());
}

class FewPersistentSubscriptions : public GroupTest {
 protected:
  void SetUp() override {
    StartNode({.groups_max = 2, .group_consumers_max = 1, .groups_bytes_max = 1});
  }
};

TEST_F(FewPersistentSubscriptions, AreNoMoreThanThereMayBe) {
  EXPECT_EQ(Create(GroupOn("s", "1")).code, grpc::StatusCode::OK);
  EXPECT_EQ(Create(GroupOn("s", "2")).code, grpc::StatusCode::OK);
  EXPECT_EQ(Create(GroupOn("s", "3")).code, grpc::StatusCode::INTERNAL);
  Delete("s", "1");
  EXPECT_EQ(Create(GroupOn("s", "3")).code, grpc::StatusCode::OK);
}

TEST_F(FewPersistentSubscriptions, HaveNoMoreConsumersThanThereMayBe) {
  Create(GroupOn("s"));
  Consumer consumer(*this, "s");
  consumer.Take(1);
  EXPECT_EQ(Consumer(*this, "s").WaitForEnd().code, grpc::StatusCode::RESOURCE_EXHAUSTED);
}

TEST_F(FewPersistentSubscriptions, GoOnWhereMemoryIsFull) {
  AppendEvents("s", 100);
  Create(GroupOn("s"));
  Consumer consumer(*this, "s", 1);
  consumer.Take(1);
  for (std::uint64_t i = 0; i < 100; ++i) {
    const auto messages = consumer.Take(1);
    ASSERT_THAT(Revisions(messages), ElementsAre(i));
    consumer.Ack(messages[0]);
  }
}

}  // namespace
}  // namespace eventstoredb::testing_support
