// Groups of competing consumers as an operator looks after them, while other programs consume: over
// gRPC and HTTP, on the embedded store and on a server.

#include <atomic>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "grpcpp/grpcpp.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

#include "eventstoredb/client.h"
#include "eventstoredb/connection_string.h"
#include "orders/v1/consumer_groups.grpc.pb.h"
#include "tests/integration/service_test.h"
#include "tests/support/event_store_testing.h"
#include "tests/support/http_client.h"

namespace orders::testing_support {
namespace {

using eventstoredb::EventAnswer;
using eventstoredb::GroupEvent;
using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Code = grpc::StatusCode;
using Groups = v1::ConsumerGroups::Stub;

/// A service on a store that others consume from as well.
class ConsumerGroupsTest : public testing::TestWithParam<std::string> {
 protected:
  bool on_a_server() const { return GetParam() == "Server"; }
  void SetUp() override { Start(); }
  void Start() {
    std::vector<std::string> arguments = {"--http-listen", "127.0.0.1:0"};
    if (on_a_server()) {
      if (node_ == nullptr) {
        auto node = OrderdProcess::Start({.store_alone = true, .data = scratch_.Path("node")});
        ASSERT_TRUE(node.ok()) << node.status();
        node_ = *std::move(node);
      }
      arguments.insert(arguments.end(), {"--store", Connection(node_->address())});
    } else {
      arguments.insert(arguments.end(), {"--store-listen", "127.0.0.1:0"});
    }
    auto started = OrderdProcess::Start({.data = scratch_.Path("data"), .arguments = arguments});
    ASSERT_TRUE(started.ok()) << started.status();
    service_ = *std::move(started);
    channel_ = grpc::CreateChannel(service_->address(), grpc::InsecureChannelCredentials());
    groups_ = v1::ConsumerGroups::NewStub(channel_);
    const auto parsed = eventstoredb::ParseConnectionString(
        Connection(on_a_server() ? node_->address() : service_->ReadyWord("store-listen")));
    ASSERT_TRUE(parsed.ok()) << parsed.status();
    auto connected = eventstoredb::Client::Create(parsed->options);
    ASSERT_TRUE(connected.ok()) << connected.status();
    store_client_ = *std::move(connected);
  }
  static std::string Connection(const std::string& address) {
    return absl::StrCat("esdb://", address, "?tls=false");
  }
  static absl::Time Soon() { return absl::Now() + absl::Seconds(60); }

  template <typename Response, typename Request>
  Answer<Response> Ask(grpc::Status (Groups::*rpc)(grpc::ClientContext*, const Request&, Response*),
                       const Request& request) {
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(30)));
    context.AddMetadata("x-actor", "ann");
    Answer<Response> answer;
    answer.status = (*groups_.*rpc)(&context, request, &answer.response);
    return answer;
  }
  template <typename Request>
  static Request Named() {
    Request request;
    request.set_stream("shared");
    request.set_group("billing");
    return request;
  }
  v1::ConsumerGroup Get() {
    const auto group = Ask(&Groups::GetConsumerGroup, Named<v1::GetConsumerGroupRequest>());
    EXPECT_TRUE(group.ok()) << Describe(group.status);
    return group.response;
  }
  void Create() {
    auto request = Named<v1::CreateConsumerGroupRequest>();
    request.mutable_settings()->set_from_beginning(true);
    const auto created = Ask(&Groups::CreateConsumerGroup, request);
    ASSERT_TRUE(created.ok()) << Describe(created.status);
  }
  void Write(std::uint64_t count) {
    eventstoredb::AppendRequest request{.stream = "shared"};
    request.events = eventstoredb::testing_support::EventRange(next_id_, count);
    next_id_ += count;
    const auto appended = store_client_->Append(std::move(request));
    ASSERT_TRUE(appended.ok()) << appended.status();
  }
  std::unique_ptr<eventstoredb::PersistentConsumer> Consumer() {
    return *store_client_->Consume({.stream = "shared", .group = "billing"}, {.buffer_size = 50});
  }
  /// Answers the next events alike; their revisions.
  std::vector<std::uint64_t> AnswerNext(std::uint64_t count, const EventAnswer& answer) {
    std::vector<std::uint64_t> revisions;
    const auto consumer = Consumer();
    const absl::Status ran = consumer->Run(
        [&](const GroupEvent& event) {
          revisions.push_back(event.event.event->revision);
          return answer;
        },
        {.events_max = count, .until = Soon()});
    EXPECT_TRUE(ran.ok()) << ran;
    EXPECT_TRUE(consumer->Close(Soon()).ok());
    return revisions;
  }
  void AwaitParked(std::uint64_t count) {
    std::uint64_t parked = 0;
    for (const absl::Time until = Soon(); absl::Now() < until;) {
      const v1::ConsumerGroup group = Get();
      parked = group.parked();
      if (parked == count && !group.replaying()) return;
      absl::SleepFor(absl::Milliseconds(5));
    }
    FAIL() << parked << " are parked, not " << count;
  }
  /// Events that a group has parked.
  void GivenParked(std::uint64_t count) {
    ASSERT_NO_FATAL_FAILURE(Create());
    ASSERT_NO_FATAL_FAILURE(Write(count));
    AnswerNext(count, EventAnswer::Park("no such customer"));
    ASSERT_NO_FATAL_FAILURE(AwaitParked(count));
  }
  std::vector<v1::ParkedMessage> Parked() {
    std::vector<v1::ParkedMessage> messages;
    auto request = Named<v1::ListParkedMessagesRequest>();
    request.set_page_size(2);
    do {
      const auto page = Ask(&Groups::ListParkedMessages, request);
      EXPECT_TRUE(page.ok()) << Describe(page.status);
      messages.insert(messages.end(), page.response.messages().begin(),
                      page.response.messages().end());
      request.set_page_token(page.response.next_page_token());
    } while (!request.page_token().empty());
    return messages;
  }
  std::vector<std::uint64_t> ParkedRevisions() {
    std::vector<std::uint64_t> revisions;
    for (const v1::ParkedMessage& message : Parked()) {
      revisions.push_back(message.event().revision());
    }
    return revisions;
  }

  ScratchFolder scratch_;
  std::unique_ptr<OrderdProcess> node_;
  std::unique_ptr<OrderdProcess> service_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<Groups> groups_;
  std::unique_ptr<eventstoredb::Client> store_client_;
  std::uint64_t next_id_ = 1;
};
INSTANTIATE_TEST_SUITE_P(Stores, ConsumerGroupsTest, testing::Values("Embedded", "Server"),
                         [](const auto& param_info) { return param_info.param; });

TEST_P(ConsumerGroupsTest, ParkedMessagesAreReplayedOneSomeAndAll) {
  ASSERT_NO_FATAL_FAILURE(GivenParked(6));
  const std::vector<v1::ParkedMessage> parked = Parked();
  ASSERT_EQ(parked.size(), 6U);
  EXPECT_THAT(parked[3].reason(), HasSubstr("no such customer"));
  EXPECT_EQ(parked[3].event().stream(), "shared");
  EXPECT_EQ(parked[3].event().revision(), 3U);

  auto request = Named<v1::ReplayParkedMessagesRequest>();
  request.set_entry(parked[3].entry());
  request.set_validate_only(true);
  auto outcome = Ask(&Groups::ReplayParkedMessages, request);
  ASSERT_TRUE(outcome.ok()) << Describe(outcome.status);
  EXPECT_EQ(outcome.response.replayed(), 1U);
  EXPECT_EQ(Get().parked(), 6U) << "it was only a question";

  request.set_validate_only(false);
  outcome = Ask(&Groups::ReplayParkedMessages, request);
  ASSERT_TRUE(outcome.ok()) << Describe(outcome.status);
  EXPECT_EQ(outcome.response.parked(), 5U);
  EXPECT_THAT(AnswerNext(1, EventAnswer::Ack()), ElementsAre(3));
  ASSERT_NO_FATAL_FAILURE(AwaitParked(5));
  EXPECT_THAT(ParkedRevisions(), ElementsAre(4, 5, 0, 1, 2));

  request.set_oldest(2);
  ASSERT_TRUE(Ask(&Groups::ReplayParkedMessages, request).ok());
  EXPECT_THAT(AnswerNext(2, EventAnswer::Ack()), ElementsAre(4, 5));
  ASSERT_NO_FATAL_FAILURE(AwaitParked(3));

  request.set_all(true);
  ASSERT_TRUE(Ask(&Groups::ReplayParkedMessages, request).ok());
  EXPECT_THAT(AnswerNext(3, EventAnswer::Ack()), ElementsAre(0, 1, 2));
  ASSERT_NO_FATAL_FAILURE(AwaitParked(0));
}

TEST_P(ConsumerGroupsTest, WhatIsDiscardedIsOnRecord) {
  ASSERT_NO_FATAL_FAILURE(GivenParked(4));
  auto request = Named<v1::DiscardParkedMessagesRequest>();
  request.set_entry(1);
  ExpectError(Ask(&Groups::DiscardParkedMessages, request).status, Code::INVALID_ARGUMENT,
              "INVALID_REQUEST");
  EXPECT_EQ(Get().parked(), 4U);
  request.set_reason("the customer is gone");
  const auto outcome = Ask(&Groups::DiscardParkedMessages, request);
  ASSERT_TRUE(outcome.ok()) << Describe(outcome.status);
  EXPECT_EQ(outcome.response.discarded(), 1U);
  EXPECT_EQ(outcome.response.parked(), 3U);
  EXPECT_THAT(ParkedRevisions(), ElementsAre(2, 3, 0));

  const auto reader = store_client_->ReadStream({.stream = outcome.response.record_stream()});
  const auto event = reader->Next();
  ASSERT_TRUE(event.ok() && event->has_value()) << event.status();
  const json record = json::parse((*event)->event->data);
  EXPECT_EQ(record["reason"], "the customer is gone");
  EXPECT_EQ(record["discardedBy"], "ann");
  EXPECT_EQ(record["messages"][0]["event"], "1@shared");
  // It comes back by no replay.
  auto replay = Named<v1::ReplayParkedMessagesRequest>();
  replay.set_all(true);
  ASSERT_TRUE(Ask(&Groups::ReplayParkedMessages, replay).ok());
  EXPECT_THAT(AnswerNext(3, EventAnswer::Ack()), ElementsAre(2, 3, 0));
}

TEST_P(ConsumerGroupsTest, AGroupIsDeletedUnderItsConsumer) {
  ASSERT_NO_FATAL_FAILURE(Create());
  ASSERT_NO_FATAL_FAILURE(Write(1));
  const auto consumer = Consumer();
  ASSERT_TRUE(consumer->Next(Soon()).ok());
  EXPECT_EQ(Get().connection_count(), 1);
  ASSERT_TRUE(Ask(&Groups::DeleteConsumerGroup, Named<v1::DeleteConsumerGroupRequest>()).ok());
  absl::Status end;
  while (end.ok()) end = consumer->Next(Soon()).status();
  EXPECT_EQ(eventstoredb::GetErrorKind(end), eventstoredb::ErrorKind::kSubscriptionDropped) << end;
  ExpectError(Ask(&Groups::GetConsumerGroup, Named<v1::GetConsumerGroupRequest>()).status,
              Code::NOT_FOUND, "GROUP_NOT_FOUND");
}

TEST_P(ConsumerGroupsTest, NothingIsLostWhenWhatIsReplayedWasNotAnsweredBeforeAKill) {
  ASSERT_NO_FATAL_FAILURE(GivenParked(5));
  auto request = Named<v1::ReplayParkedMessagesRequest>();
  request.set_entry(3);
  ASSERT_TRUE(Ask(&Groups::ReplayParkedMessages, request).ok());
  {
    const auto consumer = Consumer();
    ASSERT_TRUE(consumer->Next(Soon()).ok());
  }
  store_client_.reset();
  if (on_a_server()) {
    node_->KillNow();
    node_.reset();
  }
  service_->KillNow();
  ASSERT_NO_FATAL_FAILURE(Start());
  const std::vector<std::uint64_t> parked = ParkedRevisions();
  EXPECT_EQ(std::set<std::uint64_t>(parked.begin(), parked.end()),
            (std::set<std::uint64_t>{0, 1, 2, 3, 4}));
}

TEST_P(ConsumerGroupsTest, NothingIsLostWhenOneReplaysWhileOthersPark) {
  constexpr std::uint64_t kEvents = 300;
  ASSERT_NO_FATAL_FAILURE(Create());
  ASSERT_NO_FATAL_FAILURE(Write(kEvents));
  std::mutex mutex;
  std::set<std::uint64_t> seen;
  std::set<std::uint64_t> handled;
  std::atomic<bool> is_over = false;
  // Two consumers, who park each event when they see it first.
  std::vector<std::thread> consumers;
  for (int i = 0; i < 2; ++i) {
    consumers.emplace_back([&] {
      const auto consumer = Consumer();
      const absl::Time until = Soon();
      while (!is_over && absl::Now() < until) {
        const auto event = consumer->Next(absl::Now() + absl::Milliseconds(20));
        ASSERT_TRUE(event.ok()) << event.status();
        if (!event->has_value()) continue;
        const std::lock_guard lock(mutex);
        const std::uint64_t revision = (*event)->event.event->revision;
        const bool is_new = seen.insert(revision).second;
        if (!is_new) handled.insert(revision);
        if (handled.size() == kEvents) is_over = true;
        (void)consumer->Answer(**event, is_new ? EventAnswer::Park("first") : EventAnswer::Ack());
      }
      is_over = true;
    });
  }
  for (int turn = 0; !is_over; ++turn) {
    auto request = Named<v1::ReplayParkedMessagesRequest>();
    request.set_all(true);
    const std::vector<v1::ParkedMessage> parked = Parked();
    if (turn % 2 == 0 && !parked.empty()) request.set_entry(parked[parked.size() / 2].entry());
    const auto outcome = Ask(&Groups::ReplayParkedMessages, request);
    if (outcome.ok()) continue;
    const std::string reason = outcome.details().reason;
    EXPECT_TRUE(reason == "REPLAY_RUNNING" || reason == "PARKED_MESSAGE_NOT_FOUND")
        << Describe(outcome.status);
  }
  for (std::thread& one : consumers) one.join();
  EXPECT_EQ(handled.size(), kEvents);
}

TEST_P(ConsumerGroupsTest, WhatIsAskedForWronglyIsToldWhy) {
  ASSERT_NO_FATAL_FAILURE(Create());
  const auto refused = [&](auto rpc, const auto& request) {
    ExpectError(Ask(rpc, request).status, Code::INVALID_ARGUMENT, "INVALID_REQUEST");
  };
  refused(&Groups::ReplayParkedMessages, Named<v1::ReplayParkedMessagesRequest>());
  refused(&Groups::UpdateConsumerGroup, Named<v1::UpdateConsumerGroupRequest>());
  refused(&Groups::GetConsumerGroup, v1::GetConsumerGroupRequest());
  auto oldest = Named<v1::ReplayParkedMessagesRequest>();
  oldest.set_oldest(0);
  refused(&Groups::ReplayParkedMessages, oldest);
  auto none = Named<v1::DiscardParkedMessagesRequest>();
  none.set_all(false);
  none.set_reason("r");
  refused(&Groups::DiscardParkedMessages, none);
  auto filtered = Named<v1::CreateConsumerGroupRequest>();
  filtered.set_group("filtered");
  filtered.mutable_filter()->add_prefixes("order-");
  refused(&Groups::CreateConsumerGroup, filtered);
  filtered.set_stream("$all");
  filtered.mutable_filter()->set_regex("^order");
  refused(&Groups::CreateConsumerGroup, filtered);
  auto settings = Named<v1::UpdateConsumerGroupRequest>();
  settings.mutable_settings()->set_read_batch_size(900);
  refused(&Groups::UpdateConsumerGroup, settings);
  settings.mutable_settings()->set_from_position("no token");
  ExpectError(Ask(&Groups::UpdateConsumerGroup, settings).status, Code::INVALID_ARGUMENT,
              "BAD_POSITION_TOKEN");
  auto position = Named<v1::CreateConsumerGroupRequest>();
  position.mutable_settings()->set_from_position("");
  ExpectError(Ask(&Groups::CreateConsumerGroup, position).status, Code::INVALID_ARGUMENT,
              "BAD_POSITION_TOKEN");
}

TEST_P(ConsumerGroupsTest, OverHttpIsTheSame) {
  HttpClient http(service_->ReadyWord("http"));
  const std::string group = "/v1/consumerGroups/%24all/the%20mailers";
  HttpAnswer answer = http.Post(
      group, R"({"settings":{"message_timeout":"2.5s","strategy":"CONSUMER_STRATEGY_PINNED"},)"
             R"("filter":{"prefixes":["order-","shop-"]}})");
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(http.Post(group, "{}").status, 409);
  answer = http.Get(group);
  ASSERT_EQ(answer.status, 200) << answer.body;
  const json got = json::parse(answer.body);
  EXPECT_EQ(got["stream"], "$all");
  EXPECT_EQ(got["settings"]["message_timeout"], "2.500s");
  EXPECT_EQ(got["settings"]["strategy"], "CONSUMER_STRATEGY_PINNED");
  EXPECT_EQ(got["parked"], "0");
  const json list = json::parse(http.Get("/v1/consumerGroups").body);
  EXPECT_EQ(list["groups"].size(), 1U);
  EXPECT_EQ(http.Post(group + ":replayParked", R"({"all":true})").status, 200);
  EXPECT_EQ(http.Post(group + ":discardParked", R"({"entry":"7","reason":"r"})").status, 404);
  EXPECT_EQ(http.Post("/v1/consumerGroups:restart", "{}").status, 200);
  EXPECT_EQ(http.Post(group + ":delete", "{}").status, 200);
  EXPECT_EQ(http.Get(group).status, 404);
}

}  // namespace
}  // namespace orders::testing_support
