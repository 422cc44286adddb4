// Numbered as the server checks of the protocol (S), and the catalogues of bad input (B) and
// faults (F).
#include <algorithm>
#include <memory>

#include "absl/time/clock.h"
#include <gmock/gmock.h>

#include "tests/infrastructure/node/grpc/node_testing.h"

namespace eventstoredb::testing_support {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

/// A subscription from the client's side, taken message by message.
class Subscriber {
 public:
  Subscriber(streams::Streams::Stub& stub, const streams::ReadReq& request) {
    SetPatience(context_);
    call_ = stub.Read(&context_, request);
  }
  ~Subscriber() {
    context_.TryCancel();
    if (!has_ended_) (void)call_->Finish();
  }
  streams::ReadResp Next() {
    streams::ReadResp message;
    EXPECT_TRUE(call_->Read(&message));
    return message;
  }
  std::uint64_t NextRevision() {
    const streams::ReadResp message = Next();
    EXPECT_TRUE(message.has_event()) << message.ShortDebugString();
    return message.event().event().stream_revision();
  }
  void ExpectConfirmed() {
    const streams::ReadResp message = Next();
    EXPECT_TRUE(message.has_confirmation()) << message.ShortDebugString();
    id_ = message.confirmation().subscription_id();
  }
  void ExpectCaughtUp() {
    const streams::ReadResp message = Next();
    EXPECT_TRUE(message.has_caught_up()) << message.ShortDebugString();
  }
  Ended End() {
    streams::ReadResp message;
    while (call_->Read(&message)) {
    }
    has_ended_ = true;
    return EndOf(call_->Finish(), context_);
  }
  void Cancel() { context_.TryCancel(); }
  const std::string& id() const { return id_; }

 private:
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReader<streams::ReadResp>> call_;
  bool has_ended_ = false;
  std::string id_;
};

class StreamsSubscription : public NodeTest {
 protected:
  static streams::ReadReq FilteredSubscription(std::uint32_t window, std::uint32_t multiplier) {
    streams::ReadReq request = SubscribeToAll();
    auto& filter = *request.mutable_options()->mutable_filter();
    filter.mutable_stream_identifier()->add_prefix("wanted");
    filter.set_max(window);
    filter.set_checkpointintervalmultiplier(multiplier);
    return request;
  }
};

TEST_F(StreamsSubscription, S130_HistoryThenCaughtUpThenLive) {
  AppendEvents("s", 5);
  Subscriber subscriber(stub(), SubscribeToStream("s"));

  subscriber.ExpectConfirmed();
  for (std::uint64_t i = 0; i < 5; ++i) EXPECT_EQ(subscriber.NextRevision(), i);
  subscriber.ExpectCaughtUp();
  AppendEvents("s", 2);
  EXPECT_EQ(subscriber.NextRevision(), 5u);
  EXPECT_EQ(subscriber.NextRevision(), 6u);
}

TEST_F(StreamsSubscription, S131_ARevisionIsExclusive) {
  AppendEvents("s", 5);
  streams::ReadReq request = SubscribeToStream("s");
  request.mutable_options()->mutable_stream()->set_revision(2);
  Subscriber subscriber(stub(), request);

  subscriber.ExpectConfirmed();
  EXPECT_EQ(subscriber.NextRevision(), 3u);
}

TEST_F(StreamsSubscription, S132_FromTheEndOnlyWhatIsNew) {
  AppendEvents("s", 5);
  streams::ReadReq request = SubscribeToStream("s");
  request.mutable_options()->mutable_stream()->mutable_end();
  Subscriber subscriber(stub(), request);

  subscriber.ExpectConfirmed();
  subscriber.ExpectCaughtUp();
  AppendEvents("s", 1);
  EXPECT_EQ(subscriber.NextRevision(), 5u);
}

TEST_F(StreamsSubscription, S133_AFreshStreamIsWaitedFor) {
  Subscriber subscriber(stub(), SubscribeToStream("s"));
  subscriber.ExpectConfirmed();

  AppendEvents("s", 1);

  EXPECT_EQ(subscriber.NextRevision(), 0u);
  subscriber.ExpectCaughtUp();
}

TEST_F(StreamsSubscription, S134_ARevisionBeyondTheEndIsWaitedFor) {
  AppendEvents("s", 5);
  streams::ReadReq request = SubscribeToStream("s");
  request.mutable_options()->mutable_stream()->set_revision(10);
  Subscriber subscriber(stub(), request);
  subscriber.ExpectConfirmed();
  subscriber.ExpectCaughtUp();

  AppendEvents("s", 7);

  EXPECT_EQ(subscriber.NextRevision(), 11u);
}

TEST_F(StreamsSubscription, S135_S146_APositionIsExclusiveAndUnfilteredSaysNoCheckpoint) {
  AppendEvents("s", 3);
  const std::uint64_t second = Read(ReadAllFromStart(10)).messages.at(1).event().commit_position();
  streams::ReadReq request = SubscribeToAll();
  request.mutable_options()->mutable_all()->mutable_position()->set_commit_position(second);
  request.mutable_options()->mutable_all()->mutable_position()->set_prepare_position(second);
  Subscriber subscriber(stub(), request);

  subscriber.ExpectConfirmed();
  EXPECT_EQ(subscriber.NextRevision(), 2u);
  subscriber.ExpectCaughtUp();
}

TEST_F(StreamsSubscription, S136_S140_B25_WhatDoesNotGoTogetherIsRefused) {
  streams::ReadReq backwards = SubscribeToStream("s");
  backwards.mutable_options()->set_read_direction(streams::ReadReq::Options::Backwards);
  streams::ReadReq filtered_stream = SubscribeToStream("s");
  *filtered_stream.mutable_options()->mutable_filter() =
      FilteredSubscription(1, 1).options().filter();
  for (const streams::ReadReq& request :
       {backwards, filtered_stream, FilteredSubscription(10, 0), FilteredSubscription(0, 1)}) {
    const ReadAnswer read = Read(request);
    EXPECT_EQ(read.end.code, grpc::StatusCode::INVALID_ARGUMENT);
    EXPECT_THAT(read.messages, IsEmpty());
  }
}

TEST_F(StreamsSubscription, S137_ATombstoneIsDeliveredAndEndsIt) {
  AppendEvents("s", 1);
  Subscriber subscriber(stub(), SubscribeToStream("s"));
  subscriber.ExpectConfirmed();
  EXPECT_EQ(subscriber.NextRevision(), 0u);
  subscriber.ExpectCaughtUp();

  ASSERT_TRUE(store().Delete({.stream = "s", .kind = DeleteKind::kTombstone}).ok());

  EXPECT_EQ(subscriber.NextRevision(), 9223372036854775807u);
  const Ended end = subscriber.End();
  EXPECT_EQ(end.code, grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_THAT(end.trailers,
              UnorderedElementsAre(Pair("exception", "stream-deleted"), Pair("stream-name", "s")));
}

TEST_F(StreamsSubscription, S138_ATombstonedStreamIsRefusedUnconfirmed) {
  ASSERT_TRUE(store().Delete({.stream = "s", .kind = DeleteKind::kTombstone}).ok());

  const ReadAnswer read = Read(SubscribeToStream("s"));

  EXPECT_THAT(read.messages, IsEmpty());
  EXPECT_EQ(read.end.code, grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_THAT(read.end.trailers,
              UnorderedElementsAre(Pair("exception", "stream-deleted"), Pair("stream-name", "s")));
}

TEST_F(StreamsSubscription, S139_S141_S142_CheckpointsComeWithWhatWasExamined) {
  AppendEvents("noise", 100);
  AppendEvents("wanted", 1);
  Subscriber subscriber(stub(), FilteredSubscription(10, 2));
  subscriber.ExpectConfirmed();

  std::vector<std::uint64_t> checkpoints;
  streams::ReadResp message = subscriber.Next();
  for (; message.has_checkpoint(); message = subscriber.Next()) {
    checkpoints.push_back(message.checkpoint().commit_position());
  }

  EXPECT_TRUE(message.has_event()) << message.ShortDebugString();
  EXPECT_GE(checkpoints.size(), 1u);
  EXPECT_TRUE(std::is_sorted(checkpoints.begin(), checkpoints.end()));
  streams::ReadReq resumed = FilteredSubscription(10, 2);
  auto& position = *resumed.mutable_options()->mutable_all()->mutable_position();
  position.set_commit_position(checkpoints.back());
  position.set_prepare_position(checkpoints.back());
  Subscriber again(stub(), resumed);
  again.ExpectConfirmed();
  for (message = again.Next(); message.has_checkpoint(); message = again.Next()) {
  }
  EXPECT_EQ(message.event().event().stream_identifier().stream_name(), "wanted");
}

TEST_F(StreamsSubscription, S143_F44_ASlowReaderGetsAllInOrderAndIsHeldInBounds) {
  StartNode({.page_events_max = 64});
  Subscriber subscriber(stub(), SubscribeToStream("s"));
  subscriber.ExpectConfirmed();
  constexpr int kAppends = 100;
  for (int i = 0; i < kAppends; ++i) AppendEvents("s", 100);

  std::uint64_t expected = 0;
  while (expected < kAppends * 100) {
    const streams::ReadResp message = subscriber.Next();
    if (message.has_caught_up()) continue;
    ASSERT_EQ(message.event().event().stream_revision(), expected++);
  }
}

TEST_F(StreamsSubscription, S144_TwoSubscriptionsBothGetEverything) {
  AppendEvents("s", 1);
  Subscriber one(stub(), SubscribeToStream("s"));
  Subscriber two(stub(), SubscribeToStream("s"));

  for (Subscriber* subscriber : {&one, &two}) {
    subscriber->ExpectConfirmed();
    EXPECT_EQ(subscriber->NextRevision(), 0u);
  }
  EXPECT_NE(one.id(), two.id());
  EXPECT_NE(one.id(), "");
}

TEST_F(StreamsSubscription, S145_ACancelledSubscriptionIsFreed) {
  Subscriber subscriber(stub(), SubscribeToAll());
  subscriber.ExpectConfirmed();
  EXPECT_EQ(node().Stats().subscriptions, 1u);

  subscriber.Cancel();

  EXPECT_TRUE(Eventually([&] { return node().Stats().subscriptions == 0; }));
}

TEST_F(StreamsSubscription, B28_OneTooManyIsExhaustedAndTheOthersGoOn) {
  StartNode({.subscriptions_max = 3});
  std::vector<std::unique_ptr<Subscriber>> subscribers;
  for (int i = 0; i < 3; ++i) {
    subscribers.push_back(std::make_unique<Subscriber>(stub(), SubscribeToStream("s")));
    subscribers.back()->ExpectConfirmed();
  }

  EXPECT_EQ(Read(SubscribeToStream("s")).end.code, grpc::StatusCode::RESOURCE_EXHAUSTED);

  AppendEvents("s", 1);
  for (const auto& subscriber : subscribers) EXPECT_EQ(subscriber->NextRevision(), 0u);
}

TEST_F(StreamsSubscription, F45_AReaderThatTakesNothingIsAbortedAndFreed) {
  StartNode({.stall_max = absl::Milliseconds(300)});
  Subscriber subscriber(stub(), SubscribeToStream("s"));
  subscriber.ExpectConfirmed();
  // More than the windows of the connection hold.
  for (std::uint64_t i = 0; i < 64; ++i) {
    Append({Options("s"), Event(IdText(i + 1), std::string(1'000'000, 'x'))});
  }

  EXPECT_TRUE(Eventually([&] { return node().Stats().subscriptions == 0; }));

  const Ended end = subscriber.End();
  EXPECT_TRUE(end.code == grpc::StatusCode::ABORTED || end.code == grpc::StatusCode::CANCELLED)
      << end.code;
  EXPECT_EQ(AppendEvents("s", 1).end.code, grpc::StatusCode::OK);
}

TEST_F(StreamsSubscription, EndsWithUnavailableWhenTheServerStops) {
  Subscriber subscriber(stub(), SubscribeToAll());
  subscriber.ExpectConfirmed();

  node().Stop(absl::Seconds(10));

  EXPECT_EQ(subscriber.End().code, grpc::StatusCode::UNAVAILABLE);
}

}  // namespace
}  // namespace eventstoredb::testing_support
