// The service that manages the system projections (protocol sections 1.6 and 3.16).
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include "event_store/client/projections.grpc.pb.h"
#include "event_store/client/server_features.grpc.pb.h"
#include "eventstoredb/node/embedded_event_store.h"
#include "eventstoredb/node/node_server.h"
#include "tests/infrastructure/node/grpc/node_testing.h"
#include "tests/support/event_store_testing.h"
#include "tests/support/temp_directory.h"

namespace eventstoredb {
namespace {

namespace projections = event_store::client::projections;
using namespace testing_support;  // NOLINT: the words of these tests.
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class Projections : public testing::Test {
 protected:
  void SetUp() override { Start(); }

  void Start() {
    stub_.reset();
    node_.reset();
    store_.reset();
    EmbeddedEventStoreOptions options;
    options.directory = directory_.path() + "/store";
    options.system_projections = true;
    auto store = EmbeddedEventStore::Open(std::move(options));
    ASSERT_TRUE(store.ok()) << store.status();
    store_ = *std::move(store);
    auto node = NodeServer::Start({.address = "127.0.0.1:0"}, *store_);
    ASSERT_TRUE(node.ok()) << node.status();
    node_ = *std::move(node);
    stub_ = projections::Projections::NewStub(grpc::CreateChannel(
        absl::StrCat("127.0.0.1:", node_->port()), grpc::InsecureChannelCredentials()));
  }

  struct Listed {
    grpc::Status status;
    std::vector<std::string> projections;  ///< "name status".
  };
  Listed List(const projections::StatisticsReq& request) {
    grpc::ClientContext context;
    SetPatience(context);
    Listed listed;
    const auto call = stub_->Statistics(&context, request);
    projections::StatisticsResp message;
    while (call->Read(&message)) {
      EXPECT_EQ(message.details().mode(), "Continuous");
      listed.projections.push_back(
          absl::StrCat(message.details().name(), " ", message.details().status()));
    }
    listed.status = call->Finish();
    return listed;
  }
  Listed ListOne(const std::string& name) {
    projections::StatisticsReq request;
    request.mutable_options()->set_name(name);
    return List(request);
  }
  grpc::Status Enable(const std::string& name) {
    projections::EnableReq request;
    request.mutable_options()->set_name(name);
    return Call(&projections::Projections::Stub::Enable, request, projections::EnableResp());
  }
  grpc::Status Disable(const std::string& name) {
    projections::DisableReq request;
    request.mutable_options()->set_name(name);
    return Call(&projections::Projections::Stub::Disable, request, projections::DisableResp());
  }
  template <typename Method, typename Request, typename Response>
  grpc::Status Call(Method method, const Request& request, Response response) {
    grpc::ClientContext context;
    SetPatience(context);
    return ((*stub_).*method)(&context, request, &response);
  }

  TempDirectory directory_;
  std::unique_ptr<EmbeddedEventStore> store_;
  std::unique_ptr<NodeServer> node_;
  std::unique_ptr<projections::Projections::Stub> stub_;
};

TEST_F(Projections, S5_TheServiceIsAmongTheFeatures) {
  const auto features =
      event_store::client::server_features::ServerFeatures::NewStub(grpc::CreateChannel(
          absl::StrCat("127.0.0.1:", node_->port()), grpc::InsecureChannelCredentials()));
  grpc::ClientContext context;
  SetPatience(context);
  event_store::client::server_features::SupportedMethods methods;
  ASSERT_TRUE(features->GetSupportedMethods(&context, {}, &methods).ok());
  std::vector<std::string> listed;
  for (const auto& method : methods.methods()) {
    if (method.service_name() != "event_store.client.projections.projections") continue;
    listed.push_back(
        absl::StrCat(method.method_name(), " ", absl::StrJoin(method.features(), ",")));
  }
  EXPECT_THAT(listed, ElementsAre("create track_emitted_streams", "update ", "delete ",
                                  "statistics ", "disable ", "enable ", "reset ", "state ",
                                  "result ", "restartsubsystem "));
}

TEST_F(Projections, S184_TheSystemsAreListedByModeAndByName) {
  projections::StatisticsReq all;
  all.mutable_options()->mutable_all();
  projections::StatisticsReq continuous;
  continuous.mutable_options()->mutable_continuous();
  for (const auto& request : {all, continuous}) {
    const Listed listed = List(request);
    EXPECT_TRUE(listed.status.ok()) << listed.status.error_message();
    EXPECT_THAT(listed.projections, ElementsAre("$by_category Running", "$by_event_type Running",
                                                "$stream_by_category Running", "$streams Running",
                                                "$by_correlation_id Running"));
  }
  projections::StatisticsReq transient;
  transient.mutable_options()->mutable_transient();
  projections::StatisticsReq one_time;
  one_time.mutable_options()->mutable_one_time();
  for (const auto& request : {transient, one_time}) {
    EXPECT_TRUE(List(request).status.ok());
    EXPECT_THAT(List(request).projections, IsEmpty());
  }
  EXPECT_THAT(ListOne("$streams").projections, ElementsAre("$streams Running"));
  EXPECT_EQ(List({}).status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(Projections, S179_S180_AStoppedOneKeepsItsStreamAndStaysStopped) {
  ASSERT_TRUE(Append(*store_, "order-1", kAny, {Event(1, "Paid")}).ok());
  EXPECT_TRUE(Disable("$by_category").ok());
  EXPECT_TRUE(Disable("$by_category").ok());
  ASSERT_TRUE(Append(*store_, "order-1", kAny, {Event(2, "Paid")}).ok());
  Start();
  EXPECT_THAT(ListOne("$by_category").projections, ElementsAre("$by_category Stopped"));
  EXPECT_EQ(ReadStream(*store_, "$ce-order").events.size(), 1U);
  EXPECT_EQ(ReadStream(*store_, "$et-Paid").events.size(), 2U);
  EXPECT_TRUE(Enable("$by_category").ok());
  EXPECT_THAT(ListOne("$by_category").projections, ElementsAre("$by_category Running"));
  EXPECT_EQ(ReadStream(*store_, "$ce-order").events.size(), 2U);
}

TEST_F(Projections, S181_AMissingOneIsNotFoundAndNamed) {
  projections::UpdateReq update;
  update.mutable_options()->set_name("none");
  projections::DeleteReq remove;
  remove.mutable_options()->set_name("none");
  projections::ResetReq reset;
  reset.mutable_options()->set_name("none");
  projections::StateReq state;
  state.mutable_options()->set_name("none");
  projections::ResultReq result;
  result.mutable_options()->set_name("none");
  using Stub = projections::Projections::Stub;
  for (const grpc::Status& status : {Enable("none"), Disable("none"), ListOne("none").status,
                                     Call(&Stub::Update, update, projections::UpdateResp()),
                                     Call(&Stub::Delete, remove, projections::DeleteResp()),
                                     Call(&Stub::Reset, reset, projections::ResetResp()),
                                     Call(&Stub::State, state, projections::StateResp()),
                                     Call(&Stub::Result, result, projections::ResultResp())}) {
    EXPECT_EQ(status.error_code(), grpc::StatusCode::NOT_FOUND);
    EXPECT_THAT(status.error_message(), HasSubstr("no projection \"none\""));
  }
}

TEST_F(Projections, S182_OthersAreNotCreated) {
  projections::CreateReq request;
  request.mutable_options()->mutable_continuous()->set_name("mine");
  request.mutable_options()->set_query("fromAll()");
  const grpc::Status status =
      Call(&projections::Projections::Stub::Create, request, projections::CreateResp());
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNIMPLEMENTED);
  EXPECT_THAT(status.error_message(), HasSubstr("only the system projections"));
}

TEST_F(Projections, S183_StateAndResultAreEmptyStructs) {
  grpc::ClientContext of_state;
  projections::StateReq state;
  state.mutable_options()->set_name("$by_category");
  projections::StateResp its_state;
  EXPECT_TRUE(stub_->State(&of_state, state, &its_state).ok());
  EXPECT_TRUE(its_state.state().has_struct_value());
  grpc::ClientContext of_result;
  projections::ResultReq result;
  result.mutable_options()->set_name("$by_category");
  projections::ResultResp its_result;
  EXPECT_TRUE(stub_->Result(&of_result, result, &its_result).ok());
  EXPECT_TRUE(its_result.result().has_struct_value());
}

TEST_F(Projections, AResetAndARestartChangeNothing) {
  ASSERT_TRUE(Append(*store_, "order-1", kAny, Events({1, 2})).ok());
  const std::vector<Uuid> before = ReadStream(*store_, "$ce-order").Ids();
  projections::ResetReq reset;
  reset.mutable_options()->set_name("$by_category");
  using Stub = projections::Projections::Stub;
  EXPECT_TRUE(Call(&Stub::Reset, reset, projections::ResetResp()).ok());
  EXPECT_TRUE(
      Call(&Stub::RestartSubsystem, event_store::client::Empty(), event_store::client::Empty())
          .ok());
  EXPECT_EQ(ReadStream(*store_, "$ce-order").Ids(), before);
}

}  // namespace
}  // namespace eventstoredb
