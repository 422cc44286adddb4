#include <algorithm>
#include <atomic>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <thread>

#include "absl/synchronization/notification.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "tests/infrastructure/eventstoredb/scripted_server.h"
#include "tests/support/event_store_testing.h"

// A consumer of a group, against a server that speaks as recorded, or lies.
namespace eventstoredb {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::Ge;
using testing::Le;
using testing::SizeIs;
using namespace testing_support;  // NOLINT: the words of these tests.

const GroupId kGroup{.stream = "s", .group = "g"};

absl::Time Soon() { return absl::Now() + absl::Seconds(20); }

ConsumerOptions Quick(int buffer_size = 10) {
  ConsumerOptions options{.buffer_size = buffer_size};
  options.resume.backoff_min = absl::Milliseconds(1);
  options.resume.backoff_max = absl::Milliseconds(5);
  return options;
}

std::unique_ptr<PersistentConsumer> MustConsume(Client& client, ConsumerOptions options = Quick()) {
  auto consumer = client.Consume(kGroup, std::move(options));
  EXPECT_TRUE(consumer.ok()) << consumer.status();
  return consumer.ok() ? *std::move(consumer) : nullptr;
}

GroupEvent MustTake(PersistentConsumer& consumer) {
  absl::StatusOr<std::optional<GroupEvent>> event = consumer.Next(Soon());
  EXPECT_TRUE(event.ok() && event->has_value()) << event.status();
  if (!event.ok() || !event->has_value()) return {.event = {.event = RecordedEvent{}}};
  return **std::move(event);
}

/// A server of one group whose read call is `read`, after options and confirmation.
ScriptedServer::Script ServerOf(
    std::function<grpc::Status(grpc::ServerContext&, GroupStream&)> read) {
  return {.features = ListGroupMethods,
          .groups = {.read = [read](grpc::ServerContext& context, GroupStream& stream) {
            groups::ReadReq options;
            if (!stream.Read(&options) || !options.has_options()) {
              return grpc::Status(grpc::StatusCode::UNKNOWN, "no options");
            }
            stream.Write(GroupConfirmation());
            return read(context, stream);
          }}};
}

grpc::Status StayOpen(grpc::ServerContext& context, GroupStream& stream) {
  groups::ReadReq ignored;
  while (stream.Read(&ignored)) {
  }
  while (!context.IsCancelled()) absl::SleepFor(absl::Milliseconds(2));
  return grpc::Status::OK;
}

std::vector<std::string> IdsOf(const groups::ReadReq& answer) {
  std::vector<std::string> ids;
  const auto& all = answer.has_ack() ? answer.ack().ids() : answer.nack().ids();
  for (const auto& id : all) ids.push_back(id.string());
  return ids;
}

TEST(ClientCheck, C70_OptionsComeFirstWithTextIdsAndABufferOfTen) {
  Seen<std::string> first;
  ScriptedServer server({.features = ListGroupMethods,
                         .groups = {.read = [&](grpc::ServerContext& context, GroupStream& stream) {
                           groups::ReadReq request;
                           stream.Read(&request);
                           first.Add(request.ShortDebugString());
                           stream.Write(GroupConfirmation());
                           stream.Write(GroupEventMessage(0));
                           return StayOpen(context, stream);
                         }}});
  const auto client = MustCreate(server.options());
  const auto consumer = client->Consume(kGroup);
  ASSERT_TRUE(consumer.ok());
  EXPECT_EQ(MustTake(**consumer).event.Original().revision, 0U);
  EXPECT_THAT(first.All(),
              ElementsAre("options { stream_identifier { stream_name: \"s\" } group_name: \"g\" "
                          "buffer_size: 10 uuid_option { string { } } }"));
  EXPECT_EQ(server.HeadersOf("ReadGroup")[0].count("connection-name"), 1U);
}

TEST(ClientCheck, C67_AResolvedLinkIsAnsweredByTheLinksId) {
  Seen<std::string> acked;
  ScriptedServer server(ServerOf([&](grpc::ServerContext& context, GroupStream& stream) {
    groups::ReadResp message = GroupEventMessage(0);
    *message.mutable_event()->mutable_link() = GroupEventMessage(6).event().event();
    stream.Write(message);
    groups::ReadReq answer;
    if (stream.Read(&answer)) acked.Add(answer.ShortDebugString());
    return StayOpen(context, stream);
  }));
  const auto client = MustCreate(server.options());
  const auto consumer = MustConsume(*client);
  const GroupEvent event = MustTake(*consumer);
  EXPECT_EQ(event.event.event->id, Id(1));
  EXPECT_EQ(event.event.link->id, Id(7));
  EXPECT_TRUE(consumer->Answer(event, EventAnswer::Ack()).ok());
  EXPECT_TRUE(consumer->Close(Soon()).ok());
  EXPECT_THAT(acked.All(), ElementsAre("ack { ids { string: \"" + Id(7).ToString() + "\" } }"));
}

TEST(ClientCheck, C68_ManyAcksGoInOneMessageInOrderAndNoMoreThanTwoThousand) {
  constexpr int kEvents = 6'000;
  absl::Notification answered;
  Seen<groups::ReadReq> answers;
  std::atomic<int> ids{0};
  ScriptedServer server(ServerOf([&](grpc::ServerContext& context, GroupStream& stream) {
    for (int i = 0; i < kEvents; ++i) {
      stream.Write(GroupEventMessage(static_cast<std::uint64_t>(i)));
    }
    // Until then nothing is read, so that answers have to wait.
    answered.WaitForNotificationWithTimeout(absl::Seconds(20));
    groups::ReadReq answer;
    while (ids < kEvents && stream.Read(&answer)) {
      ids += answer.ack().ids_size();
      answers.Add(answer);
    }
    return StayOpen(context, stream);
  }));
  ClientOptions options = server.options();
  options.events_buffered_max = 10'000;
  const auto client = MustCreate(options);
  const auto consumer = MustConsume(*client, Quick(10'000));
  for (int i = 0; i < kEvents; ++i) {
    ASSERT_TRUE(consumer->Answer(MustTake(*consumer), EventAnswer::Ack()).ok());
    if (i == 3'500) answered.Notify();
  }
  EXPECT_TRUE(consumer->Close(Soon()).ok());
  EXPECT_EQ(ids, kEvents);
  std::uint64_t next = 1;
  std::size_t largest = 0;
  for (const groups::ReadReq& answer : answers.All()) {
    const std::vector<std::string> each = IdsOf(answer);
    largest = std::max(largest, each.size());
    for (const std::string& id : each) ASSERT_EQ(id, Id(next++).ToString());
  }
  EXPECT_THAT(largest, AllOf(Ge(100U), Le(2'000U)));
}

TEST(ClientCheck, C69_EachNackHasItsActionAndReason) {
  Seen<std::string> answers;
  ScriptedServer server(ServerOf([&](grpc::ServerContext& context, GroupStream& stream) {
    for (std::uint64_t i = 0; i < 5; ++i) stream.Write(GroupEventMessage(i));
    groups::ReadReq answer;
    for (int i = 0; i < 5 && stream.Read(&answer); ++i) answers.Add(answer.ShortDebugString());
    return StayOpen(context, stream);
  }));
  const auto client = MustCreate(server.options());
  const auto consumer = MustConsume(*client);
  const auto handler = [](const GroupEvent& event) {
    switch (event.event.Original().revision) {
      case 0:
        return EventAnswer::Ack();
      case 1:
        return EventAnswer::Park("bad \xFF");
      case 2:
        return EventAnswer::Retry("later");
      case 3:
        return EventAnswer::Skip();
      default:
        return EventAnswer::Stop("enough");
    }
  };
  EXPECT_TRUE(consumer->Run(handler).ok());
  const auto nack = [](std::uint64_t id, const std::string& rest) {
    return "nack { ids { string: \"" + Id(id).ToString() + "\" } " + rest + "}";
  };
  EXPECT_THAT(answers.All(),
              ElementsAre("ack { ids { string: \"" + Id(1).ToString() + "\" } }",
                          nack(2, "action: Park reason: \"bad \\357\\277\\275\" "),
                          nack(3, "action: Retry reason: \"later\" "), nack(4, "action: Skip "),
                          nack(5, "action: Stop reason: \"enough\" ")));
  EXPECT_TRUE(absl::IsCancelled(consumer->Next(Soon()).status()));
}

/// A group of so many events, as a server keeps it: what is in flight when a call ends is handed
/// out again. Calls are cut after some events, if the test wants that.
class StubGroup {
 public:
  explicit StubGroup(std::uint64_t events, int cut_after = 0) : cut_after_(cut_after) {
    for (std::uint64_t i = 0; i < events; ++i) waiting_.push_back({i, 0});
  }

  grpc::Status Serve(grpc::ServerContext& context, GroupStream& stream) {
    std::map<std::string, Item> in_flight;  // Of this call.
    absl::Mutex mutex;
    std::thread reader([&] {
      groups::ReadReq answer;
      while (stream.Read(&answer)) {
        for (const std::string& id : IdsOf(answer)) {
          absl::MutexLock lock(&mutex);
          const auto found = in_flight.find(id);
          if (found == in_flight.end()) continue;
          if (answer.has_nack() && answer.nack().action() == groups::ReadReq::Nack::Retry) {
            GiveBack(found->second);
          }
          in_flight.erase(found);
        }
      }
    });
    int sent = 0;
    bool is_cut = false;
    while (!context.IsCancelled() && !is_cut) {
      const std::optional<Item> item = TakeOne();
      if (!item.has_value()) {
        absl::SleepFor(absl::Milliseconds(1));
        continue;
      }
      {
        absl::MutexLock lock(&mutex);
        in_flight[Id(item->revision + 1).ToString()] = *item;
      }
      stream.Write(GroupEventMessage(item->revision, item->retries));
      is_cut = ++sent == cut_after_;
    }
    if (!is_cut) {
      reader.join();
      GiveBackAll(in_flight);
      return grpc::Status::OK;
    }
    context.TryCancel();  // A connection that breaks: both ways, whatever is on the way.
    reader.join();
    GiveBackAll(in_flight);
    return {grpc::StatusCode::UNAVAILABLE, "cut"};
  }

 private:
  struct Item {
    std::uint64_t revision = 0;
    int retries = 0;
  };

  std::optional<Item> TakeOne() {
    absl::MutexLock lock(&mutex_);
    if (waiting_.empty()) return std::nullopt;
    const Item item = waiting_.front();
    waiting_.pop_front();
    return item;
  }
  void GiveBack(Item item) {
    absl::MutexLock lock(&mutex_);
    ++item.retries;
    waiting_.push_front(item);
  }
  void GiveBackAll(const std::map<std::string, Item>& items) {
    for (const auto& [id, item] : items) GiveBack(item);
  }

  const int cut_after_;
  mutable absl::Mutex mutex_;
  std::deque<Item> waiting_ ABSL_GUARDED_BY(mutex_);
};

TEST(AConsumer, HandlesEveryEventThoughItsConnectionIsCutAgainAndAgain) {
  constexpr std::uint64_t kEvents = 200;
  StubGroup group(kEvents, /*cut_after=*/9);
  ScriptedServer server(
      ServerOf([&](auto& context, auto& stream) { return group.Serve(context, stream); }));
  const auto client = MustCreate(server.options());
  const auto consumer = MustConsume(*client);
  std::set<std::uint64_t> handled;
  const absl::Status ran = consumer->Run(
      [&](const GroupEvent& event) {
        handled.insert(event.event.Original().revision);
        return handled.size() == kEvents ? EventAnswer::Stop() : EventAnswer::Ack();
      },
      {.events_max = 100'000, .until = absl::Now() + absl::Seconds(60)});
  EXPECT_TRUE(ran.ok() || absl::IsUnavailable(ran)) << ran;
  EXPECT_THAT(handled, SizeIs(kEvents));
  EXPECT_THAT(consumer->resumes(), Ge(kEvents / 9 - 1));
  EXPECT_EQ(client->statistics().subscription_resumes, consumer->resumes());
  // Only what was in flight when a call was cut comes again.
  EXPECT_THAT(consumer->repeats(), Le((consumer->resumes() + 1) * 9));
}

TEST(AConsumer, SeesARetriedEventAgainWithItsCount) {
  StubGroup group(1);
  ScriptedServer server(
      ServerOf([&](auto& context, auto& stream) { return group.Serve(context, stream); }));
  const auto client = MustCreate(server.options());
  const auto consumer = MustConsume(*client);
  std::vector<int> retries;
  EXPECT_TRUE(consumer
                  ->Run([&](const GroupEvent& event) {
                    retries.push_back(event.retries);
                    return event.retries < 3 ? EventAnswer::Retry("again") : EventAnswer::Stop();
                  })
                  .ok());
  EXPECT_THAT(retries, ElementsAre(0, 1, 2, 3));
  EXPECT_EQ(consumer->events(), 4U);
  EXPECT_EQ(consumer->repeats(), 3U);
}

TEST(AConsumer, RunsUntilItsBoundsAndGoesOnFromThere) {
  StubGroup group(10);
  ScriptedServer server(
      ServerOf([&](auto& context, auto& stream) { return group.Serve(context, stream); }));
  const auto client = MustCreate(server.options());
  const auto consumer = MustConsume(*client);
  std::vector<std::uint64_t> handled;
  const auto handler = [&](const GroupEvent& event) {
    handled.push_back(event.event.Original().revision);
    return EventAnswer::Ack();
  };
  EXPECT_TRUE(consumer->Run(handler, {.events_max = 3}).ok());
  EXPECT_THAT(handled, ElementsAre(0, 1, 2));
  EXPECT_TRUE(consumer->Run(handler, {.until = absl::Now() + absl::Milliseconds(300)}).ok());
  EXPECT_THAT(handled, SizeIs(10));
  EXPECT_TRUE(absl::IsInvalidArgument(consumer->Run(handler, {.events_max = 0})));
}

TEST(AConsumer, CannotAnswerByACallThatIsOver) {
  std::atomic<int> calls{0};
  ScriptedServer server(ServerOf([&](grpc::ServerContext& context, GroupStream& stream) {
    stream.Write(GroupEventMessage(0, calls));
    if (++calls > 1) return StayOpen(context, stream);
    absl::SleepFor(absl::Milliseconds(50));  // The event comes before the end.
    return Refuse(context, grpc::StatusCode::UNAVAILABLE, {});
  }));
  const auto client = MustCreate(server.options());
  const auto consumer = MustConsume(*client);
  const GroupEvent first = MustTake(*consumer);
  const GroupEvent again = MustTake(*consumer);
  EXPECT_EQ(again.retries, 1);
  EXPECT_TRUE(absl::IsAborted(consumer->Answer(first, EventAnswer::Ack())));
  EXPECT_TRUE(consumer->Answer(again, EventAnswer::Ack()).ok());
  EXPECT_EQ(consumer->answers_lost(), 1U);
}

/// How a server may end a consumer for good.
struct Ending {
  std::string name;
  grpc::StatusCode code;
  std::string exception;
  absl::StatusCode told;
  ErrorKind kind;
};
void PrintTo(const Ending& ending, std::ostream* out) { *out << ending.name; }

class Ended : public testing::TestWithParam<Ending> {};
TEST_P(Ended, AConsumerTellsTheErrorAtOnceAndDoesNotAskAgain) {
  absl::Notification taken;
  ScriptedServer server(ServerOf([&](grpc::ServerContext& context, GroupStream& stream) {
    stream.Write(GroupEventMessage(0));
    taken.WaitForNotificationWithTimeout(absl::Seconds(20));
    return Refuse(context, GetParam().code,
                  {{"exception", GetParam().exception}, {"stream-name", "s"}, {"group-name", "g"}});
  }));
  const auto client = MustCreate(server.options());
  const auto consumer = MustConsume(*client);
  const GroupEvent event = MustTake(*consumer);
  taken.Notify();
  const absl::Time begin = absl::Now();
  const absl::Status ended = consumer->Next(absl::InfiniteFuture()).status();
  EXPECT_LT(absl::Now() - begin, absl::Seconds(5));
  EXPECT_EQ(ended.code(), GetParam().told) << ended;
  EXPECT_EQ(GetErrorKind(ended), GetParam().kind);
  EXPECT_EQ(GetErrorDetails(ended).stream, "s");
  EXPECT_EQ(GetErrorDetails(ended).group, "g");
  EXPECT_EQ(consumer->Next(Soon()).status(), ended);
  EXPECT_EQ(consumer->Run([](const GroupEvent&) { return EventAnswer::Ack(); }), ended);
  EXPECT_TRUE(absl::IsAborted(consumer->Answer(event, EventAnswer::Ack())));
  EXPECT_EQ(server.Calls("ReadGroup"), 1);
}
INSTANTIATE_TEST_SUITE_P(
    ByTheServer, Ended,
    testing::Values(Ending{"C73_DeletedOrUpdated", grpc::StatusCode::CANCELLED,
                           "persistent-subscription-dropped", absl::StatusCode::kCancelled,
                           ErrorKind::kSubscriptionDropped},
                    Ending{"NoSuchGroup", grpc::StatusCode::NOT_FOUND,
                           "persistent-subscription-does-not-exist", absl::StatusCode::kNotFound,
                           ErrorKind::kGroupNotFound},
                    Ending{"AccessDenied", grpc::StatusCode::PERMISSION_DENIED, "access-denied",
                           absl::StatusCode::kPermissionDenied, ErrorKind::kAccessDenied}),
    [](const testing::TestParamInfo<Ending>& each) { return each.param.name; });

grpc::Status Full(grpc::ServerContext& context) {
  return Refuse(
      context, grpc::StatusCode::FAILED_PRECONDITION,
      {{"exception", "maximum-subscribers-reached"}, {"stream-name", "s"}, {"group-name", "g"}});
}

TEST(AConsumer, OfAFullGroupIsRefused) {
  ScriptedServer server({.features = ListGroupMethods,
                         .groups = {.read = [](grpc::ServerContext& context, GroupStream&) {
                           return Full(context);
                         }}});
  const auto client = MustCreate(server.options());
  const absl::Status full = MustConsume(*client)->Next(Soon()).status();
  EXPECT_TRUE(absl::IsFailedPrecondition(full)) << full;
  EXPECT_EQ(GetErrorKind(full), ErrorKind::kMaximumSubscribersReached);
  EXPECT_EQ(server.Calls("ReadGroup"), 1);
}

TEST(AConsumer, ThatComesBackBeforeTheServerMissedItIsPatient) {
  std::atomic<int> calls{0};
  ScriptedServer server({.features = ListGroupMethods,
                         .groups = {.read = [&](grpc::ServerContext& context, GroupStream& stream) {
                           const int call = ++calls;
                           if (call == 2 || call == 3) return Full(context);
                           stream.Write(GroupConfirmation());
                           if (call == 1) return Refuse(context, grpc::StatusCode::UNAVAILABLE, {});
                           stream.Write(GroupEventMessage(4));
                           return StayOpen(context, stream);
                         }}});
  const auto client = MustCreate(server.options());
  const auto consumer = MustConsume(*client);
  EXPECT_EQ(MustTake(*consumer).event.Original().revision, 4U);
  EXPECT_EQ(calls, 4);
}

TEST(AConsumer, PassesOverWhatItDoesNotKnow) {
  ScriptedServer server(ServerOf([](grpc::ServerContext& context, GroupStream& stream) {
    stream.Write(groups::ReadResp());
    stream.Write(GroupConfirmation());
    groups::ReadResp odd = GroupEventMessage(0, -7);
    stream.Write(odd);
    odd = GroupEventMessage(1);
    odd.mutable_event()->mutable_no_retry_count();
    odd.mutable_event()->mutable_no_position();
    stream.Write(odd);
    return StayOpen(context, stream);
  }));
  const auto client = MustCreate(server.options());
  const auto consumer = MustConsume(*client);
  EXPECT_EQ(MustTake(*consumer).retries, 0);
  EXPECT_EQ(MustTake(*consumer).event.Original().revision, 1U);
  EXPECT_EQ(consumer->resumes(), 0U);
}

TEST(AConsumer, EndsAtAnEventThatCannotBeRead) {
  for (const bool has_id : {false, true}) {
    ScriptedServer server(ServerOf([&](grpc::ServerContext& context, GroupStream& stream) {
      groups::ReadResp message = GroupEventMessage(0);
      if (has_id) {
        message.mutable_event()->mutable_event()->mutable_metadata()->clear();
      } else {
        message.mutable_event()->mutable_event()->mutable_id()->set_string("no id");
      }
      stream.Write(message);
      return StayOpen(context, stream);
    }));
    const auto client = MustCreate(server.options());
    EXPECT_TRUE(absl::IsDataLoss(MustConsume(*client)->Next(Soon()).status()));
  }
}

TEST(AConsumer, HoldsNoMoreThanItMayOfAServerThatKeepsNoWindow) {
  std::atomic<std::uint64_t> written{0};
  absl::Notification done;
  ScriptedServer server(ServerOf([&](grpc::ServerContext& context, GroupStream& stream) {
    groups::ReadResp large = GroupEventMessage(0);
    large.mutable_event()->mutable_event()->set_data(std::string(100'000, 'x'));
    while (!done.HasBeenNotified() && stream.Write(large)) ++written;
    return StayOpen(context, stream);
  }));
  ClientOptions options = server.options();
  options.bytes_buffered_max = 1'000'000;
  const auto client = MustCreate(options);
  const auto consumer = MustConsume(*client);
  MustTake(*consumer);
  absl::SleepFor(absl::Milliseconds(300));
  EXPECT_LT(written, 200U);  // Of which some are on the way in gRPC itself.
  done.Notify();
  consumer->Cancel();
}

TEST(AConsumer, AsksAgainWhenItIsNotConfirmedInTime) {
  std::atomic<int> calls{0};
  ScriptedServer server({.features = ListGroupMethods,
                         .groups = {.read = [&](grpc::ServerContext& context, GroupStream& stream) {
                           if (++calls > 1) {
                             stream.Write(GroupConfirmation());
                             stream.Write(GroupEventMessage(3));
                           }
                           return StayOpen(context, stream);
                         }}});
  ClientOptions options = server.options();
  options.default_deadline = absl::Milliseconds(300);
  const auto client = MustCreate(options);
  EXPECT_EQ(MustTake(*MustConsume(*client)).event.Original().revision, 3U);
  EXPECT_EQ(calls, 2);
}

TEST(AConsumer, IsGivenUpAfterItsAttempts) {
  ScriptedServer server(ServerOf([](grpc::ServerContext&, GroupStream&) {
    return grpc::Status::OK;  // Confirmed, and ended without a reason.
  }));
  ConsumerOptions options = Quick();
  options.resume.attempts_max = 4;
  options.resume.backoff_max = absl::Seconds(5);  // A call that holds for so long counts as mended.
  const auto client = MustCreate(server.options());
  EXPECT_TRUE(absl::IsUnavailable(MustConsume(*client, options)->Next(Soon()).status()));
  EXPECT_EQ(server.Calls("ReadGroup"), 4);
}

TEST(AConsumer, WaitsNoLongerThanItIsAskedTo) {
  ScriptedServer server(ServerOf(StayOpen));
  const auto client = MustCreate(server.options());
  const auto consumer = MustConsume(*client);
  const auto nothing = consumer->Next(absl::Now() + absl::Milliseconds(30));
  ASSERT_TRUE(nothing.ok()) << nothing.status();
  EXPECT_FALSE(nothing->has_value());
}

TEST(AConsumer, ThatIsCancelledEndsItsCall) {
  absl::Notification cancelled;
  ScriptedServer server(ServerOf([&](grpc::ServerContext& context, GroupStream& stream) {
    const grpc::Status status = StayOpen(context, stream);
    cancelled.Notify();
    return status;
  }));
  const auto client = MustCreate(server.options());
  const auto consumer = MustConsume(*client);
  std::thread canceller([&] {
    absl::SleepFor(absl::Milliseconds(20));
    consumer->Cancel();
  });
  EXPECT_TRUE(
      absl::IsCancelled(consumer->Run([](const GroupEvent&) { return EventAnswer::Ack(); })));
  canceller.join();
  cancelled.WaitForNotification();
}

TEST(AConsumer, IsCancelledWhenItsClientGoes) {
  ScriptedServer server(ServerOf(StayOpen));
  auto client = MustCreate(server.options());
  const auto consumer = MustConsume(*client);
  absl::Status ended;
  std::thread running([&] { ended = consumer->Next(absl::InfiniteFuture()).status(); });
  while (server.Calls("ReadGroup") == 0) absl::SleepFor(absl::Milliseconds(1));
  client = nullptr;
  running.join();
  EXPECT_TRUE(absl::IsCancelled(ended)) << ended;
}

TEST(AConsumer, OutlivesARestartOfTheServer) {
  StubGroup group(3);
  const auto script =
      ServerOf([&](auto& context, auto& stream) { return group.Serve(context, stream); });
  auto server = std::make_unique<ScriptedServer>(script);
  const auto client = MustCreate(server->options());
  const auto consumer = MustConsume(*client);
  const GroupEvent first = MustTake(*consumer);
  const std::uint16_t port = server->port();
  server = nullptr;
  const auto none = consumer->Next(absl::Now() + absl::Milliseconds(50));
  EXPECT_TRUE(none.ok()) << none.status();
  server = std::make_unique<ScriptedServer>(script, port);
  std::set<std::uint64_t> handled;
  // One at a time: what the call before had handed out may still be among them, and comes again.
  for (const absl::Time until = Soon(); handled.size() < 3 && absl::Now() < until;) {
    EXPECT_TRUE(consumer
                    ->Run(
                        [&](const GroupEvent& event) {
                          handled.insert(event.event.Original().revision);
                          return EventAnswer::Ack();
                        },
                        {.events_max = 1, .until = until})
                    .ok());
  }
  EXPECT_THAT(handled, ElementsAre(0, 1, 2));
  EXPECT_TRUE(absl::IsAborted(consumer->Answer(first, EventAnswer::Ack())));
}

}  // namespace
}  // namespace eventstoredb
