// The service on a server that speaks EventStoreDB's protocol: two of them on one node, which is
// killed beneath them.

#include <atomic>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "grpcpp/grpcpp.h"
#include "gtest/gtest.h"

#include "orders/v1/admin.grpc.pb.h"
#include "tests/integration/service_test.h"

namespace orders::testing_support {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using Code = grpc::StatusCode;

class OnAServer : public ::testing::Test {
 protected:
  void StartNode(const std::string& listen = "127.0.0.1:0") {
    auto started = OrderdProcess::Start(
        {.store_alone = true, .data = scratch_.Path("node"), .listen = listen});
    ASSERT_TRUE(started.ok()) << started.status();
    node_ = *std::move(started);
  }
  std::unique_ptr<OrderdProcess> StartService(const std::string& name) {
    auto started =
        OrderdProcess::Start({.data = scratch_.Path(name), .arguments = {"--store", Store()}});
    EXPECT_TRUE(started.ok()) << started.status();
    return started.ok() ? *std::move(started) : nullptr;
  }
  std::string Store() const { return absl::StrCat("esdb://", node_->address(), "?tls=false"); }

  static v1::GetHealthResponse Health(OrdersClient& client) {
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(10)));
    v1::GetHealthResponse health;
    const grpc::Status status =
        v1::OrderAdmin::NewStub(client.channel())->GetHealth(&context, {}, &health);
    EXPECT_TRUE(status.ok()) << Describe(status);
    return health;
  }
  /// Waits until it is in that state, a minute at most.
  static v1::GetHealthResponse AwaitHealth(OrdersClient& client, v1::HealthState state) {
    v1::GetHealthResponse health;
    for (int i = 0; i < 600 && health.state() != state; ++i) {
      if (i > 0) absl::SleepFor(absl::Milliseconds(100));
      health = Health(client);
    }
    EXPECT_EQ(health.state(), state) << health.DebugString();
    return health;
  }

  ScratchFolder scratch_;
  std::unique_ptr<OrderdProcess> node_;
};

TEST_F(OnAServer, AnOrderIsKeptThereAndReadBack) {
  ASSERT_NO_FATAL_FAILURE(StartNode());
  const auto service = StartService("a");
  ASSERT_NE(service, nullptr);
  EXPECT_THAT(service->out(), HasSubstr("store=server"));
  OrdersClient client(service->address());
  const CommandAnswer created = client.Send(CreateRequest("first"));
  ASSERT_TRUE(created.ok()) << Describe(created.status);
  const auto read = client.GetOrder("first", created.response.position_token());
  ASSERT_TRUE(read.ok()) << Describe(read.status);
  const v1::GetHealthResponse health = AwaitHealth(client, v1::HEALTH_STATE_SERVING);
  EXPECT_EQ(health.store().kind(), "server");
  EXPECT_TRUE(health.store().reachable());
  EXPECT_EQ(service->Stop().exit_code, 0);
}

TEST_F(OnAServer, TheStoreIsKnownAgainAndReadModelsGoOnFromTheirFiles) {
  ASSERT_NO_FATAL_FAILURE(StartNode());
  std::string token;
  {
    const auto service = StartService("a");
    ASSERT_NE(service, nullptr);
    OrdersClient client(service->address());
    const CommandAnswer created = client.Send(CreateRequest("first"));
    ASSERT_TRUE(created.ok()) << Describe(created.status);
    token = created.response.position_token();
    ASSERT_TRUE(client.GetOrder("first", token).ok());
    EXPECT_EQ(service->Stop().exit_code, 0);
  }
  const auto again = StartService("a");
  ASSERT_NE(again, nullptr);
  OrdersClient client(again->address());
  const auto read = client.GetOrder("first", token);
  EXPECT_TRUE(read.ok()) << Describe(read.status);
}

TEST_F(OnAServer, TwoServicesShareOrdersTokensAndFirstAnswers) {
  ASSERT_NO_FATAL_FAILURE(StartNode());
  const auto a = StartService("a");
  const auto b = StartService("b");
  ASSERT_NE(a, nullptr);
  ASSERT_NE(b, nullptr);
  OrdersClient at_a(a->address());
  OrdersClient at_b(b->address());
  const CommandAnswer created = at_a.Send(CreateRequest("shared", "create-1"));
  ASSERT_TRUE(created.ok()) << Describe(created.status);
  // A token of one is waited for by the other, and a request is known to both.
  ASSERT_TRUE(at_b.GetOrder("shared", created.response.position_token()).ok());
  const CommandAnswer repeated = at_b.Send(CreateRequest("shared", "create-1"));
  ASSERT_TRUE(repeated.ok()) << Describe(repeated.status);
  EXPECT_TRUE(repeated.response.replayed());
  EXPECT_EQ(repeated.response.order().revision(), created.response.order().revision());
  EXPECT_EQ(repeated.response.position_token(), created.response.position_token());

  // Both write to it at once, each on what it last knew: none is lost, none doubled. Who has lost
  // every race is told so, and asks again.
  constexpr int kEach = 40;
  constexpr int kAskedMax = 100;
  absl::Mutex mutex;
  std::set<std::uint64_t> revisions;
  const auto write = [&](OrdersClient& client, const char* name) {
    for (int i = 0; i < kEach; ++i) {
      const v1::SetNoteRequest note =
          NoteRequest("shared", absl::StrCat(name, " ", i), absl::StrCat(name, "-note-", i));
      CommandAnswer noted = client.Send(note);
      for (int asked = 1; asked < kAskedMax && noted.details().reason == "LOST_EVERY_RACE";
           ++asked) {
        noted = client.Send(note);
      }
      ASSERT_TRUE(noted.ok()) << Describe(noted.status);
      const absl::MutexLock lock(&mutex);
      EXPECT_TRUE(revisions.insert(noted.response.order().revision()).second);
    }
  };
  std::thread other([&] { write(at_b, "b"); });
  write(at_a, "a");
  other.join();
  EXPECT_EQ(revisions.size(), 2U * kEach);
  const auto history = at_b.ReadHistory("shared");
  ASSERT_TRUE(history.ok()) << Describe(history.status);
  EXPECT_EQ(history.response.size(), 1U + 2U * kEach);
}

TEST_F(OnAServer, ANodeKilledBeneathThemLosesNothingAndDoublesNothing) {
  ASSERT_NO_FATAL_FAILURE(StartNode());
  const std::string address = node_->address();
  const auto a = StartService("a");
  auto b = StartService("b");
  ASSERT_NE(a, nullptr);
  ASSERT_NE(b, nullptr);
  OrdersClient at_a(a->address(), absl::Seconds(60));
  ASSERT_TRUE(at_a.Send(CreateRequest("hot", "create")).ok());

  // A caller that repeats what has no answer, with the same request id, until it has one.
  std::atomic<bool> stop = false;
  std::atomic<int> acknowledged = 0;
  std::thread writer([&] {
    for (int i = 0; !stop; ++i) {
      const v1::SetNoteRequest note =
          NoteRequest("hot", absl::StrCat("note ", i), absl::StrCat("note-", i));
      CommandAnswer answer = at_a.Send(note);
      for (int tries = 1; !answer.ok() && tries < 300; ++tries) {
        EXPECT_THAT(answer.code(), testing::AnyOf(Code::UNAVAILABLE, Code::DEADLINE_EXCEEDED,
                                                  Code::ABORTED, Code::RESOURCE_EXHAUSTED))
            << Describe(answer.status);
        absl::SleepFor(absl::Milliseconds(100));
        answer = at_a.Send(note);
      }
      ASSERT_TRUE(answer.ok()) << Describe(answer.status);
      ++acknowledged;
    }
  });
  for (int round = 0; round < 2; ++round) {
    const int before = acknowledged;
    for (int i = 0; i < 600 && acknowledged < before + 20; ++i) {
      absl::SleepFor(absl::Milliseconds(50));
    }
    node_->KillNow();
    const v1::GetHealthResponse health = AwaitHealth(at_a, v1::HEALTH_STATE_DEGRADED);
    EXPECT_FALSE(health.store().reachable());
    EXPECT_TRUE(health.store().has_unreachable_since());
    // What is known is still told.
    EXPECT_TRUE(at_a.GetOrder("hot").ok());
    if (round == 1) b->KillNow();
    ASSERT_NO_FATAL_FAILURE(StartNode(address));
    if (round == 1) {
      b = StartService("b");
      ASSERT_NE(b, nullptr);
    }
    AwaitHealth(at_a, v1::HEALTH_STATE_SERVING);
  }
  stop = true;
  writer.join();

  OrdersClient at_b(b->address());
  const auto history = at_b.ReadHistory("hot");
  ASSERT_TRUE(history.ok()) << Describe(history.status);
  std::set<std::string> requests;
  for (const v1::OrderHistoryEntry& entry : history.response) {
    EXPECT_TRUE(requests.insert(entry.request_id()).second) << "doubled: " << entry.request_id();
  }
  for (int i = 0; i < acknowledged; ++i) {
    EXPECT_TRUE(requests.contains(absl::StrCat("note-", i))) << "lost: note-" << i;
  }
  // Both read models hold the last of it.
  const std::string newest = history.response.back().position_token();
  for (OrdersClient* client : {&at_a, &at_b}) {
    const auto read = client->GetOrder("hot", newest);
    ASSERT_TRUE(read.ok()) << Describe(read.status);
    EXPECT_EQ(read.response.order().revision() + 1, history.response.size());
  }
}

TEST_F(OnAServer, ADataFolderOfAnotherServiceIsRefused) {
  ASSERT_NO_FATAL_FAILURE(StartNode());
  const auto service = StartService("a");
  ASSERT_NE(service, nullptr);
  const ProcessEnd second = RunOrderd(
      {"serve", "--data", scratch_.Path("a"), "--grpc-listen", "127.0.0.1:0", "--store", Store()});
  EXPECT_EQ(second.exit_code, 75) << second.err;
  EXPECT_THAT(second.err, HasSubstr(absl::StrCat(service->pid())));
}

struct WrongStore {
  std::string store;
  std::string says;
};
class AConnectionStringThatIsWrong : public ::testing::TestWithParam<WrongStore> {};

// reliability.md B91 to B97.
TEST_P(AConnectionStringThatIsWrong, EndsWith78AndTellsNoPassword) {
  const ScratchFolder scratch;
  const ProcessEnd end = RunOrderd({"serve", "--data", scratch.Path("data"), "--grpc-listen",
                                    "127.0.0.1:0", "--store", GetParam().store});
  EXPECT_EQ(end.exit_code, 78) << end.err;
  EXPECT_THAT(end.err, HasSubstr(GetParam().says));
  EXPECT_THAT(end.err, Not(HasSubstr("s3cret")));
}

INSTANTIATE_TEST_SUITE_P(
    Rows, AConnectionStringThatIsWrong,
    testing::Values(WrongStore{"http://h", "esdb"}, WrongStore{"esdb:/h", "esdb"},
                    WrongStore{"esdb://", "host"}, WrongStore{"esdb://:2113", "host"},
                    WrongStore{"esdb://h:99999", "port"}, WrongStore{"esdb://h:2113x", "port"},
                    WrongStore{"esdb://user@h", "password"}, WrongStore{"esdb://:s3cret@h", "user"},
                    WrongStore{"esdb://u:s3cret%zz@h", "percent"},
                    WrongStore{"esdb://h?tls=maybe", "tls"},
                    WrongStore{"esdb://h?tls=false&tls=true", "tls"},
                    WrongStore{"esdb://h?nosuch=1", "nosuch"},
                    WrongStore{"esdb://h?keepAliveInterval=-2", "keepAliveInterval"},
                    WrongStore{"esdb://h?keepAliveInterval=abc", "keepAliveInterval"},
                    WrongStore{"esdb://h?tlsVerifyCert=false", "tlsVerifyCert"},
                    WrongStore{"esdb://h?tlsCaFile=/nosuch.pem", "/nosuch.pem"},
                    WrongStore{"esdb://h?userCertFile=/nosuch.pem", "userKeyFile"},
                    WrongStore{"esdb://h?maxDiscoverAttempts=0", "maxDiscoverAttempts"},
                    WrongStore{"esdb://h?nodePreference=best", "nodePreference"},
                    WrongStore{"esdb://h?defaultDeadline=0", "defaultDeadline"},
                    WrongStore{"esdb://h 1", "host"}));

TEST(AServerThatNobodyRuns, IsTriedForHalfAMinuteAndThenNamedWith69) {
  const ScratchFolder scratch;
  const ProcessEnd end = RunOrderd({"serve", "--data", scratch.Path("data"), "--grpc-listen",
                                    "127.0.0.1:0", "--store", "esdb://127.0.0.1:1?tls=false"},
                                   absl::Seconds(120));
  EXPECT_EQ(end.exit_code, 69) << end.err;
  EXPECT_THAT(end.err, HasSubstr("127.0.0.1:1"));
}

}  // namespace
}  // namespace orders::testing_support
