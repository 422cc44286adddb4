#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "tests/infrastructure/eventstoredb/scripted_server.h"

// What an operator asks of a node, against a server that answers as the protocol says.
namespace eventstoredb {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;
using namespace testing_support;  // NOLINT: the words of these tests.

TEST(OperatorCalls, SendWhatTheyAreAbout) {
  Seen<std::string> seen;
  const auto noting = [&seen](const char* name) {
    return [&seen, name](grpc::ServerContext&, const auto& request, auto&) {
      seen.Add(std::string(name) + " " + request.ShortDebugString());
      return grpc::Status::OK;
    };
  };
  ScriptedServer server({.management = {.operations = {.shutdown = noting("shutdown"),
                                                       .merge_indexes = noting("merge"),
                                                       .resign_node = noting("resign"),
                                                       .set_node_priority = noting("priority"),
                                                       .restart_groups = noting("restart")}}});
  const auto client = MustCreate(server.options());
  const Operations operations = client->operations();
  EXPECT_TRUE(operations.MergeIndexes().ok());
  EXPECT_TRUE(operations.ResignNode().ok());
  EXPECT_TRUE(operations.SetNodePriority(-3).ok());
  EXPECT_TRUE(operations.RestartPersistentSubscriptions().ok());
  EXPECT_TRUE(operations.Shutdown().ok());
  EXPECT_THAT(seen.All(),
              ElementsAre("merge ", "resign ", "priority priority: -3", "restart ", "shutdown "));
}

TEST(AScavenge, IsStartedAndStopped) {
  using Response = operations::ScavengeResp;
  Seen<std::string> seen;
  std::atomic<int> starts{0};
  ScriptedServer server(
      {.management = {
           .operations = {
               .start_scavenge =
                   [&](auto&, const operations::StartScavengeReq& request, Response& out) {
                     seen.Add(request.ShortDebugString());
                     out.set_scavenge_id("the-first");
                     out.set_scavenge_result(++starts == 1 ? Response::Started
                                                           : Response::InProgress);
                     return grpc::Status::OK;
                   },
               .stop_scavenge =
                   [&](auto& context, const operations::StopScavengeReq& request, Response& out) {
                     seen.Add(request.ShortDebugString());
                     if (request.options().scavenge_id() != "the-first") {
                       return Refuse(context, grpc::StatusCode::NOT_FOUND,
                                     {{"exception", "scavenge-not-found"},
                                      {"scavenge-id", request.options().scavenge_id()}});
                     }
                     out.set_scavenge_id("the-first");
                     out.set_scavenge_result(Response::Stopped);
                     return grpc::Status::OK;
                   }}}});
  const auto client = MustCreate(server.options());
  const auto started = client->operations().StartScavenge({.threads = 2, .start_from_chunk = 7});
  ASSERT_TRUE(started.ok()) << started.status();
  EXPECT_EQ(*started, (Scavenge{.id = "the-first", .status = Scavenge::Status::kStarted}));
  const auto running = client->operations().StartScavenge();
  ASSERT_TRUE(running.ok()) << running.status();
  EXPECT_EQ(running->status, Scavenge::Status::kInProgress);
  const auto stopped = client->operations().StopScavenge("the-first");
  ASSERT_TRUE(stopped.ok()) << stopped.status();
  EXPECT_EQ(stopped->status, Scavenge::Status::kStopped);
  const absl::Status missing = client->operations().StopScavenge("another").status();
  EXPECT_TRUE(absl::IsNotFound(missing)) << missing;
  EXPECT_EQ(GetErrorKind(missing), ErrorKind::kScavengeNotFound);
  EXPECT_THAT(seen.All(),
              ElementsAre("options { thread_count: 2 start_from_chunk: 7 }",
                          "options { thread_count: 1 }", "options { scavenge_id: \"the-first\" }",
                          "options { scavenge_id: \"another\" }"));
}

TEST(AScavenge, WhoseFateCannotBeReadIsDataLoss) {
  ScriptedServer server(
      {.management = {.operations = {.start_scavenge = [](auto&, const auto&, auto& out) {
                        out.set_scavenge_result(
                            static_cast<operations::ScavengeResp::ScavengeResult>(77));
                        return grpc::Status::OK;
                      }}}});
  const auto client = MustCreate(server.options());
  EXPECT_TRUE(absl::IsDataLoss(client->operations().StartScavenge().status()));
}

TEST(OperatorCalls, ThatMakeNoSenseAreRefusedBeforeAnythingIsSent) {
  ScriptedServer server({});
  const auto client = MustCreate(server.options());
  const Operations operations = client->operations();
  const auto text_of = [](const absl::Status& status) {
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
    return std::string(status.message());
  };
  const auto watch = [&](absl::Duration interval) {
    return operations.WatchStatistics({.interval = interval}, [](const auto&) { return true; });
  };
  EXPECT_THAT(text_of(operations.StartScavenge({.threads = 0}).status()), HasSubstr("threads"));
  EXPECT_THAT(text_of(operations.StartScavenge({.start_from_chunk = -1}).status()),
              HasSubstr("start_from_chunk"));
  EXPECT_THAT(text_of(operations.StopScavenge("").status()), HasSubstr("id"));
  EXPECT_THAT(text_of(operations.StopScavenge("\xFF").status()), HasSubstr("id"));
  for (const absl::Duration interval :
       {absl::ZeroDuration(), -absl::Seconds(1), absl::Microseconds(1'500),
        absl::Milliseconds(1LL << 31), absl::InfiniteDuration()}) {
    EXPECT_THAT(text_of(watch(interval)), HasSubstr("interval"));
  }
  EXPECT_EQ(server.Calls("GetSupportedMethods"), 0);
}

TEST(OperatorCalls, WithoutPermissionOrAtAServerThatHasNoneAreTyped) {
  ScriptedServer server(
      {.management = {.operations = {.shutdown = [](auto& context, const auto&, auto&) {
                        return Refuse(context, grpc::StatusCode::PERMISSION_DENIED,
                                      {{"exception", "access-denied"}});
                      }}}});
  const auto client = MustCreate(server.options());
  EXPECT_EQ(GetErrorKind(client->operations().Shutdown()), ErrorKind::kAccessDenied);
  EXPECT_EQ(GetErrorKind(client->operations().MergeIndexes()), ErrorKind::kUnsupported);
  EXPECT_EQ(GetErrorKind(client->operations().GetStatistics().status()), ErrorKind::kUnsupported);
}

grpc::Status CountUp(grpc::ServerContext& context, const monitoring::StatsReq& request,
                     grpc::ServerWriter<monitoring::StatsResp>& out) {
  for (int i = 0; !context.IsCancelled(); ++i) {
    monitoring::StatsResp answer;
    (*answer.mutable_stats())["answers"] = std::to_string(i);
    (*answer.mutable_stats())["asked"] = request.ShortDebugString();
    if (!out.Write(answer)) break;
  }
  return grpc::Status::CANCELLED;
}

TEST(ServerStatistics, AreAskedForOnceOrWatched) {
  ScriptedServer server({.management = {.stats = CountUp}});
  const auto client = MustCreate(server.options());
  const auto once = client->operations().GetStatistics();
  ASSERT_TRUE(once.ok()) << once.status();
  EXPECT_THAT(*once, ElementsAre(Pair("answers", "0"), Pair("asked", "")));

  std::vector<ServerStatistics> watched;
  const absl::Status status = client->operations().WatchStatistics(
      {.interval = absl::Milliseconds(250), .with_metadata = true},
      [&](const ServerStatistics& statistics) {
        watched.push_back(statistics);
        return watched.size() < 3;
      });
  EXPECT_TRUE(status.ok()) << status;
  ASSERT_EQ(watched.size(), 3U);
  EXPECT_EQ(watched[2]["answers"], "2");
  EXPECT_EQ(watched[0]["asked"], "use_metadata: true refresh_time_period_in_ms: 250");
}

TEST(ServerStatistics, AreWatchedUntilTheirTimeAndFromTheBeginningIfTheCallBreaksBefore) {
  std::atomic<int> calls{0};
  ScriptedServer server({.management = {.stats = [&](auto& context, const auto&, auto& out) {
                           if (++calls == 1)
                             return Refuse(context, grpc::StatusCode::UNAVAILABLE, {});
                           out.Write(monitoring::StatsResp());
                           while (!context.IsCancelled()) absl::SleepFor(absl::Milliseconds(2));
                           return grpc::Status::CANCELLED;
                         }}});
  const auto client = MustCreate(server.options());
  int answers = 0;
  const auto count = [&answers](const auto&) { return ++answers > 0; };
  EXPECT_TRUE(
      client->operations().WatchStatistics({.until = absl::Now() + absl::Seconds(2)}, count).ok());
  EXPECT_EQ(calls, 2);
  EXPECT_EQ(answers, 1);
}

TEST(ServerStatistics, ThatBreakOffAreAnError) {
  ScriptedServer server({.management = {.stats = [](auto& context, const auto&, auto& out) {
                           out.Write(monitoring::StatsResp());
                           return Refuse(context, grpc::StatusCode::UNAVAILABLE, {});
                         }}});
  const auto client = MustCreate(server.options());
  int answers = 0;
  const absl::Status ended =
      client->operations().WatchStatistics({}, [&answers](const auto&) { return ++answers > 0; });
  EXPECT_TRUE(absl::IsUnavailable(ended)) << ended;
  EXPECT_EQ(answers, 1);
}

}  // namespace
}  // namespace eventstoredb
