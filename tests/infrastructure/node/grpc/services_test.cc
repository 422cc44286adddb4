// What is served beside Streams. Numbered as the protocol's server checks (S) and the catalogue of
// bad input (B).
#include <algorithm>
#include <cctype>
#include <set>

#include "absl/strings/match.h"
#include <gmock/gmock.h>

#include "event_store/client/gossip.grpc.pb.h"
#include "event_store/client/monitoring.grpc.pb.h"
#include "event_store/client/operations.grpc.pb.h"
#include "event_store/client/persistent_subscriptions.pb.h"
#include "event_store/client/projections.grpc.pb.h"
#include "event_store/client/server_features.grpc.pb.h"
#include "event_store/client/users.grpc.pb.h"
#include "tests/infrastructure/node/grpc/node_testing.h"

namespace eventstoredb::testing_support {
namespace {

namespace client = event_store::client;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class TheNode : public NodeTest {
 protected:
  client::server_features::SupportedMethods Methods() {
    grpc::ClientContext context;
    SetPatience(context);
    client::server_features::SupportedMethods methods;
    const grpc::Status status =
        client::server_features::ServerFeatures::NewStub(channel())->GetSupportedMethods(
            &context, {}, &methods);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return methods;
  }
};

TEST_F(TheNode, S1_S2_S3_NamesItsVersionAndTheFeaturesOfStreams) {
  const auto methods = Methods();

  EXPECT_EQ(methods.event_store_server_version(), "23.10.6");
  for (const auto& method : methods.methods()) {
    if (method.service_name() != "event_store.client.streams.streams") continue;
    if (method.method_name() == "read") {
      EXPECT_THAT(method.features(), ElementsAre("position", "events"));
    } else if (method.method_name() == "batchappend") {
      EXPECT_THAT(method.features(), ElementsAre("deadline_duration"));
    } else {
      EXPECT_THAT(method.features(), IsEmpty());
    }
  }
}

TEST_F(TheNode, S4_NamesTheFeaturesOfPersistentSubscriptions) {
  const auto methods = Methods();
  int count = 0;
  for (const auto& method : methods.methods()) {
    if (!absl::StrContains(method.service_name(), "persistentsubscriptions")) continue;
    EXPECT_THAT(method.features(), ElementsAre("stream", "all")) << method.method_name();
    ++count;
  }
  EXPECT_EQ(count, 8);
}

TEST_F(TheNode, S6_NamesEachMethodOnceInLowerCase) {
  const auto methods = Methods();
  std::set<std::string> names;
  for (const auto& method : methods.methods()) {
    const std::string name = method.service_name() + "/" + method.method_name();
    EXPECT_TRUE(names.insert(name).second) << name;
    EXPECT_TRUE(std::none_of(name.begin(), name.end(), [](unsigned char c) {
      return std::isupper(c) != 0;
    })) << name;
  }
}

TEST_F(TheNode, NamesNoMethodThatItDoesNotServe) {
  std::set<std::string> served;
  for (const auto* service :
       {streams::ReadReq::descriptor()->file()->service(0),
        client::persistent_subscriptions::ReadReq::descriptor()->file()->service(0),
        client::gossip::ClusterInfo::descriptor()->file()->service(0),
        client::monitoring::StatsReq::descriptor()->file()->service(0),
        client::server_features::SupportedMethods::descriptor()->file()->service(0),
        client::users::DetailsReq::descriptor()->file()->service(0),
        client::operations::ScavengeResp::descriptor()->file()->service(0)}) {
    for (int i = 0; i < service->method_count(); ++i) {
      std::string name = service->full_name() + "/" + service->method(i)->name();
      std::transform(name.begin(), name.end(), name.begin(),
                     [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
      served.insert(name);
    }
  }
  const auto methods = Methods();
  std::set<std::string> named;
  for (const auto& method : methods.methods()) {
    named.insert(method.service_name() + "/" + method.method_name());
  }
  EXPECT_EQ(named, served);
}

TEST_F(TheNode, S7_IsTheLeaderOfAClusterOfOne) {
  grpc::ClientContext context;
  SetPatience(context);
  client::gossip::ClusterInfo info;
  ASSERT_TRUE(client::gossip::Gossip::NewStub(channel())->Read(&context, {}, &info).ok());

  ASSERT_EQ(info.members_size(), 1);
  EXPECT_EQ(info.members(0).state(), client::gossip::MemberInfo::Leader);
  EXPECT_TRUE(info.members(0).is_alive());
  EXPECT_TRUE(info.members(0).instance_id().has_structured());
  EXPECT_EQ(info.members(0).http_end_point().address(), "127.0.0.1");
  EXPECT_EQ(info.members(0).http_end_point().port(), node().port());
}

TEST_F(TheNode, S8_B32_AnUnknownMethodIsUnimplemented) {
  // The log of this node has no system projections, and so it does not serve their management.
  grpc::ClientContext context;
  SetPatience(context);
  const auto call = client::projections::Projections::NewStub(channel())->Statistics(&context, {});
  EXPECT_EQ(call->Finish().error_code(), grpc::StatusCode::UNIMPLEMENTED);
}

TEST_F(TheNode, B35_HeadersOverTheLimitAreExhausted) {
  grpc::ClientContext context;
  SetPatience(context);
  context.AddMetadata("x", std::string(9'000, 'x'));
  streams::DeleteResp response;
  // Its connection may be given up with it: that is its own matter.
  const auto excessive = streams::Streams::NewStub(NewChannel());
  EXPECT_EQ(excessive->Delete(&context, {}, &response).error_code(),
            grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(AppendEvents("s", 1).end.code, grpc::StatusCode::OK);
}

TEST_F(TheNode, B37_ABombOfCompressedBytesIsExhausted) {
  grpc::ClientContext context;
  SetPatience(context);
  context.set_compression_algorithm(GRPC_COMPRESS_GZIP);
  streams::AppendResp response;
  const auto call = stub().Append(&context, &response);
  call->Write(Options("s"));
  call->Write(Event(IdText(1), std::string(60 << 20, '\0')));
  EXPECT_EQ(call->Finish().error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(AppendEvents("s", 1).end.code, grpc::StatusCode::OK);
}

TEST_F(TheNode, SaysStatisticsUntilTheClientCancels) {
  AppendEvents("s", 3);
  grpc::ClientContext context;
  SetPatience(context);
  client::monitoring::StatsReq request;
  request.set_refresh_time_period_in_ms(1);
  const auto call = client::monitoring::Monitoring::NewStub(channel())->Stats(&context, request);
  client::monitoring::StatsResp message;
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(call->Read(&message));
    EXPECT_EQ(message.stats().at("es-writer-events"), "3");
    EXPECT_EQ(message.stats().count("proc-mem"), 1u);
  }
  context.TryCancel();
  EXPECT_EQ(call->Finish().error_code(), grpc::StatusCode::CANCELLED);
}

}  // namespace
}  // namespace eventstoredb::testing_support
