// The users of the store as an operator of the service sees and manages them: over gRPC and HTTP,
// on the embedded store and on a server, and where the store has none.

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "grpcpp/grpcpp.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

#include "orders/v1/store_users.grpc.pb.h"
#include "tests/integration/service_test.h"
#include "tests/support/http_client.h"
#include "tests/support/test_authority.h"

namespace orders::testing_support {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using Code = grpc::StatusCode;
using Stub = v1::StoreUsers::Stub;

/// A service on a store that has users, or has none.
class StoreUserCalls : public testing::TestWithParam<std::string> {
 protected:
  bool on_a_server() const { return GetParam() == "Server"; }

  void StartService(bool with_users) {
    WriteFileWithMode(ca_, own_.certificate, 0644);
    WriteFileWithMode(key_, own_.key);
    std::vector<std::string> store = {"--tls-cert", ca_, "--tls-key", key_};
    if (with_users) store.emplace_back("--store-users");
    std::vector<std::string> arguments = {"--http-listen", "127.0.0.1:0"};
    if (on_a_server()) {
      auto node = OrderdProcess::Start(
          {.store_alone = true, .data = scratch_.Path("node"), .arguments = store});
      ASSERT_TRUE(node.ok()) << node.status();
      node_ = *std::move(node);
      arguments.insert(arguments.end(), {"--store", Connection(node_->address(), "admin")});
    } else if (with_users) {
      // Its own ports are in the clear: those of the store alone need no certificate here.
      arguments.insert(arguments.end(), {"--store-listen", "127.0.0.1:0", "--store-users"});
    }
    auto started = OrderdProcess::Start({.data = scratch_.Path("data"), .arguments = arguments});
    ASSERT_TRUE(started.ok()) << started.status();
    service_ = *std::move(started);
    client_ = std::make_unique<OrdersClient>(service_->address());
    users_ = v1::StoreUsers::NewStub(client_->channel());
  }
  std::string Connection(const std::string& address, const std::string& login) const {
    return absl::StrCat("esdb://", login, ":changeit@localhost", address.substr(address.rfind(':')),
                        "?tlsCAFile=", ca_);
  }

  template <typename Response, typename Request>
  Answer<Response> Ask(grpc::Status (Stub::*rpc)(grpc::ClientContext*, const Request&, Response*),
                       const Request& request) {
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(60)));
    context.AddMetadata("x-actor", "ann");
    Answer<Response> answer;
    answer.status = (*users_.*rpc)(&context, request, &answer.response);
    return answer;
  }
  /// Of an rpc that takes a login.
  template <typename Response, typename Request>
  grpc::Status Of(const std::string& login,
                  grpc::Status (Stub::*rpc)(grpc::ClientContext*, const Request&, Response*)) {
    Request request;
    request.set_login_name(login);
    if constexpr (requires { request.set_password("x"); }) request.set_password("canary-0");
    return Ask(rpc, request).status;
  }
  grpc::Status Create(const std::string& login, const std::string& password,
                      const std::vector<std::string>& groups = {}) {
    v1::CreateStoreUserRequest request;
    request.set_login_name(login);
    request.set_password(password);
    request.set_full_name("A person");
    for (const std::string& group : groups) request.add_groups(group);
    return Ask(&Stub::CreateStoreUser, request).status;
  }
  v1::StoreUser Get(const std::string& login) {
    v1::GetStoreUserRequest request;
    request.set_login_name(login);
    const auto answer = Ask(&Stub::GetStoreUser, request);
    EXPECT_TRUE(answer.ok()) << Describe(answer.status);
    return answer.response;
  }
  json Post(const std::string& target, const std::string& body, int status) {
    HttpClient http(service_->ReadyWord("http"));
    const HttpAnswer answer = http.Post(target, body);
    EXPECT_EQ(answer.status, status) << target << ": " << answer.body;
    EXPECT_THAT(answer.body, Not(HasSubstr("canary")));
    return json::parse(answer.body, nullptr, false);
  }

  const TestCertificate own_ = TestAuthority::SelfSigned();
  const ScratchFolder scratch_;
  const std::string ca_ = scratch_.Path("store.pem");
  const std::string key_ = scratch_.Path("store.key");
  std::unique_ptr<OrderdProcess> node_;
  std::unique_ptr<OrderdProcess> service_;
  std::unique_ptr<OrdersClient> client_;
  std::unique_ptr<Stub> users_;
};
INSTANTIATE_TEST_SUITE_P(Stores, StoreUserCalls, testing::Values("Embedded", "Server"),
                         [](const auto& param_info) { return param_info.param; });

TEST_P(StoreUserCalls, AUserIsMadeChangedAndTakenAway) {
  ASSERT_NO_FATAL_FAILURE(StartService(true));
  ASSERT_TRUE(Create("carol", "canary-1", {"$ops", "reports"}).ok());
  const v1::StoreUser carol = Get("carol");
  EXPECT_EQ(carol.full_name(), "A person");
  EXPECT_THAT(carol.groups(), ElementsAre("$ops", "reports"));
  EXPECT_TRUE(carol.has_update_time());
  EXPECT_FALSE(carol.disabled());
  EXPECT_FALSE(carol.used_by_service());

  v1::UpdateStoreUserRequest update;
  update.set_login_name("carol");
  update.set_full_name("Carol");
  ASSERT_TRUE(Ask(&Stub::UpdateStoreUser, update).ok());
  EXPECT_EQ(Get("carol").full_name(), "Carol");
  EXPECT_EQ(Get("carol").groups_size(), 0);

  ASSERT_TRUE(Of("carol", &Stub::DisableStoreUser).ok());
  EXPECT_TRUE(Get("carol").disabled());
  ASSERT_TRUE(Of("carol", &Stub::DisableStoreUser).ok()) << "again";
  ASSERT_TRUE(Of("carol", &Stub::EnableStoreUser).ok());
  EXPECT_FALSE(Get("carol").disabled());
  ASSERT_TRUE(Of("carol", &Stub::ResetStoreUserPassword).ok());

  ASSERT_TRUE(Of("carol", &Stub::DeleteStoreUser).ok());
  ExpectError(Of("carol", &Stub::GetStoreUser), Code::NOT_FOUND, "STORE_USER_NOT_FOUND");
  ExpectError(Of("carol", &Stub::DeleteStoreUser), Code::NOT_FOUND, "STORE_USER_NOT_FOUND");

  const ProcessEnd end = service_->Stop();
  EXPECT_THAT(end.err, HasSubstr("a user of the store was deleted: login=carol actor=ann"));
  EXPECT_THAT(end.err, Not(HasSubstr("canary")));
}

TEST_P(StoreUserCalls, TheyAreListedInPagesByLogin) {
  ASSERT_NO_FATAL_FAILURE(StartService(true));
  ASSERT_TRUE(Create("zoe", "x").ok());
  std::vector<std::string> logins;
  v1::ListStoreUsersRequest request;
  request.set_page_size(1);
  do {
    const auto page = Ask(&Stub::ListStoreUsers, request);
    ASSERT_TRUE(page.ok()) << Describe(page.status);
    ASSERT_EQ(page.response.store_users_size(), 1);
    logins.push_back(page.response.store_users(0).login_name());
    request.set_page_token(page.response.next_page_token());
  } while (!request.page_token().empty() && logins.size() < 10);
  EXPECT_THAT(logins, ElementsAre("admin", "ops", "zoe"));
  request.set_page_token("no-such-token");
  ExpectError(Ask(&Stub::ListStoreUsers, request).status, Code::INVALID_ARGUMENT, "BAD_PAGE_TOKEN");
}

TEST_P(StoreUserCalls, NobodyIsLockedOut) {
  ASSERT_NO_FATAL_FAILURE(StartService(true));
  const std::string reason = on_a_server() ? "OWN_STORE_USER" : "LAST_STORE_ADMIN";
  v1::UpdateStoreUserRequest demote;
  demote.set_login_name("admin");
  demote.add_groups("$ops");
  for (const grpc::Status& refused :
       {Of("admin", &Stub::DeleteStoreUser), Of("admin", &Stub::DisableStoreUser),
        Ask(&Stub::UpdateStoreUser, demote).status}) {
    ExpectError(refused, Code::FAILED_PRECONDITION, reason);
  }
  EXPECT_EQ(Get("admin").used_by_service(), on_a_server());
  EXPECT_THAT(Get("admin").groups(), ElementsAre("$admins"));
  // With another administrator there is one who can put things right, unless the service itself
  // would be out.
  ASSERT_TRUE(Create("second", "x", {"$admins"}).ok());
  const grpc::Status disabled = Of("admin", &Stub::DisableStoreUser);
  const grpc::Status reset = Of("admin", &Stub::ResetStoreUserPassword);
  if (on_a_server()) {
    ExpectError(disabled, Code::FAILED_PRECONDITION, "OWN_STORE_USER");
    ExpectError(reset, Code::FAILED_PRECONDITION, "OWN_STORE_USER");
    demote.add_groups("$admins");
    EXPECT_TRUE(Ask(&Stub::UpdateStoreUser, demote).ok()) << "it stays in $admins";
  } else {
    EXPECT_TRUE(disabled.ok()) << Describe(disabled);
    EXPECT_TRUE(reset.ok()) << Describe(reset);
  }
}

TEST_P(StoreUserCalls, WhatNoUserMayHaveIsRefusedByItsField) {
  ASSERT_NO_FATAL_FAILURE(StartService(true));
  for (const std::string login : {"", "$carol", "a:b", "a\nb"}) {
    ExpectInvalid(Create(login, "x"), "login_name");
  }
  ExpectInvalid(Create(std::string(257, 'a'), "x"), "login_name");
  ExpectInvalid(Create("carol", ""), "password");
  ExpectInvalid(Create("carol", std::string(1'025, 'p')), "password");
  ExpectInvalid(Create("carol", "x", {"a", ""}), "groups[1]");
  ExpectInvalid(Create("carol", "x", {"a", "a"}), "groups[1]");
  ExpectInvalid(Create("carol", "x", std::vector<std::string>(65, "g")), "groups");
  ExpectInvalid(Of("", &Stub::GetStoreUser), "login_name");
  ExpectInvalid(Of("", &Stub::DeleteStoreUser), "login_name");
  ExpectError(Of("carol", &Stub::GetStoreUser), Code::NOT_FOUND, "STORE_USER_NOT_FOUND");

  ASSERT_TRUE(Create("carol", "canary-1").ok());
  EXPECT_TRUE(Create("carol", "canary-1").ok()) << "again";
  const grpc::Status other = Create("carol", "canary-2");
  ExpectError(other, Code::ALREADY_EXISTS, "STORE_USER_EXISTS");
  EXPECT_THAT(Describe(other), Not(HasSubstr("canary")));
}

TEST_P(StoreUserCalls, OverHttpItIsTheSameAndNoAnswerHoldsAPassword) {
  ASSERT_NO_FATAL_FAILURE(StartService(true));
  EXPECT_EQ(
      Post("/v1/storeUsers",
           R"({"login_name":"dan@example.com","password":"canary-1","groups":["$ops"]})", 200),
      json::object());
  HttpClient http(service_->ReadyWord("http"));
  const HttpAnswer got = http.Get("/v1/storeUsers/dan%40example.com");
  EXPECT_EQ(got.status, 200) << got.body;
  EXPECT_EQ(json::parse(got.body)["groups"], json({"$ops"}));
  EXPECT_EQ(json::parse(http.Get("/v1/storeUsers?page_size=500").body)["store_users"].size(), 3U);
  Post("/v1/storeUsers/dan%40example.com:disable", "{}", 200);
  Post("/v1/storeUsers/dan%40example.com:enable", "", 200);
  Post("/v1/storeUsers/dan%40example.com:update", R"({"full_name":"Dan"})", 200);
  Post("/v1/storeUsers/dan%40example.com:resetPassword", R"({"password":"canary-2"})", 200);
  Post("/v1/storeUsers/dan%40example.com:delete", "{}", 200);
  EXPECT_EQ(http.Get("/v1/storeUsers/dan%40example.com").status, 404);
  // What is wrong with a body is told without what stands in it.
  for (const std::string body :
       {R"({"login_name":"eve","password":"canary-3")", R"({"login_name":"eve","password":canary})",
        R"({"login_name":"eve","password":["canary-4"]})",
        R"({"login_name":"eve","passwort":"canary-5"})",
        R"({"login_name":"eve","password":"canary-6","password":"canary-7"})",
        "{\"login_name\":\"eve\",\"password\":\"canary-8\xff\"}"}) {
    Post("/v1/storeUsers", body, 400);
  }
  Post("/v1/storeUsers?password=canary-9", R"({"login_name":"eve"})", 400);
  const ProcessEnd end = service_->Stop();
  EXPECT_THAT(end.err, Not(HasSubstr("canary")));
}

TEST_P(StoreUserCalls, OfAStoreWithoutUsersSayWhatTurnsThemOn) {
  ASSERT_NO_FATAL_FAILURE(StartService(false));
  for (const grpc::Status& refused :
       {Ask(&Stub::ListStoreUsers, v1::ListStoreUsersRequest()).status,
        Of("admin", &Stub::GetStoreUser), Create("carol", "x"), Of("admin", &Stub::EnableStoreUser),
        Of("admin", &Stub::DisableStoreUser), Of("admin", &Stub::UpdateStoreUser),
        Of("admin", &Stub::DeleteStoreUser), Of("admin", &Stub::ResetStoreUserPassword)}) {
    ExpectError(refused, Code::FAILED_PRECONDITION, "STORE_WITHOUT_USERS");
    EXPECT_THAT(refused.error_message(), HasSubstr("store-users"));
  }
  HttpClient http(service_->ReadyWord("http"));
  EXPECT_EQ(http.Get("/v1/storeUsers").status, 409);
}

}  // namespace
}  // namespace orders::testing_support
