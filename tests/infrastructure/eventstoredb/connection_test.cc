#include <atomic>
#include <fstream>
#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "tests/infrastructure/eventstoredb/scripted_server.h"
#include "tests/support/event_store_testing.h"

// How a client finds its node, what it says there, and when it leaves.
namespace eventstoredb {
namespace {

using testing::HasSubstr;
using testing::SizeIs;
using namespace testing_support;  // NOLINT: the words of these tests.

grpc::Status Written(grpc::ServerContext&, const std::vector<streams::AppendReq>&,
                     streams::AppendResp& out) {
  out.mutable_success()->set_current_revision(0);
  return grpc::Status::OK;
}

void AddMember(gossip::ClusterInfo& cluster, const Endpoint& endpoint,
               gossip::MemberInfo::VNodeState state = gossip::MemberInfo::Leader) {
  gossip::MemberInfo& member = *cluster.add_members();
  member.set_state(state);
  member.set_is_alive(true);
  member.mutable_http_end_point()->set_address(endpoint.host);
  member.mutable_http_end_point()->set_port(endpoint.port);
}

/// A port on which nobody listens: it was bound and closed.
Endpoint Nobody() {
  const ScriptedServer gone({});
  return gone.endpoint();
}

TEST(ClientCheck, C03_SeveralHostsAreAskedForTheMemberToConnectTo) {
  ScriptedServer node({.append = Written});
  const auto tell = [&](grpc::ServerContext&, gossip::ClusterInfo& out) {
    AddMember(out, node.endpoint());
    return grpc::Status::OK;
  };
  ScriptedServer a({.gossip = tell});
  ScriptedServer b({.gossip = tell});
  ClientOptions options = a.options();
  options.endpoints = {a.endpoint(), b.endpoint()};
  const auto client = MustCreate(options);
  EXPECT_TRUE(client->Append(AppendOf("s", 1)).ok());
  EXPECT_EQ(a.Calls("Gossip") + b.Calls("Gossip"), 1);
  EXPECT_EQ(node.Calls("Append"), 1);
}

TEST(ClientCheck, C18_AnUnreachableSeedIsPassedOverInTheSameRound) {
  ScriptedServer node({.gossip = {}, .append = Written});
  ScriptedServer seed({.gossip = [&](grpc::ServerContext&, gossip::ClusterInfo& out) {
    AddMember(out, node.endpoint());
    return grpc::Status::OK;
  }});
  ClientOptions options = seed.options();
  options.discover_attempts_max = 1;
  options.endpoints = {Nobody(), seed.endpoint(), Nobody()};
  for (int i = 0; i < 4; ++i) {  // Whatever the order.
    const auto client = MustCreate(options);
    EXPECT_TRUE(client->Append(AppendOf("s", 1)).ok());
  }
}

TEST(ClientCheck, C15_C19_DiscoveryEndsAfterItsAttemptsAndTheNextCallBeginsAnew) {
  std::atomic<bool> elected{false};
  ScriptedServer node({.append = Written});
  ScriptedServer seed({.gossip = [&](grpc::ServerContext&, gossip::ClusterInfo& out) {
    AddMember(out, node.endpoint(),
              elected ? gossip::MemberInfo::Leader : gossip::MemberInfo::CatchingUp);
    return grpc::Status::OK;
  }});
  ClientOptions options = seed.options();
  options.discover = true;
  options.discover_attempts_max = 3;
  const auto client = MustCreate(options);
  const auto failed = client->Append(AppendOf("s", 1));
  EXPECT_TRUE(absl::IsUnavailable(failed.status())) << failed.status();
  EXPECT_EQ(GetErrorKind(failed.status()), ErrorKind::kDiscoveryFailed);
  EXPECT_THAT(std::string(failed.status().message()),
              HasSubstr("Failed to discover after 3 attempts."));
  EXPECT_EQ(seed.Calls("Gossip"), 3);
  elected = true;
  EXPECT_TRUE(client->Append(AppendOf("s", 1)).ok());
}

TEST(ClientCheck, C21_CredentialsAreNotSentWithoutTls) {
  ScriptedServer server({.append = Written});
  ClientOptions options = server.options();
  options.credentials = Credentials{"ada", "secret"};
  const auto client = MustCreate(options);
  ASSERT_TRUE(client->Append(AppendOf("s", 1), {.credentials = Credentials{"bob", "x"}}).ok());
  ASSERT_THAT(server.HeadersOf("Append"), SizeIs(1));
  EXPECT_EQ(server.HeadersOf("Append")[0].count("authorization"), 0U);
}

TEST(ClientCheck, C23_C24_ConnectionNameIsOneUuidAndRequiresLeaderOnlyWhereAsked) {
  ScriptedServer server({.append = Written});
  const auto client = MustCreate(server.options());
  ASSERT_TRUE(client->Append(AppendOf("s", 1)).ok());
  ASSERT_TRUE(client->Append(AppendOf("s", 2), {.requires_leader = true}).ok());
  const std::vector<Headers> headers = server.HeadersOf("Append");
  ASSERT_THAT(headers, SizeIs(2));
  const std::string name = headers[0].find("connection-name")->second;
  EXPECT_TRUE(Uuid::Parse(name).has_value()) << name;
  EXPECT_EQ(headers[1].find("connection-name")->second, name);
  EXPECT_EQ(headers[0].count("requires-leader"), 0U);
  EXPECT_EQ(headers[1].find("requires-leader")->second, "true");

  ClientOptions options = server.options();
  options.connection_name = "the shop";
  ASSERT_TRUE(MustCreate(options)->Append(AppendOf("s", 3)).ok());
  EXPECT_EQ(server.HeadersOf("Append")[2].find("connection-name")->second, "the shop");
}

TEST(ClientCheck, C25_NotLeaderNamesTheLeaderAndTheNextCallGoesThere) {
  ScriptedServer leader({.append = Written});
  ScriptedServer follower({.append = [&](grpc::ServerContext& context, const auto&, auto&) {
    return Refuse(context, grpc::StatusCode::NOT_FOUND,
                  {{"exception", "not-leader"},
                   {"leader-endpoint-host", "localhost"},
                   {"leader-endpoint-port", absl::StrCat(leader.port())}},
                  "Leader info available");
  }});
  ClientOptions options = follower.options();
  options.retry.attempts_max = 1;
  const auto client = MustCreate(options);
  const auto refused = client->Append(AppendOf("s", 1));
  const ErrorDetails details = GetErrorDetails(refused.status());
  EXPECT_EQ(details.kind, ErrorKind::kNotLeader);
  EXPECT_EQ(details.leader, leader.endpoint());
  EXPECT_TRUE(client->Append(AppendOf("s", 1)).ok());
  EXPECT_EQ(follower.Calls("Append"), 1);
  EXPECT_EQ(leader.Calls("Append"), 1);
}

// Two nodes that each name the other: there is an end to it.
TEST(ClientCheck, C25_NodesThatNameEachOtherAreFollowedAFewTimesOnly) {
  std::atomic<int> calls{0};
  std::uint16_t ports[2] = {0, 0};
  const auto name = [&](int other) {
    return [&, other](grpc::ServerContext& context, const auto&, auto&) {
      ++calls;
      return Refuse(context, grpc::StatusCode::NOT_FOUND,
                    {{"exception", "not-leader"},
                     {"leader-endpoint-host", "localhost"},
                     {"leader-endpoint-port", absl::StrCat(ports[other])}});
    };
  };
  ScriptedServer a({.append = name(1)});
  ScriptedServer b({.append = name(0)});
  ports[0] = a.port();
  ports[1] = b.port();
  const auto client = MustCreate(a.options());
  const auto refused = client->Append(AppendOf("s", 1));
  EXPECT_EQ(GetErrorKind(refused.status()), ErrorKind::kNotLeader);
  EXPECT_EQ(calls, a.options().retry.attempts_max);
}

TEST(ClientCheck, C26_C28_AfterUnavailableTheNextCallReconnectsAndAsksForTheFeaturesAgain) {
  ScriptedServer::Script script{.append = Written};
  auto server = std::make_unique<ScriptedServer>(script);
  ClientOptions options = server->options();
  options.retry.attempts_max = 1;
  const auto client = MustCreate(options);
  ASSERT_TRUE(client->Append(AppendOf("s", 1)).ok());
  ASSERT_TRUE(client->Append(AppendOf("s", 2)).ok());
  EXPECT_EQ(server->Calls("GetSupportedMethods"), 1);
  const std::uint16_t port = server->port();
  server = nullptr;
  const auto down = client->Append(AppendOf("s", 3));
  EXPECT_TRUE(absl::IsUnavailable(down.status())) << down.status();
  server = std::make_unique<ScriptedServer>(script, port);
  // The call above may have found the old connection closing; then this one hears of it.
  absl::StatusOr<AppendResult> again = client->Append(AppendOf("s", 4));
  if (!again.ok()) again = client->Append(AppendOf("s", 5));
  EXPECT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(server->Calls("GetSupportedMethods"), 1);
  const ClientStatistics statistics = client->statistics();
  EXPECT_EQ(statistics.connections, 2U);
  EXPECT_EQ(statistics.write_retries, 0U) << "one attempt is allowed";
  EXPECT_EQ(statistics.writes_in_flight, 0U);
}

TEST(ClientCheck, C27_AServerWithoutFeaturesIsUsedWithoutThem) {
  ScriptedServer server({.append = Written});  // The features script is unset: UNIMPLEMENTED.
  const auto client = MustCreate(server.options());
  EXPECT_TRUE(client->Append(AppendOf("s", 1)).ok());
  EXPECT_EQ(server.Calls("Append"), 1);
  EXPECT_EQ(server.Calls("BatchAppend"), 0);
}

TEST(AConnection, ThatIsRefusedNamesTheNodeAndWritesNothing) {
  ClientOptions options;
  options.endpoints = {Nobody()};
  options.tls = false;
  options.retry = {.attempts_max = 2,
                   .backoff_min = absl::Milliseconds(1),
                   .backoff_max = absl::Milliseconds(1)};
  const auto client = MustCreate(options);
  const auto refused = client->Append(AppendOf("s", 1));
  EXPECT_TRUE(absl::IsUnavailable(refused.status()));
  EXPECT_THAT(std::string(refused.status().message()),
              HasSubstr(absl::StrCat("cannot connect to localhost:", options.endpoints[0].port)));
  EXPECT_THAT(std::string(refused.status().message()), testing::Not(HasSubstr("outcome")));
  EXPECT_EQ(client->statistics().connections, 0U);
  EXPECT_EQ(client->statistics().connections_failed, 2U);
  EXPECT_EQ(client->statistics().write_retries, 1U);
}

TEST(AConnection, OverTlsToAServerWithoutItFailsWithWhatToChange) {
  ScriptedServer server({.append = Written});
  ClientOptions options = server.options();
  options.tls = true;
  options.tls_verify_cert = false;
  const auto refused = MustCreate(options)->Append(AppendOf("s", 1));
  EXPECT_TRUE(absl::IsUnavailable(refused.status())) << refused.status();
  EXPECT_THAT(std::string(refused.status().message()), HasSubstr("tls=false"));
  EXPECT_EQ(server.Calls("GetSupportedMethods"), 0);
}

TEST(AClient, IsRefusedWithOptionsOutOfRangeOrFilesThatAreNone) {
  const auto code = [](auto change) {
    ClientOptions options;
    options.endpoints = {{"localhost", 1}};
    change(options);
    return Client::Create(options).status().code();
  };
  constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
  EXPECT_EQ(code([](ClientOptions&) {}), absl::StatusCode::kOk);
  EXPECT_EQ(code([](ClientOptions& o) { o.endpoints.clear(); }), kInvalid);
  EXPECT_EQ(code([](ClientOptions& o) { o.endpoints[0].port = 0; }), kInvalid);
  EXPECT_EQ(code([](ClientOptions& o) { o.connection_name = "a\nb"; }), kInvalid);
  EXPECT_EQ(code([](ClientOptions& o) { o.retry.attempts_max = 0; }), kInvalid);
  EXPECT_EQ(code([](ClientOptions& o) { o.retry.backoff_max = absl::ZeroDuration(); }), kInvalid);
  EXPECT_EQ(code([](ClientOptions& o) { o.events_buffered_max = 0; }), kInvalid);
  EXPECT_EQ(code([](ClientOptions& o) { o.listed_max = 0; }), kInvalid);
  EXPECT_EQ(code([](ClientOptions& o) { o.tls_ca_file = "/none/ca.pem"; }), kInvalid);
  EXPECT_EQ(code([](ClientOptions& o) { o.tls_ca_file = "/dev/null"; }), kInvalid);
}

TEST(AClient, MayGoWhileCallsWaitAndEachHears) {
  absl::Notification arrived;
  absl::Notification leave;
  ScriptedServer server({.append = [&](grpc::ServerContext&, const auto&, auto&) {
    if (!arrived.HasBeenNotified()) arrived.Notify();
    leave.WaitForNotification();
    return grpc::Status::OK;
  }});
  auto client = MustCreate(server.options());
  absl::Status heard;
  int answers = 0;
  client->StartAppend(AppendOf("s", 1), [&](absl::StatusOr<AppendResult> answer) {
    heard = answer.status();
    ++answers;
  });
  arrived.WaitForNotification();
  auto reader = client->ReadStream({.stream = "s"});
  client = nullptr;
  EXPECT_EQ(answers, 1);
  EXPECT_TRUE(absl::IsUnavailable(heard)) << heard;
  EXPECT_TRUE(absl::IsCancelled(reader->Next().status()));
  leave.Notify();
}

}  // namespace
}  // namespace eventstoredb
