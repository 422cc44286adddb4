// Who may do what on a node with access control (protocol sections 2.4 and 3.17). Numbered as the
// protocol's server checks (S) and the catalogue of bad input (B).
#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>

#include "event_store/client/gossip.pb.h"
#include "event_store/client/monitoring.pb.h"
#include "event_store/client/operations.pb.h"
#include "event_store/client/persistent_subscriptions.grpc.pb.h"
#include "event_store/client/projections.pb.h"
#include "event_store/client/server_features.pb.h"
#include "tests/infrastructure/node/grpc/access_testing.h"

namespace eventstoredb::testing_support {
namespace {

namespace client = event_store::client;
namespace groups = event_store::client::persistent_subscriptions;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

/// Of every service that the node offers, as "/package.Service/Method".
std::vector<std::string> AllMethods() {
  std::vector<std::string> methods;
  for (const auto* file :
       {streams::ReadReq::descriptor()->file(), groups::ReadReq::descriptor()->file(),
        client::projections::StateReq::descriptor()->file(),
        client::operations::ScavengeResp::descriptor()->file(),
        users::DetailsReq::descriptor()->file(), client::gossip::ClusterInfo::descriptor()->file(),
        client::monitoring::StatsReq::descriptor()->file(),
        client::server_features::SupportedMethods::descriptor()->file()}) {
    const auto* const service = file->service(0);
    for (int i = 0; i < service->method_count(); ++i) {
      methods.push_back(absl::StrCat("/", service->full_name(), "/", service->method(i)->name()));
    }
  }
  return methods;
}

/// What a caller must be to be let through to a method, whatever is asked for there.
const std::map<std::string, std::string>& LeastCaller() {
  static const auto& rules = *new std::map<std::string, std::string>{
      {"gossip.Gossip/Read", "anonymous"},
      {"server_features.ServerFeatures/GetSupportedMethods", "anonymous"},
      {"monitoring.Monitoring/Stats", "user"},
      {"projections.Projections/Create", "user"},
      {"projections.Projections/Update", "user"},
      {"projections.Projections/Delete", "operator"},
      {"projections.Projections/Statistics", "user"},
      {"projections.Projections/Disable", "user"},
      {"projections.Projections/Enable", "user"},
      {"projections.Projections/Reset", "user"},
      {"projections.Projections/State", "user"},
      {"projections.Projections/Result", "user"},
      {"projections.Projections/RestartSubsystem", "operator"},
      {"operations.Operations/StartScavenge", "operator"},
      {"operations.Operations/StopScavenge", "operator"},
      {"operations.Operations/Shutdown", "operator"},
      {"operations.Operations/MergeIndexes", "operator"},
      {"operations.Operations/ResignNode", "operator"},
      {"operations.Operations/SetNodePriority", "operator"},
      {"operations.Operations/RestartPersistentSubscriptions", "operator"},
      {"users.Users/Create", "admin"},
      {"users.Users/Update", "admin"},
      {"users.Users/Delete", "admin"},
      {"users.Users/Disable", "admin"},
      {"users.Users/Enable", "admin"},
      {"users.Users/Details", "user"},
      {"users.Users/ChangePassword", "user"},
      {"users.Users/ResetPassword", "admin"},
      {"persistent_subscriptions.PersistentSubscriptions/Create", "operator"},
      {"persistent_subscriptions.PersistentSubscriptions/Update", "operator"},
      {"persistent_subscriptions.PersistentSubscriptions/Delete", "operator"},
      {"persistent_subscriptions.PersistentSubscriptions/GetInfo", "user"},
      {"persistent_subscriptions.PersistentSubscriptions/ReplayParked", "operator"},
      {"persistent_subscriptions.PersistentSubscriptions/List", "user"},
      {"persistent_subscriptions.PersistentSubscriptions/RestartSubsystem", "operator"},
      // These look at the stream, which an empty message does not name.
      {"persistent_subscriptions.PersistentSubscriptions/Read", "by stream"},
      {"streams.Streams/Read", "by stream"},
      {"streams.Streams/Append", "by stream"},
      {"streams.Streams/BatchAppend", "by stream"},
      {"streams.Streams/Delete", "by stream"},
      {"streams.Streams/Tombstone", "by stream"},
  };
  return rules;
}

class Access : public AccessTest {};

TEST_F(Access, S171_AWrongPasswordIsUnauthenticatedOnEveryMethod) {
  for (const std::string& method : AllMethods()) {
    const Ended wrong = CallWithNothing(channel(), method, BasicCredentials("admin", "guess"));
    EXPECT_EQ(wrong.code, kNotKnown) << method;
    EXPECT_THAT(wrong.trailers, IsEmpty()) << method;
    const Ended unknown = CallWithNothing(channel(), method, BasicCredentials("mallory", "x"));
    EXPECT_EQ(unknown.code, kNotKnown) << method;
    EXPECT_EQ(unknown.message, wrong.message) << method;
  }
}

TEST_F(Access, OfEveryMethodIsByTheRuleOfItsCaller) {
  const std::vector<std::string> callers = {"anonymous", "user", "operator", "admin"};
  const std::map<std::string, std::string> shown = {
      {"anonymous", ""},
      {"user", BasicCredentials("alice", "alice's")},
      {"operator", BasicCredentials("ops", "changeit")},
      {"admin", BasicCredentials("admin", "changeit")}};
  std::set<std::string> left;
  for (const auto& [method, least] : LeastCaller()) left.insert(method);
  for (const std::string& method : AllMethods()) {
    const std::string name = method.substr(std::string("/event_store.client.").size());
    ASSERT_EQ(left.erase(name), 1u) << name << " has no rule here";
    const std::string& least = LeastCaller().at(name);
    const auto first = std::find(callers.begin(), callers.end(), least);
    for (auto caller = callers.begin(); caller != callers.end(); ++caller) {
      const Ended end = CallWithNothing(channel(), method, shown.at(*caller));
      EXPECT_NE(end.code, kNotKnown) << name << " by " << *caller;
      if (first == callers.end() || caller >= first) {
        EXPECT_NE(end.code, kDenied) << name << " by " << *caller;
      } else {
        EXPECT_EQ(end.code, kDenied) << name << " by " << *caller;
        EXPECT_THAT(end.trailers, ElementsAre(Pair("exception", "access-denied")));
      }
    }
  }
  EXPECT_THAT(left, IsEmpty()) << "rules of methods that there are not";
}

TEST_F(Access, CredentialsThatCannotBeReadCountAsNone) {
  const std::string path = "/event_store.client.users.Users/Details";
  for (const std::string header :
       {"Bearer abc", "Basic", "Basic !!!", "Basic bm9jb2xvbg==", "Digest username=\"admin\""}) {
    EXPECT_EQ(CallWithNothing(channel(), path, header).code, kDenied) << header;
  }
  EXPECT_EQ(CallWithNothing(channel(), path, "basic YWRtaW46Y2hhbmdlaXQ=").code, kOk);
}

TEST_F(Access, S172_WithoutCredentialsNothingOfStreamsIsAllowed) {
  ASSERT_EQ(AppendOne("open").code, kOk);

  AsNobody();
  const Ended read = ReadAny("open");
  EXPECT_EQ(read.code, kDenied);
  EXPECT_THAT(read.trailers, ElementsAre(Pair("exception", "access-denied")));
  EXPECT_EQ(Read(SubscribeToStream("open")).end.code, kDenied);
  EXPECT_EQ(Read(ReadAllFromStart(1)).end.code, kDenied);
  EXPECT_EQ(AppendOne("open").code, kDenied);
  EXPECT_EQ(DeleteStream("open").code, kDenied);
}

TEST_F(Access, WithoutCredentialsWhatEveryoneMayIsAllowedIfTheNodeIsOpen) {
  StartWith({.allow_anonymous_streams = true, .allow_anonymous_endpoints = true});
  SetMetadata("closed", R"({"$acl":{"$r":["alice"]}})");

  AsNobody();
  EXPECT_EQ(AppendOne("open").code, kOk);
  EXPECT_EQ(ReadAny("open").code, kOk);
  EXPECT_EQ(ReadAny("closed").code, kDenied);
  EXPECT_EQ(Read(ReadAllFromStart(1)).end.code, kDenied);
  EXPECT_EQ(CallWithNothing(channel(), "/event_store.client.monitoring.Monitoring/Stats", "").code,
            kOk);
  EXPECT_EQ(CallWithNothing(channel(), "/event_store.client.users.Users/Details", "").code,
            kDenied);
}

TEST_F(Access, S173_AStreamsListSaysWhoMayReadAndAdministratorsAlwaysMay) {
  ASSERT_EQ(AppendOne("s").code, kOk);
  SetMetadata("s", R"({"$acl":{"$r":["bob","$ops"]}})");

  As("alice");
  const Ended read = ReadAny("s");
  EXPECT_EQ(read.code, kDenied);
  EXPECT_THAT(read.trailers, ElementsAre(Pair("exception", "access-denied")));
  EXPECT_EQ(Read(SubscribeToStream("s")).end.code, kDenied);
  EXPECT_EQ(AppendOne("s").code, kOk) << "of writing the list says nothing";
  As("bob");
  EXPECT_EQ(ReadAny("s").code, kOk);
  AsOps();
  EXPECT_EQ(ReadAny("s").code, kOk);
  AsAdmin();
  EXPECT_EQ(ReadAny("s").code, kOk);
}

TEST_F(Access, AStreamsListSaysWhoMayWriteAndDelete) {
  ASSERT_EQ(AppendOne("s").code, kOk);
  SetMetadata("s", R"({"$acl":{"$w":"bob","$d":["bob"]}})");

  As("alice");
  EXPECT_EQ(AppendOne("s").code, kDenied);
  EXPECT_EQ(DeleteStream("s").code, kDenied);
  EXPECT_EQ(ReadAny("s").code, kOk);
  As("bob");
  EXPECT_EQ(AppendOne("s").code, kOk);
  EXPECT_EQ(DeleteStream("s").code, kOk);
}

TEST_F(Access, AStreamsListSaysWhoMayReadAndWriteItsMetadata) {
  ASSERT_EQ(AppendOne("s").code, kOk);
  SetMetadata("s", R"({"$acl":{"$mr":["bob"],"$mw":["bob"]}})");

  As("alice");
  EXPECT_EQ(ReadAny("$$s").code, kDenied);
  EXPECT_EQ(AppendOne("$$s", "$metadata").code, kDenied);
  As("bob");
  EXPECT_EQ(ReadAny("$$s").code, kOk);
  EXPECT_EQ(AppendOne("$$s", "$metadata").code, kOk) << "the system's type is metadata's own";
  As("alice");
  EXPECT_EQ(ReadAny("$$s").code, kOk) << "bob's metadata has no list";
  EXPECT_EQ(DeleteStream("$$s").code, kDenied);
}

TEST_F(Access, AnEmptyListLeavesAdministratorsAlone) {
  SetMetadata("s", R"({"$acl":{"$r":[],"$w":[]}})");

  As("alice");
  EXPECT_EQ(ReadAny("s").code, kDenied);
  EXPECT_EQ(AppendOne("s").code, kDenied);
  AsAdmin();
  EXPECT_EQ(AppendOne("s").code, kOk);
}

TEST_F(Access, MetadataThatIsNotValidHasNoList) {
  SetMetadata("s", R"({"$acl":{"$r":["bob"]},"$maxCount":"many"})");

  As("alice");
  EXPECT_EQ(AppendOne("s").code, kOk);
  EXPECT_EQ(ReadAny("s").code, kOk);
}

TEST_F(Access, AListHoldsFromTheAnswerToItsWriteOn) {
  ASSERT_EQ(AppendOne("s").code, kOk);
  for (int round = 0; round < 50; ++round) {
    SetMetadata("s", R"({"$acl":{"$r":["bob"]}})");
    As("alice");
    ASSERT_EQ(ReadAny("s").code, kDenied) << round;
    SetMetadata("s", R"({"$acl":{"$r":["alice"]}})");
    ASSERT_EQ(ReadAny("s").code, kOk) << round;
  }
}

TEST_F(Access, S174_AllStreamsAreReadByAdministratorsAndByWhomTheirListNames) {
  AsOps();
  EXPECT_EQ(Read(ReadAllFromStart(1)).end.code, kDenied);
  As("alice");
  EXPECT_EQ(Read(ReadAllFromStart(1)).end.code, kDenied);
  EXPECT_EQ(Read(SubscribeToAll()).end.code, kDenied);
  AsAdmin();
  EXPECT_EQ(Read(ReadAllFromStart(1)).end.code, kOk);

  SetMetadata("$all", R"({"$acl":{"$r":["alice"]}})");
  As("alice");
  EXPECT_EQ(Read(ReadAllFromStart(1)).end.code, kOk);
}

TEST_F(Access, S175_SettingsSayWhatHoldsForStreamsWithoutAList) {
  ASSERT_EQ(AppendOne("s").code, kOk);
  As("alice");
  ASSERT_EQ(ReadAny("s").code, kOk);

  SetSettings(R"({"$userStreamAcl":{"$r":["bob"],"$w":"$ops"},
                  "$systemStreamAcl":{"$r":["alice"]}})");
  EXPECT_EQ(ReadAny("s").code, kDenied);
  EXPECT_EQ(AppendOne("s").code, kDenied);
  EXPECT_EQ(DeleteStream("s").code, kOk) << "of deleting they say nothing";
  EXPECT_EQ(Read(ReadAllFromStart(1)).end.code, kOk);
  SetMetadata("own", R"({"$acl":{"$r":["alice"]}})");
  EXPECT_EQ(ReadAny("own").code, kOk);
  As("bob");
  EXPECT_EQ(ReadAny("s").code, kOk);
  EXPECT_EQ(Read(ReadAllFromStart(1)).end.code, kDenied);
}

TEST_F(Access, NoSettingOpensWhatDecidesAboutAccess) {
  SetSettings(R"({"$systemStreamAcl":{"$r":"$all","$w":"$all","$mw":"$all","$mr":"$all"}})");

  As("alice");
  EXPECT_EQ(AppendOne("$own").code, kOk) << "other system streams are open";
  for (const std::string stream : {"$settings", "$users", "$user-admin"}) {
    EXPECT_EQ(ReadAny(stream).code, kDenied) << stream;
    EXPECT_EQ(AppendOne(stream).code, kDenied) << stream;
    EXPECT_EQ(AppendOne("$$" + stream, "$metadata").code, kDenied) << stream;
  }
}

TEST_F(Access, S186_StreamsOfProjectionsAreReadLikeThoseOfUsers) {
  ASSERT_EQ(AppendOne("order-1").code, kOk);

  As("alice");
  for (const std::string stream : {"$ce-order", "$et-Tested", "$category-order", "$streams"}) {
    EXPECT_EQ(ReadAny(stream).code, kOk) << stream;
    EXPECT_EQ(AppendOne(stream).code, kDenied) << stream;
  }
  AsNobody();
  EXPECT_EQ(ReadAny("$ce-order").code, kDenied);

  SetSettings(R"({"$userStreamAcl":{"$r":["bob"]}})");
  As("alice");
  EXPECT_EQ(ReadAny("$ce-order").code, kDenied) << "else they would show what is closed";
  As("bob");
  EXPECT_EQ(ReadAny("$ce-order").code, kOk);
}

TEST_F(Access, S186_WithoutCredentialsTooIfTheNodeIsOpen) {
  StartWith({.allow_anonymous_streams = true});
  ASSERT_EQ(AppendOne("order-1").code, kOk);

  AsNobody();
  EXPECT_EQ(ReadAny("$ce-order").code, kOk);
}

TEST_F(Access, ALinkLeadsNobodyToWhatIsClosedToThem) {
  ASSERT_EQ(AppendOne("order-open").code, kOk);
  ASSERT_EQ(AppendOne("order-closed").code, kOk);
  SetMetadata("order-closed", R"({"$acl":{"$r":["bob"]}})");
  streams::ReadReq request = ReadStreamFromStart("$ce-order", 10);
  request.mutable_options()->set_resolve_links(true);
  const auto resolved = [&] {
    std::vector<std::string> found;
    for (const streams::ReadResp& message : Read(request).messages) {
      if (!message.has_event()) continue;
      found.push_back(message.event().has_event()
                          ? message.event().event().stream_identifier().stream_name()
                          : "a link to " + message.event().link().data());
    }
    return found;
  };

  As("alice");
  EXPECT_THAT(resolved(), ElementsAre("order-open", "a link to 0@order-closed"));
  As("bob");
  EXPECT_THAT(resolved(), ElementsAre("order-open", "order-closed"));
}

TEST_F(Access, B7_AllStreamsAtOnceTakeNoWrite) {
  EXPECT_EQ(AppendOne("$all").code, kInvalid);
  EXPECT_EQ(DeleteStream("$all").code, kInvalid);
  As("alice");
  EXPECT_EQ(AppendOne("$all").code, kInvalid);
}

TEST_F(Access, B8_AStreamOfTheSystemIsWrittenByAdministrators) {
  As("alice");
  const Ended refused = AppendOne("$mine");
  EXPECT_EQ(refused.code, kDenied);
  EXPECT_THAT(refused.trailers, ElementsAre(Pair("exception", "access-denied")));
  AsAdmin();
  EXPECT_EQ(ReadAny("$mine").code, kOk);
  EXPECT_THAT(Read(ReadStreamFromStart("$mine", 1)).Revisions(), IsEmpty()) << "nothing written";
  EXPECT_EQ(AppendOne("$mine").code, kOk);
}

TEST_F(Access, B14_TypesThatAreNoneOrTooLongOrTheSystemsAreRefused) {
  As("alice");
  EXPECT_EQ(AppendOne("s", "").code, kInvalid);
  EXPECT_EQ(AppendOne("s", std::string(4'096, 't')).code, kInvalid);
  EXPECT_EQ(AppendOne("s", "$mine").code, kDenied);
  EXPECT_EQ(AppendOne("s", "$metadata").code, kDenied) << "that is for streams of metadata";
  EXPECT_THAT(Read(ReadStreamFromStart("s", 1)).Revisions(), IsEmpty()) << "nothing written";
  AsAdmin();
  EXPECT_EQ(AppendOne("s", "").code, kInvalid);
  EXPECT_EQ(AppendOne("s", std::string(4'096, 't')).code, kInvalid);
  EXPECT_EQ(AppendOne("s", "$mine").code, kOk);
}

class AccessOfBatches : public Access {
 protected:
  streams::BatchAppendReq Batch(std::uint64_t number, const std::string& stream,
                                const std::string& type = "Tested") {
    streams::BatchAppendReq request;
    request.mutable_correlation_id()->set_string(IdText(number));
    request.mutable_options()->mutable_stream_identifier()->set_stream_name(stream);
    request.mutable_options()->mutable_any();
    auto& event = *request.add_proposed_messages();
    event.mutable_id()->set_string(IdText(0x200000 + number));
    (*event.mutable_metadata())["type"] = type;
    (*event.mutable_metadata())["content-type"] = "application/json";
    event.set_data("{}");
    request.set_is_final(true);
    return request;
  }
};

TEST_F(AccessOfBatches, B8_EachIsLookedAtAndTheOthersAreWritten) {
  SetMetadata("closed", R"({"$acl":{"$w":["bob"]}})");
  As("alice");
  grpc::ClientContext context;
  Prepare(context);
  const auto call = stub().BatchAppend(&context);
  call->Write(Batch(1, "open"));
  call->Write(Batch(2, "closed"));
  call->Write(Batch(3, "$system"));
  call->Write(Batch(4, "open", "$type"));
  call->Write(Batch(5, "$all"));
  call->Write(Batch(6, "open"));
  call->WritesDone();
  std::map<std::string, streams::BatchAppendResp> answers;
  streams::BatchAppendResp answer;
  while (call->Read(&answer)) answers[answer.correlation_id().string()] = answer;
  EXPECT_TRUE(call->Finish().ok());

  ASSERT_EQ(answers.size(), 6u);
  EXPECT_TRUE(answers[IdText(1)].has_success());
  for (const std::uint64_t denied : {2, 3, 4}) {
    const auto& error = answers[IdText(denied)].error();
    EXPECT_EQ(error.code(), static_cast<int>(kDenied)) << denied;
    EXPECT_EQ(error.message(), "AccessDenied") << denied;
    ASSERT_EQ(error.details_size(), 1) << denied;
    EXPECT_EQ(error.details(0).type_url(), "type.googleapis.com/event_store.client.AccessDenied");
  }
  EXPECT_EQ(answers[IdText(5)].error().code(), static_cast<int>(kInvalid));
  EXPECT_TRUE(answers[IdText(6)].has_success());
  EXPECT_THAT(Read(ReadStreamFromStart("open", 10)).Revisions(), ElementsAre(0, 1));
}

TEST_F(AccessOfBatches, KeepTheirOrderThoughSomeMustBeLookedUp) {
  constexpr int kBatches = 200;
  // There is metadata, so each new stream's list has to be read.
  SetMetadata("some", R"({"$acl":{"$w":["bob"]}})");
  As("alice");
  grpc::ClientContext context;
  Prepare(context);
  const auto call = stub().BatchAppend(&context);
  for (std::uint64_t number = 0; number < kBatches; ++number) {
    streams::BatchAppendReq batch = Batch(number, absl::StrCat("stream-", number / 4));
    if (number % 4 == 0) {
      batch.mutable_options()->mutable_no_stream();
    } else {
      batch.mutable_options()->set_stream_position(number % 4 - 1);
    }
    call->Write(batch);
  }
  call->WritesDone();
  int written = 0;
  streams::BatchAppendResp answer;
  while (call->Read(&answer)) {
    EXPECT_TRUE(answer.has_success()) << answer.ShortDebugString();
    ++written;
  }
  EXPECT_TRUE(call->Finish().ok());
  EXPECT_EQ(written, kBatches);
}

TEST_F(AccessOfBatches, EndWithTheUserWhoseCallItIs) {
  As("alice");
  grpc::ClientContext context;
  Prepare(context);
  const auto call = stub().BatchAppend(&context);
  streams::BatchAppendResp answer;
  call->Write(Batch(1, "s"));
  ASSERT_TRUE(call->Read(&answer));
  ASSERT_TRUE(answer.has_success());

  AsAdmin();
  users::DisableReq disable;
  disable.mutable_options()->set_login_name("alice");
  ASSERT_EQ(Do(user_stub(), &users::Users::Stub::Disable, disable, users::DisableResp()).code, kOk);
  call->Write(Batch(2, "s"));
  ASSERT_TRUE(call->Read(&answer));
  EXPECT_EQ(answer.error().code(), static_cast<int>(kNotKnown));
  call->WritesDone();
  EXPECT_TRUE(call->Finish().ok());
  EXPECT_THAT(Read(ReadStreamFromStart("s", 10)).Revisions(), ElementsAre(0));
}

TEST_F(Access, ASubscriptionGivesNothingThatIsWrittenAfterItsRightIsGone) {
  ASSERT_EQ(AppendOne("s").code, kOk);
  As("alice");
  grpc::ClientContext context;
  Prepare(context);
  const auto call = stub().Read(&context, SubscribeToStream("s"));
  streams::ReadResp message;
  do {
    ASSERT_TRUE(call->Read(&message));
  } while (!message.has_caught_up());

  SetMetadata("s", R"({"$acl":{"$r":["bob"]}})");
  AsAdmin();
  ASSERT_EQ(AppendOne("s").code, kOk);
  EXPECT_FALSE(call->Read(&message)) << message.ShortDebugString();
  const Ended end = EndOf(call->Finish(), context);
  EXPECT_EQ(end.code, kDenied);
  EXPECT_THAT(end.trailers, ElementsAre(Pair("exception", "access-denied")));
}

TEST_F(Access, AGroupIsManagedByOperatorsAndConsumedByReadersOfItsStream) {
  const auto stub = groups::PersistentSubscriptions::NewStub(channel());
  groups::CreateReq create;
  create.mutable_options()->set_group_name("g");
  create.mutable_options()->mutable_stream()->mutable_stream_identifier()->set_stream_name("s");
  create.mutable_options()->mutable_stream()->mutable_start();
  auto& settings = *create.mutable_options()->mutable_settings();
  settings.set_live_buffer_size(100);
  settings.set_read_batch_size(10);
  settings.set_history_buffer_size(100);
  settings.set_message_timeout_ms(30'000);
  using Stub = groups::PersistentSubscriptions::Stub;
  As("alice");
  EXPECT_EQ(Do(*stub, &Stub::Create, create, groups::CreateResp()).code, kDenied);
  AsOps();
  EXPECT_EQ(Do(*stub, &Stub::Create, create, groups::CreateResp()).code, kOk);
  SetMetadata("s", R"({"$acl":{"$r":["bob"]}})");

  groups::ReadReq options;
  options.mutable_options()->set_group_name("g");
  options.mutable_options()->mutable_stream_identifier()->set_stream_name("s");
  options.mutable_options()->set_buffer_size(10);
  options.mutable_options()->mutable_uuid_option()->mutable_string();
  const auto consume = [&](const auto& then, bool half_closes = true) {
    grpc::ClientContext context;
    Prepare(context);
    const auto call = stub->Read(&context);
    call->Write(options);
    groups::ReadResp message;
    if (call->Read(&message)) then();
    if (half_closes) call->WritesDone();
    while (call->Read(&message)) {
    }
    return call->Finish().error_code();
  };
  As("alice");
  EXPECT_EQ(consume([] { FAIL() << "alice consumes what she may not read"; }), kDenied);
  As("bob");
  bool has_consumed = false;
  EXPECT_EQ(consume([&] {
              has_consumed = true;
              groups::GetInfoReq request;
              request.mutable_options()->set_group_name("g");
              request.mutable_options()->mutable_stream_identifier()->set_stream_name("s");
              groups::GetInfoResp info;
              EXPECT_EQ(Do(*stub, &Stub::GetInfo, request, info).code, kOk);
              ASSERT_EQ(info.subscription_info().connections_size(), 1);
              EXPECT_EQ(info.subscription_info().connections(0).username(), "bob");
            }),
            kOk);
  EXPECT_TRUE(has_consumed);

  // While it consumes, the right is taken away.
  EXPECT_EQ(consume([&] { SetMetadata("s", R"({"$acl":{"$r":["alice"]}})"); },
                    /*half_closes=*/false),
            kDenied);
}

TEST_F(Access, WhatComesFromThisProcessMayDoEverything) {
  const auto own = streams::Streams::NewStub(node().InProcessChannel());
  grpc::ClientContext context;
  SetPatience(context);
  const auto call = own->Read(&context, ReadAllFromStart(1));
  streams::ReadResp message;
  EXPECT_TRUE(call->Read(&message));
  EXPECT_TRUE(call->Finish().ok());
}

TEST_F(Access, NobodyElsePassesForThisProcess) {
  grpc::ClientContext context;
  SetPatience(context);
  context.AddMetadata("own-process", std::string(64, '0'));
  const auto call = stub().Read(&context, ReadAllFromStart(1));
  streams::ReadResp message;
  EXPECT_FALSE(call->Read(&message));
  EXPECT_EQ(call->Finish().error_code(), kDenied);
}

class WithoutAccessControl : public NodeTest {};

TEST_F(WithoutAccessControl, B7_B8_B14_CredentialsAreNotLookedAtAndListsAreKept) {
  ActAs("nobody", "nothing");
  EXPECT_EQ(Append({Options("$$s"), Event(IdText(1), R"({"$acl":{"$r":[],"$w":[]}})", "$metadata")})
                .end.code,
            kOk);
  EXPECT_EQ(Append({Options("s"), Event(IdText(2))}).end.code, kOk);
  EXPECT_EQ(Append({Options("$s"), Event(IdText(3), "{}", "$type")}).end.code, kOk);
  EXPECT_EQ(Append({Options("$all"), Event(IdText(4))}).end.code, kOk);
  EXPECT_EQ(Read(ReadStreamFromStart("s", 1)).end.code, kOk);
  EXPECT_EQ(Read(ReadAllFromStart(1)).end.code, kOk);
}

}  // namespace
}  // namespace eventstoredb::testing_support
