#include <atomic>
#include <string>
#include <thread>

#include "absl/synchronization/notification.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "eventstoredb/client_event_store.h"
#include "tests/infrastructure/eventstoredb/scripted_server.h"
#include "tests/support/event_store_testing.h"

namespace eventstoredb {
namespace {

using testing::ElementsAre;
using testing::SizeIs;
using namespace testing_support;  // NOLINT: the words of these tests.

using Writer = grpc::ServerWriter<streams::ReadResp>;

grpc::Status StayOpen(grpc::ServerContext& context) {
  while (!context.IsCancelled()) absl::SleepFor(absl::Milliseconds(2));
  return grpc::Status::OK;
}

SubscribeOptions Quick() {
  SubscribeOptions options;
  options.resume.backoff_min = absl::Milliseconds(1);
  options.resume.backoff_max = absl::Milliseconds(5);
  return options;
}

struct Got {
  std::vector<ClientMessage> messages;
  std::vector<std::uint64_t> revisions;
  absl::Status status;
};
/// Takes until so many events have come, or an error.
Got TakeEvents(ClientSubscription& subscription, std::size_t events) {
  Got got;
  while (got.revisions.size() < events) {
    absl::StatusOr<ClientMessage> message = subscription.Next();
    got.status = message.status();
    if (!message.ok()) return got;
    if (const auto* event = std::get_if<ResolvedEvent>(&*message)) {
      got.revisions.push_back(event->Original().revision);
    }
    got.messages.push_back(*std::move(message));
  }
  return got;
}

std::unique_ptr<ClientSubscription> MustSubscribe(Client& client, SubscribeRequest request,
                                                  SubscribeOptions options = Quick()) {
  auto subscription = client.Subscribe(std::move(request), std::move(options));
  EXPECT_TRUE(subscription.ok()) << subscription.status();
  return subscription.ok() ? *std::move(subscription) : nullptr;
}

TEST(ClientCheck, C59_C60_C61_EachMessageComesInItsOrder) {
  ScriptedServer server({.read = [](grpc::ServerContext& context, const auto&, Writer& out) {
    out.Write(ConfirmationMessage("the-id"));
    out.Write(EventMessage("s", 0));
    streams::ReadResp message;
    message.mutable_checkpoint()->set_commit_position(150);
    message.mutable_checkpoint()->set_prepare_position(150);
    out.Write(message);
    out.Write(CaughtUpMessage());
    message.mutable_fell_behind()->mutable_timestamp()->set_seconds(7);
    message.mutable_fell_behind()->mutable_position()->set_commit_position(160);
    out.Write(message);
    message.mutable_caught_up()->set_stream_revision(3);
    out.Write(message);
    out.Write(EventMessage("s", 1));
    return StayOpen(context);
  }});
  const auto client = MustCreate(server.options());
  const auto subscription = MustSubscribe(*client, {});
  const Got got = TakeEvents(*subscription, 2);
  ASSERT_THAT(got.messages, SizeIs(7)) << got.status;
  EXPECT_EQ(std::get<SubscriptionConfirmed>(got.messages[0]).id, "the-id");
  EXPECT_FALSE(std::get<SubscriptionConfirmed>(got.messages[0]).resumed);
  EXPECT_EQ(std::get<ResolvedEvent>(got.messages[1]).Original().revision, 0U);
  EXPECT_EQ(std::get<SubscriptionCheckpoint>(got.messages[2]).position, (Position{150, 150}));
  EXPECT_TRUE(std::get<SubscriptionLive>(got.messages[3]).is_live);
  EXPECT_EQ(std::get<SubscriptionLive>(got.messages[3]).time, std::nullopt);
  const auto& behind = std::get<SubscriptionLive>(got.messages[4]);
  EXPECT_FALSE(behind.is_live);
  EXPECT_EQ(behind.time, absl::FromUnixSeconds(7));
  EXPECT_EQ(behind.position->commit, 160U);
  EXPECT_EQ(std::get<SubscriptionLive>(got.messages[5]).revision, 3U);
}

TEST(ClientCheck, C64_UnsubscribingCancelsTheCallAndIsNoErrorOfTheServers) {
  absl::Notification cancelled;
  ScriptedServer server({.read = [&](grpc::ServerContext& context, const auto&, Writer& out) {
    out.Write(ConfirmationMessage());
    StayOpen(context);
    cancelled.Notify();
    return grpc::Status::OK;
  }});
  const auto client = MustCreate(server.options());
  const auto subscription = MustSubscribe(*client, {.stream = "s"});
  ASSERT_TRUE(subscription->Next().ok());
  std::thread canceller([&] { subscription->Cancel(); });
  EXPECT_TRUE(absl::IsCancelled(subscription->Next().status()));
  canceller.join();
  cancelled.WaitForNotification();
  EXPECT_EQ(server.Calls("Read"), 1);
}

/// How a server may drop a subscription; each is mended from the last event delivered.
struct Drop {
  std::string name;
  grpc::StatusCode code;
  std::map<std::string, std::string> trailers;
  std::string message;
};
void PrintTo(const Drop& drop, std::ostream* out) { *out << drop.name; }

class Dropped : public testing::TestWithParam<Drop> {};
TEST_P(Dropped, ASubscriptionGoesOnWithoutGapOrRepeat) {
  std::atomic<int> calls{0};
  Seen<streams::ReadReq> requests;
  ScriptedServer server(
      {.read = [&](grpc::ServerContext& context, const streams::ReadReq& request, Writer& out) {
        requests.Add(request);
        out.Write(ConfirmationMessage());
        const auto& start = request.options().stream();
        std::uint64_t next =
            start.revision_option_case() == streams::ReadReq::Options::StreamOptions::kRevision
                ? start.revision() + 1
                : 0;
        if (++calls == 4) {
          out.Write(EventMessage("s", next));
          out.Write(CaughtUpMessage());
          return StayOpen(context);
        }
        for (int i = 0; i < 3; ++i) out.Write(EventMessage("s", next++));
        const Drop& drop = GetParam();
        if (drop.code == grpc::StatusCode::OK) return grpc::Status::OK;
        return Refuse(context, drop.code, drop.trailers, drop.message);
      }});
  const auto client = MustCreate(server.options());
  const auto subscription = MustSubscribe(*client, {.stream = "s"});
  const Got got = TakeEvents(*subscription, 10);
  EXPECT_THAT(got.revisions, ElementsAre(0, 1, 2, 3, 4, 5, 6, 7, 8, 9)) << got.status;
  const std::vector<streams::ReadReq> asked = requests.All();
  ASSERT_THAT(asked, SizeIs(4));
  EXPECT_TRUE(asked[0].options().stream().has_start());
  EXPECT_EQ(asked[1].options().stream().revision(), 2U);
  EXPECT_EQ(asked[3].options().stream().revision(), 8U);
  EXPECT_EQ(subscription->resumes(), 3U);
  EXPECT_EQ(client->statistics().subscription_resumes, 3U);
  EXPECT_EQ(subscription->repeats_dropped(), 0U);
}
INSTANTIATE_TEST_SUITE_P(
    ByTheServer, Dropped,
    testing::Values(Drop{"Unavailable", grpc::StatusCode::UNAVAILABLE, {}, "going away"},
                    Drop{"C65_Cancelled", grpc::StatusCode::CANCELLED, {}, ""},
                    Drop{"ConsumerTooSlow",
                         grpc::StatusCode::ABORTED,
                         {},
                         "Operation timed out: Consumer too slow to handle event"},
                    Drop{"Reset", grpc::StatusCode::INTERNAL, {}, "RST_STREAM"},
                    Drop{"NotLeader",
                         grpc::StatusCode::NOT_FOUND,
                         {{"exception", "not-leader"}},
                         "Leader info available"},
                    Drop{"TooManyCalls", grpc::StatusCode::RESOURCE_EXHAUSTED, {}, ""},
                    Drop{"EndedWithoutReason", grpc::StatusCode::OK, {}, ""}),
    [](const testing::TestParamInfo<Drop>& each) { return each.param.name; });

class Ended : public testing::TestWithParam<Drop> {};
TEST_P(Ended, ASubscriptionTellsTheErrorAndDoesNotAskAgain) {
  ScriptedServer server({.read = [&](grpc::ServerContext& context, const auto&, Writer& out) {
    out.Write(ConfirmationMessage());
    out.Write(EventMessage("s", 0));
    return Refuse(context, GetParam().code, GetParam().trailers, GetParam().message);
  }});
  const auto client = MustCreate(server.options());
  const auto subscription = MustSubscribe(*client, {.stream = "s"});
  const Got got = TakeEvents(*subscription, 2);
  EXPECT_THAT(got.revisions, ElementsAre(0));
  EXPECT_EQ(got.status.code(), static_cast<absl::StatusCode>(GetParam().code)) << got.status;
  EXPECT_EQ(subscription->Next().status(), got.status);
  EXPECT_EQ(server.Calls("Read"), 1);
}
INSTANTIATE_TEST_SUITE_P(
    ByTheServer, Ended,
    testing::Values(Drop{"StreamDeleted",
                         grpc::StatusCode::FAILED_PRECONDITION,
                         {{"exception", "stream-deleted"}, {"stream-name", "s"}},
                         ""},
                    Drop{"AccessDenied",
                         grpc::StatusCode::PERMISSION_DENIED,
                         {{"exception", "access-denied"}},
                         ""},
                    Drop{"WrongPassword", grpc::StatusCode::UNAUTHENTICATED, {}, ""},
                    Drop{"DataLoss", grpc::StatusCode::DATA_LOSS, {}, "event 7 cannot be read"},
                    Drop{"InvalidArgument", grpc::StatusCode::INVALID_ARGUMENT, {}, ""}),
    [](const testing::TestParamInfo<Drop>& each) { return each.param.name; });

TEST(ASubscription, ThatFailsWithoutReasonIsGivenUpAfterThreeTimes) {
  ScriptedServer server({.read = [](grpc::ServerContext& context, const auto&, Writer&) {
    return Refuse(context, grpc::StatusCode::UNKNOWN, {}, "Exception was thrown by handler.");
  }});
  const auto client = MustCreate(server.options());
  const auto subscription = MustSubscribe(*client, {.after_position = Position{5, 5}});
  EXPECT_EQ(subscription->Next().status().code(), absl::StatusCode::kUnknown);
  EXPECT_EQ(server.Calls("Read"), 3);
}

TEST(ASubscription, IsGivenUpAfterItsAttempts) {
  ScriptedServer server({.read = [](grpc::ServerContext& context, const auto&, Writer&) {
    return Refuse(context, grpc::StatusCode::UNAVAILABLE, {});
  }});
  SubscribeOptions options = Quick();
  options.resume.attempts_max = 4;
  const auto client = MustCreate(server.options());
  const auto subscription = MustSubscribe(*client, {.stream = "s"}, options);
  EXPECT_TRUE(absl::IsUnavailable(subscription->Next().status()));
  EXPECT_EQ(server.Calls("Read"), 4);
}

TEST(ASubscription, OutlivesARestartOfTheServer) {
  const auto read = [](grpc::ServerContext& context, const streams::ReadReq& request, Writer& out) {
    out.Write(ConfirmationMessage());
    out.Write(EventMessage("s", request.options().stream().has_start()
                                    ? 0
                                    : request.options().stream().revision() + 1));
    return StayOpen(context);
  };
  auto server = std::make_unique<ScriptedServer>(ScriptedServer::Script{.read = read});
  const auto client = MustCreate(server->options());
  const auto subscription = MustSubscribe(*client, {.stream = "s"});
  EXPECT_THAT(TakeEvents(*subscription, 1).revisions, ElementsAre(0));
  const std::uint16_t port = server->port();
  server = nullptr;
  std::vector<ClientMessage> none;
  EXPECT_TRUE(subscription->Next(1, absl::Milliseconds(50), none).ok());
  EXPECT_THAT(none, SizeIs(0));
  server = std::make_unique<ScriptedServer>(ScriptedServer::Script{.read = read}, port);
  EXPECT_THAT(TakeEvents(*subscription, 1).revisions, ElementsAre(1));
}

TEST(ASubscription, DropsWhatAServerSendsTwiceAndCountsIt) {
  ScriptedServer server({.read = [](grpc::ServerContext& context, const auto&, Writer& out) {
    out.Write(ConfirmationMessage());
    for (const std::uint64_t revision : {0, 1, 2, 1, 2, 3}) {
      out.Write(EventMessage("s", revision));
    }
    return StayOpen(context);
  }});
  const auto client = MustCreate(server.options());
  for (const bool all : {false, true}) {
    SubscribeRequest request;
    if (!all) request.stream = "s";
    const auto subscription = MustSubscribe(*client, request);
    EXPECT_THAT(TakeEvents(*subscription, 4).revisions, ElementsAre(0, 1, 2, 3));
    EXPECT_EQ(subscription->repeats_dropped(), 2U);
  }
}

TEST(ASubscription, AsksAgainWhenRevisionsAreMissing) {
  std::atomic<int> calls{0};
  ScriptedServer server({.read = [&](grpc::ServerContext& context, const auto&, Writer& out) {
    out.Write(ConfirmationMessage());
    if (++calls == 1) {
      for (const std::uint64_t revision : {0, 2, 1}) out.Write(EventMessage("s", revision));
    } else {  // Revision 5 and 6 are truncated by now.
      for (const std::uint64_t revision : {1, 2, 3, 4}) out.Write(EventMessage("s", revision));
    }
    return StayOpen(context);
  }});
  const auto client = MustCreate(server.options());
  const auto subscription = MustSubscribe(*client, {.stream = "s"});
  EXPECT_THAT(TakeEvents(*subscription, 5).revisions, ElementsAre(0, 1, 2, 3, 4));
  EXPECT_EQ(calls, 2);
}

TEST(ASubscription, InAllResumesFromTheLastEventNeverFromACheckpoint) {
  std::atomic<int> calls{0};
  Seen<streams::ReadReq> requests;
  ScriptedServer server(
      {.read = [&](grpc::ServerContext& context, const streams::ReadReq& request, Writer& out) {
        requests.Add(request);
        out.Write(ConfirmationMessage());
        if (++calls == 2) {
          out.Write(EventMessage("s", 9));
          return StayOpen(context);
        }
        out.Write(EventMessage("s", 0));
        streams::ReadResp checkpoint;
        checkpoint.mutable_checkpoint()->set_commit_position(900);
        checkpoint.mutable_checkpoint()->set_prepare_position(900);
        out.Write(checkpoint);
        return Refuse(context, grpc::StatusCode::UNAVAILABLE, {});
      }});
  const auto client = MustCreate(server.options());
  const auto subscription = MustSubscribe(*client, {.filter = Filter::StreamPrefixes({"s"})});
  EXPECT_THAT(TakeEvents(*subscription, 2).revisions, ElementsAre(0, 9));
  const std::vector<streams::ReadReq> asked = requests.All();
  ASSERT_THAT(asked, SizeIs(2));
  EXPECT_EQ(asked[1].options().all().position().commit_position(), 100U);
  EXPECT_EQ(asked[1].options().filter().stream_identifier().prefix(0), "s");
}

TEST(ASubscription, FromTheEndKnowsItsPlaceBeforeTheFirstEvent) {
  Seen<streams::ReadReq> requests;
  ScriptedServer server(
      {.read = [&](grpc::ServerContext& context, const streams::ReadReq& request, Writer& out) {
        requests.Add(request);
        if (request.options().has_count()) {
          out.Write(EventMessage("s", 6));
          return grpc::Status::OK;
        }
        out.Write(ConfirmationMessage());
        if (requests.All().size() == 2) return Refuse(context, grpc::StatusCode::UNAVAILABLE, {});
        out.Write(EventMessage("s", 7));
        return StayOpen(context);
      }});
  const auto client = MustCreate(server.options());
  const auto subscription = MustSubscribe(*client, {.stream = "s", .from_end = true});
  EXPECT_THAT(TakeEvents(*subscription, 1).revisions, ElementsAre(7));
  const std::vector<streams::ReadReq> asked = requests.All();
  ASSERT_THAT(asked, SizeIs(3));
  EXPECT_EQ(asked[0].options().read_direction(), streams::ReadReq::Options::Backwards);
  EXPECT_EQ(asked[1].options().stream().revision(), 6U);
  EXPECT_EQ(asked[2].options().stream().revision(), 6U);
}

TEST(ASubscription, ThatIsNotConfirmedInTimeIsAskedForAgain) {
  std::atomic<int> calls{0};
  ScriptedServer server({.read = [&](grpc::ServerContext& context, const auto&, Writer& out) {
    if (++calls > 1) {
      out.Write(ConfirmationMessage());
      out.Write(EventMessage("s", 0));
    }
    return StayOpen(context);
  }});
  ClientOptions client_options = server.options();
  client_options.default_deadline = absl::Milliseconds(300);
  const auto client = MustCreate(client_options);
  const auto subscription = MustSubscribe(*client, {.stream = "s"});
  EXPECT_THAT(TakeEvents(*subscription, 1).revisions, ElementsAre(0));
}

// A consumer without a thread: it is called, takes what is there without waiting, and waits again.
TEST(ASubscription, CallsWhenThereIsSomethingToTake) {
  std::atomic<int> calls{0};
  absl::Notification more;
  ScriptedServer server({.read = [&](grpc::ServerContext& context, const auto&, Writer& out) {
    out.Write(ConfirmationMessage());
    if (++calls == 1) {
      out.Write(EventMessage("s", 0));
      return Refuse(context, grpc::StatusCode::UNAVAILABLE, {});
    }
    more.WaitForNotification();
    out.Write(EventMessage("s", 1));
    return StayOpen(context);
  }});
  const auto client = MustCreate(server.options());
  const auto subscription = MustSubscribe(*client, {.stream = "s"});
  std::vector<std::uint64_t> revisions;
  absl::Status status;
  const auto take = [&] {
    absl::Notification ready;
    subscription->WhenReady([&] { ready.Notify(); });
    ready.WaitForNotification();
    std::vector<ClientMessage> out;
    status = subscription->Next(10, absl::ZeroDuration(), out);
    for (const ClientMessage& message : out) {
      if (const auto* event = std::get_if<ResolvedEvent>(&message)) {
        revisions.push_back(event->Original().revision);
      }
    }
  };
  while (revisions.empty()) take();
  more.Notify();
  while (revisions.size() < 2) take();
  EXPECT_THAT(revisions, ElementsAre(0, 1));
  std::thread canceller([&] { subscription->Cancel(); });
  while (status.ok()) take();
  canceller.join();
  EXPECT_TRUE(absl::IsCancelled(status)) << status;
}

TEST(ASubscription, ForgetsWhomToCallWhenItIsReadOrGone) {
  ScriptedServer server({.read = [&](grpc::ServerContext& context, const auto&, Writer& out) {
    out.Write(ConfirmationMessage());
    return StayOpen(context);
  }});
  const auto client = MustCreate(server.options());
  auto subscription = MustSubscribe(*client, {.stream = "s"});
  ASSERT_TRUE(subscription->Next().ok());
  std::atomic<bool> called{false};
  subscription->WhenReady([&] { called = true; });
  std::vector<ClientMessage> out;
  ASSERT_TRUE(subscription->Next(1, absl::ZeroDuration(), out).ok());
  subscription->Cancel();
  subscription->WhenReady([&] { called = true; });
  subscription = nullptr;  // Called before this line or never.
  const bool before = called;
  absl::SleepFor(absl::Milliseconds(20));
  EXPECT_EQ(called, before);
}

TEST(AnEventStoreOverTheClient, SubscribesWithTheMessagesOfAStoreAlone) {
  ScriptedServer server({.read = [](grpc::ServerContext& context, const auto&, Writer& out) {
    out.Write(ConfirmationMessage());
    out.Write(EventMessage("s", 0));
    out.Write(CaughtUpMessage());
    return StayOpen(context);
  }});
  const auto client = MustCreate(server.options());
  ClientEventStore store(*client);
  auto subscription = store.Subscribe({.stream = "s"});
  ASSERT_TRUE(subscription.ok()) << subscription.status();
  const Received received = TakeUntilCaughtUp(**subscription);
  EXPECT_THAT(received.Events(), SizeIs(1));
  EXPECT_THAT(received.messages, SizeIs(2));
  std::vector<SubscriptionMessage> none;
  EXPECT_TRUE((*subscription)->Next(10, absl::Milliseconds(20), none).ok());
  EXPECT_THAT(none, SizeIs(0));
}

}  // namespace
}  // namespace eventstoredb
