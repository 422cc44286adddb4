#include <atomic>
#include <map>
#include <memory>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "tests/infrastructure/eventstoredb/scripted_server.h"

// The calls that manage groups, against a server that answers as recorded.
namespace eventstoredb {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;
using namespace testing_support;  // NOLINT: the words of these tests.

using Trailers = std::map<std::string, std::string>;

const GroupId kManaged{.stream = "p-1", .group = "g"};
const GroupId kOfAll{.group = "g"};

template <typename Request, typename Response>
GroupScript::Call<Request, Response> Failing(grpc::StatusCode code, Trailers trailers) {
  return [code, trailers](grpc::ServerContext& context, const Request&, Response&) {
    return Refuse(context, code, trailers);
  };
}

TEST(Groups, AreCreatedUpdatedReplayedAndDeleted) {
  Seen<std::string> seen;
  const auto note = [&seen](grpc::ServerContext&, const auto& request, auto&) {
    seen.Add(request.ShortDebugString());
    return grpc::Status::OK;
  };
  ScriptedServer server(
      {.features = ListGroupMethods,
       .groups = {
           .create = note, .update = note, .remove = note, .replay = note, .restart = note}});
  const auto client = MustCreate(server.options());
  EXPECT_TRUE(client
                  ->CreateGroup({.id = kOfAll,
                                 .settings = {.start = GroupStart::Start()},
                                 .filter = Filter::StreamPrefixes({"order-"})})
                  .ok());
  EXPECT_TRUE(client->UpdateGroup({.id = kManaged, .settings = {.retries_max = 3}}).ok());
  EXPECT_TRUE(client->ReplayParked({.id = kManaged}).ok());
  EXPECT_TRUE(client->ReplayParked({.id = kOfAll, .stop_at = 7}).ok());
  EXPECT_TRUE(client->DeleteGroup(kOfAll).ok());
  EXPECT_TRUE(client->RestartPersistentSubscriptions().ok());
  const std::vector<std::string> asked = seen.All();
  ASSERT_THAT(asked, SizeIs(6));
  EXPECT_THAT(asked[0], HasSubstr("stream_identifier { prefix: \"order-\" }"));
  EXPECT_THAT(asked[1], HasSubstr("max_retry_count: 3"));
  EXPECT_EQ(
      asked[2],
      "options { group_name: \"g\" stream_identifier { stream_name: \"p-1\" } no_limit { } }");
  EXPECT_EQ(asked[3], "options { group_name: \"g\" all { } stop_at: 7 }");
  EXPECT_EQ(asked[4], "options { group_name: \"g\" all { } }");
  EXPECT_EQ(server.HeadersOf("CreateGroup")[0].count("connection-name"), 1U);
}

TEST(Groups, ThatMakeNoSenseAreRefusedBeforeAnythingIsSent) {
  ScriptedServer server({.features = ListGroupMethods});
  const auto client = MustCreate(server.options());
  const auto refused = [](const absl::Status& status) { return absl::IsInvalidArgument(status); };
  EXPECT_TRUE(refused(client->CreateGroup({.id = kManaged, .settings = {.read_batch_size = 500}})));
  EXPECT_TRUE(refused(client->CreateGroup({.id = kManaged, .filter = Filter::StreamPrefixes({})})));
  EXPECT_TRUE(refused(client->CreateGroup({.id = kOfAll, .filter = Filter::StreamPrefixes({})})));
  EXPECT_TRUE(refused(client->UpdateGroup(
      {.id = kManaged, .settings = {.strategy = ConsumerStrategy::kPinnedByCorrelation}})));
  EXPECT_TRUE(refused(client->DeleteGroup({.stream = "", .group = "g"})));
  EXPECT_TRUE(refused(client->GetGroupInfo({.stream = "s", .group = ""}).status()));
  EXPECT_TRUE(refused(client->ListGroups({.of = ListGroupsRequest::Of::kStream}).status()));
  EXPECT_TRUE(refused(client->ReplayParked({.id = kManaged, .stop_at = 1ULL << 63})));
  EXPECT_TRUE(refused(client->Consume(kManaged, {.buffer_size = 0}).status()));
  EXPECT_TRUE(refused(client->Consume(kManaged, {.buffer_size = 10'001}).status()));
  EXPECT_TRUE(refused(client->Consume({.stream = ""}).status()));
  EXPECT_EQ(server.Calls("GetSupportedMethods"), 0);
}

TEST(ClientCheck, C73_AGroupsErrorsAreTyped) {
  ScriptedServer server(
      {.features = ListGroupMethods,
       .groups = {
           .create = Failing<groups::CreateReq, groups::CreateResp>(
               grpc::StatusCode::ALREADY_EXISTS, {{"exception", "persistent-subscription-exists"},
                                                  {"stream-name", "p-1"},
                                                  {"group-name", "g"}}),
           .update = Failing<groups::UpdateReq, groups::UpdateResp>(
               grpc::StatusCode::INTERNAL, {{"exception", "persistent-subscription-failed"},
                                            {"stream-name", "p-1"},
                                            {"group-name", "g"},
                                            {"reason", "Consumer strategy X does not exist."}}),
           .remove = Failing<groups::DeleteReq, groups::DeleteResp>(
               grpc::StatusCode::NOT_FOUND,
               {{"exception", "persistent-subscription-does-not-exist"},
                {"stream-name", "$all"},
                {"group-name", "g"}}),
           .list = Failing<groups::ListReq, groups::ListResp>(
               grpc::StatusCode::NOT_FOUND,
               {{"exception", "persistent-subscription-does-not-exist"}, {"stream-name", "p-1"}}),
           .replay = Failing<groups::ReplayParkedReq, groups::ReplayParkedResp>(
               grpc::StatusCode::PERMISSION_DENIED, {{"exception", "access-denied"}})}});
  const auto client = MustCreate(server.options());

  const absl::Status exists = client->CreateGroup({.id = kManaged});
  EXPECT_TRUE(absl::IsAlreadyExists(exists)) << exists;
  EXPECT_EQ(GetErrorDetails(exists),
            (ErrorDetails{.kind = ErrorKind::kGroupExists, .stream = "p-1", .group = "g"}));
  const absl::Status failed = client->UpdateGroup({.id = kManaged});
  EXPECT_TRUE(absl::IsInternal(failed)) << failed;
  EXPECT_EQ(GetErrorKind(failed), ErrorKind::kGroupFailed);
  EXPECT_EQ(GetErrorDetails(failed).reason, "Consumer strategy X does not exist.");
  EXPECT_THAT(std::string(failed.message()), Not(HasSubstr("outcome is unknown")));
  const absl::Status missing = client->DeleteGroup(kOfAll);
  EXPECT_TRUE(absl::IsNotFound(missing)) << missing;
  EXPECT_EQ(GetErrorDetails(missing).stream, "$all");
  EXPECT_EQ(GetErrorKind(missing), ErrorKind::kGroupNotFound);
  const auto none = client->ListGroups({.of = ListGroupsRequest::Of::kStream, .stream = "p-1"});
  EXPECT_EQ(GetErrorDetails(none.status()),
            (ErrorDetails{.kind = ErrorKind::kGroupNotFound, .stream = "p-1"}));
  EXPECT_EQ(GetErrorKind(client->ReplayParked({.id = kManaged})), ErrorKind::kAccessDenied);
  EXPECT_EQ(server.Calls("UpdateGroup"), 1);
}

TEST(ClientCheck, C75_WhatAServerDoesNotOfferOfGroupsIsNotAskedOfIt) {
  ScriptedServer server({.features =
                             [](grpc::ServerContext&, features::SupportedMethods& out) {
                               ListGroupMethod("create", true, false, out);
                               ListGroupMethod("read", true, false, out);
                               return grpc::Status::OK;
                             },
                         .groups = {.create = [](grpc::ServerContext&, const auto&, auto&) {
                           return grpc::Status::OK;
                         }}});
  const auto client = MustCreate(server.options());
  EXPECT_TRUE(client->CreateGroup({.id = kManaged}).ok());
  const absl::Status unsupported = client->CreateGroup({.id = kOfAll});
  EXPECT_TRUE(absl::IsUnimplemented(unsupported)) << unsupported;
  EXPECT_EQ(GetErrorKind(unsupported), ErrorKind::kUnsupported);
  EXPECT_THAT(std::string(unsupported.message()), HasSubstr("over all streams"));
  EXPECT_EQ(GetErrorKind(client->GetGroupInfo(kManaged).status()), ErrorKind::kUnsupported);
  const auto consumer = client->Consume(kOfAll);
  ASSERT_TRUE(consumer.ok());
  EXPECT_EQ(GetErrorKind((*consumer)->Next(absl::InfiniteFuture()).status()),
            ErrorKind::kUnsupported);
  EXPECT_EQ(server.Calls("CreateGroup"), 1);
  EXPECT_EQ(server.Calls("ReadGroup"), 0);
}

TEST(Groups, OfAServerThatNamesNoMethodsAreAskedForStreams) {
  ScriptedServer server({.groups = {.create = [](grpc::ServerContext&, const auto&, auto&) {
                           return grpc::Status::OK;
                         }}});
  const auto client = MustCreate(server.options());
  EXPECT_TRUE(client->CreateGroup({.id = kManaged}).ok());
  EXPECT_EQ(GetErrorKind(client->CreateGroup({.id = kOfAll})), ErrorKind::kUnsupported);
  EXPECT_EQ(GetErrorKind(client->DeleteGroup(kManaged)), ErrorKind::kUnsupported);
}

groups::SubscriptionInfo RecordedInfo() {
  groups::SubscriptionInfo info;
  info.set_event_source("p-6");
  info.set_group_name("g");
  info.set_status("Live");
  auto& connection = *info.add_connections();
  connection.set_username("system");
  connection.set_total_items(3);
  connection.set_available_slots(10);
  connection.set_connection_name("<unknown>");
  auto& latency = *connection.add_observed_measurements();
  latency.set_key("Mean");
  latency.set_value(4);
  info.set_total_items(3);
  info.set_last_known_event_position("0");
  info.set_start_from("0");
  info.set_message_timeout_milliseconds(30'000);
  info.set_max_retry_count(2);
  info.set_live_buffer_size(500);
  info.set_buffer_size(500);
  info.set_read_batch_size(20);
  info.set_check_point_after_milliseconds(2'000);
  info.set_min_check_point_count(10);
  info.set_max_check_point_count(1'000);
  info.set_named_consumer_strategy("RoundRobin");
  info.set_parked_message_count(1);
  return info;
}

TEST(Groups, TellHowTheyAre) {
  ScriptedServer server(
      {.features = ListGroupMethods,
       .groups = {.info =
                      [](grpc::ServerContext&, const auto&, groups::GetInfoResp& out) {
                        *out.mutable_subscription_info() = RecordedInfo();
                        return grpc::Status::OK;
                      },
                  .list =
                      [](grpc::ServerContext&, const auto& request, groups::ListResp& out) {
                        if (request.options().has_list_all_subscriptions()) return grpc::Status::OK;
                        *out.add_subscriptions() = RecordedInfo();
                        *out.add_subscriptions() = RecordedInfo();
                        out.mutable_subscriptions(1)->set_group_name("h");
                        out.mutable_subscriptions(1)->set_named_consumer_strategy("OfAPlugin");
                        return grpc::Status::OK;
                      }}});
  const auto client = MustCreate(server.options());
  const auto info = client->GetGroupInfo({.stream = "p-6", .group = "g"});
  ASSERT_TRUE(info.ok()) << info.status();
  EXPECT_EQ(info->id.ToString(), "p-6::g");
  EXPECT_EQ(info->status, "Live");
  GroupSettings settings{.start = GroupStart::Start(), .retries_max = 2};
  EXPECT_EQ(info->settings, settings);
  EXPECT_EQ(info->last_known, GroupPlace(std::uint64_t{0}));
  EXPECT_EQ(info->last_checkpoint, std::nullopt);
  EXPECT_EQ(info->parked, 1);
  ASSERT_THAT(info->consumers, SizeIs(1));
  EXPECT_EQ(info->consumers[0].user, "system");
  EXPECT_EQ(info->consumers[0].slots_free, 10);
  EXPECT_THAT(info->consumers[0].latencies, ElementsAre(std::pair("Mean", 4)));

  const auto none = client->ListGroups();
  ASSERT_TRUE(none.ok()) << none.status();
  EXPECT_THAT(*none, SizeIs(0));
  const auto both = client->ListGroups({.of = ListGroupsRequest::Of::kStream, .stream = "p-6"});
  ASSERT_TRUE(both.ok()) << both.status();
  ASSERT_THAT(*both, SizeIs(2));
  EXPECT_EQ((*both)[1].strategy, "OfAPlugin");
}

TEST(Groups, FollowTheLeader) {
  std::unique_ptr<ScriptedServer> leader = std::make_unique<ScriptedServer>(
      ScriptedServer::Script{.features = ListGroupMethods,
                             .groups = {.create = [](grpc::ServerContext&, const auto&, auto&) {
                               return grpc::Status::OK;
                             }}});
  ScriptedServer follower(
      {.features = ListGroupMethods,
       .groups = {.create = Failing<groups::CreateReq, groups::CreateResp>(
                      grpc::StatusCode::NOT_FOUND,
                      {{"exception", "not-leader"},
                       {"leader-endpoint-host", "localhost"},
                       {"leader-endpoint-port", std::to_string(leader->port())}})}});
  const auto client = MustCreate(follower.options());
  EXPECT_TRUE(client->CreateGroup({.id = kManaged}).ok());
  EXPECT_EQ(leader->Calls("CreateGroup"), 1);
  EXPECT_EQ(follower.Calls("CreateGroup"), 1);
}

TEST(Groups, AreReadAgainButNotChangedAgainAfterAnUnknownOutcome) {
  std::atomic<int> infos{0};
  ScriptedServer server(
      {.features = ListGroupMethods,
       .groups = {.create = Failing<groups::CreateReq, groups::CreateResp>(
                      grpc::StatusCode::UNAVAILABLE, {}),
                  .info = [&](grpc::ServerContext& context, const auto&, groups::GetInfoResp& out) {
                    if (++infos == 1) return Refuse(context, grpc::StatusCode::UNAVAILABLE, {});
                    *out.mutable_subscription_info() = RecordedInfo();
                    return grpc::Status::OK;
                  }}});
  const auto client = MustCreate(server.options());
  const absl::Status created = client->CreateGroup({.id = kManaged});
  EXPECT_TRUE(absl::IsUnavailable(created)) << created;
  EXPECT_THAT(std::string(created.message()), HasSubstr("the outcome is unknown"));
  EXPECT_EQ(server.Calls("CreateGroup"), 1);
  EXPECT_TRUE(client->GetGroupInfo(kManaged).ok());
  EXPECT_EQ(server.Calls("GetInfo"), 2);
}

TEST(Groups, AreNotWaitedForLongerThanTheDeadline) {
  const auto silent = [](grpc::ServerContext& context, const auto&, auto&) {
    while (!context.IsCancelled()) absl::SleepFor(absl::Milliseconds(2));
    return grpc::Status::CANCELLED;
  };
  ScriptedServer server(
      {.features = ListGroupMethods, .groups = {.remove = silent, .info = silent}});
  const auto client = MustCreate(server.options());
  const auto soon = [] { return absl::Now() + absl::Milliseconds(100); };
  const absl::Status asked = client->GetGroupInfo(kManaged, soon()).status();
  EXPECT_TRUE(absl::IsDeadlineExceeded(asked)) << asked;
  // A question changes nothing: there is no outcome to be unknown.
  EXPECT_THAT(std::string(asked.message()), Not(HasSubstr("write")));
  EXPECT_THAT(std::string(asked.message()), Not(HasSubstr("outcome")));
  const absl::Status changed = client->DeleteGroup(kManaged, soon());
  EXPECT_TRUE(absl::IsDeadlineExceeded(changed)) << changed;
  EXPECT_THAT(std::string(changed.message()), HasSubstr("the outcome is unknown"));
}

TEST(Groups, AreAskedAboutThoughThereIsNoRoomForWrites) {
  ScriptedServer server({.features = ListGroupMethods,
                         .append =
                             [](grpc::ServerContext& context, const auto&, auto&) {
                               while (!context.IsCancelled()) absl::SleepFor(absl::Milliseconds(2));
                               return grpc::Status::CANCELLED;
                             },
                         .groups = {.info = [](grpc::ServerContext&, const auto&, auto& out) {
                           *out.mutable_subscription_info() = RecordedInfo();
                           return grpc::Status::OK;
                         }}});
  ClientOptions options = server.options();
  options.appends_in_flight_max = 1;
  const auto client = MustCreate(options);
  client->StartAppend(AppendOf("s", 1), [](const auto&) {});
  EXPECT_TRUE(absl::IsResourceExhausted(client->DeleteGroup(kManaged)));
  EXPECT_TRUE(client->GetGroupInfo(kManaged).ok());
}

}  // namespace
}  // namespace eventstoredb
