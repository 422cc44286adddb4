// The store's users by a client of a real node: of this process, which needs no user, and over TLS
// as a user of its own; with users and without.

#include "infrastructure/journal/client_store_users.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "application/commands/request_errors.h"
#include "eventstoredb/client.h"
#include "eventstoredb/node/embedded_event_store.h"
#include "eventstoredb/node/node_server.h"
#include "tests/support/test_authority.h"

namespace orders::infrastructure {
namespace {

using application::StoreUser;
using eventstoredb::NodeTlsIdentity;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

absl::Time Soon() { return absl::Now() + absl::Seconds(60); }

std::string ReasonOf(const absl::Status& status) {
  const auto error = application::GetRequestError(status);
  return error.has_value() ? error->reason : "";
}

std::vector<std::string> Logins(const absl::StatusOr<std::vector<StoreUser>>& users) {
  std::vector<std::string> logins;
  EXPECT_TRUE(users.ok()) << users.status();
  if (!users.ok()) return logins;
  for (const StoreUser& user : *users) logins.push_back(user.login);
  return logins;
}

class ClientStoreUsersTest : public testing::Test {
 protected:
  void StartNode(bool with_users) {
    log_ = *eventstoredb::EmbeddedEventStore::Open({.in_memory = true});
    const testing_support::TestCertificate own = testing_support::TestAuthority::SelfSigned();
    const auto identity = std::make_shared<const NodeTlsIdentity>(
        NodeTlsIdentity{.certificate_chain = own.certificate, .private_key = own.key});
    eventstoredb::NodeServerOptions options{.address = "127.0.0.1:0"};
    options.tls = [identity] { return identity; };
    if (with_users) options.access = {.password_iterations = 1'000};
    auto node = eventstoredb::NodeServer::Start(options, *log_);
    ASSERT_TRUE(node.ok()) << node.status();
    node_ = *std::move(node);
    embedded_ = *eventstoredb::Client::Create(
        {.make_channel = [this] { return node_->InProcessChannel(); }, .tls = false});
  }
  /// As the service on an embedded store.
  ClientStoreUsers Embedded() { return {embedded_->users(), {.is_embedded = true}}; }
  /// As the service on a server, whose user is `login`.
  ClientStoreUsers OnServer(const std::string& login, const std::string& password) {
    eventstoredb::ClientOptions options;
    options.endpoints = {{"127.0.0.1", node_->port()}};
    options.tls_verify_cert = false;
    options.credentials = {.user = login, .password = password};
    clients_.push_back(*eventstoredb::Client::Create(options));
    return {clients_.back()->users(), {.own_login = login}};
  }

  std::unique_ptr<eventstoredb::EmbeddedEventStore> log_;
  std::unique_ptr<eventstoredb::NodeServer> node_;
  std::unique_ptr<eventstoredb::Client> embedded_;
  std::vector<std::unique_ptr<eventstoredb::Client>> clients_;
};

TEST_F(ClientStoreUsersTest, AreListedByLoginWithTheServicesOwnMarked) {
  StartNode(true);
  ClientStoreUsers on_server = OnServer("admin", "changeit");
  ASSERT_TRUE(on_server.Create({.login = "Zoe", .password = "a", .full_name = "Zoë"}, Soon()).ok());
  const auto listed = on_server.List(Soon());
  EXPECT_THAT(Logins(listed), ElementsAre("Zoe", "admin", "ops"));
  EXPECT_TRUE(listed->at(1).is_own);
  EXPECT_FALSE(listed->at(2).is_own);
  EXPECT_THAT(listed->at(1).groups, ElementsAre("$admins"));
  EXPECT_THAT(Logins(Embedded().List(Soon())), ElementsAre("Zoe", "admin", "ops"));
  EXPECT_FALSE(Embedded().List(Soon())->at(1).is_own) << "an embedded store needs no user";
}

TEST_F(ClientStoreUsersTest, LiveTheirWholeLife) {
  StartNode(true);
  ClientStoreUsers users = Embedded();
  ASSERT_TRUE(
      users
          .Create({.login = "carol", .password = "one", .full_name = "Carol", .groups = {"$ops"}},
                  Soon())
          .ok());
  const auto carol = users.Find("carol", Soon());
  ASSERT_TRUE(carol.ok()) << carol.status();
  EXPECT_TRUE(carol->updated.has_value());
  EXPECT_EQ(carol->full_name, "Carol");

  ASSERT_TRUE(users.Update("carol", "Carol Green", {"$admins", "reports"}, Soon()).ok());
  const auto changed = users.Find("carol", Soon());
  EXPECT_EQ(changed->full_name, "Carol Green");
  EXPECT_THAT(changed->groups, ElementsAre("$admins", "reports"));
  EXPECT_TRUE(OnServer("carol", "one").List(Soon()).ok()) << "the password stays";

  ASSERT_TRUE(users.ResetPassword("carol", "two", Soon()).ok());
  EXPECT_TRUE(OnServer("carol", "two").List(Soon()).ok());

  ASSERT_TRUE(users.SetDisabled("carol", true, Soon()).ok());
  EXPECT_TRUE(users.Find("carol", Soon())->is_disabled);
  EXPECT_EQ(ReasonOf(OnServer("carol", "two").List(Soon()).status()), "STORE_ACCESS_DENIED");
  ASSERT_TRUE(users.SetDisabled("carol", false, Soon()).ok());
  EXPECT_TRUE(OnServer("carol", "two").List(Soon()).ok());

  ASSERT_TRUE(users.Delete("carol", Soon()).ok());
  EXPECT_EQ(ReasonOf(users.Find("carol", Soon()).status()), "STORE_USER_NOT_FOUND");
  EXPECT_TRUE(users.Create({.login = "carol", .password = "three"}, Soon()).ok());
}

TEST_F(ClientStoreUsersTest, ThatAreNotThereAreNotFoundByAnyCall) {
  StartNode(true);
  ClientStoreUsers users = Embedded();
  for (const absl::Status& missing :
       {users.Find("nobody", Soon()).status(), users.Update("nobody", "", {}, Soon()),
        users.Delete("nobody", Soon()), users.SetDisabled("nobody", true, Soon()),
        users.SetDisabled("nobody", false, Soon()), users.ResetPassword("nobody", "x", Soon())}) {
    EXPECT_TRUE(absl::IsNotFound(missing)) << missing;
    EXPECT_EQ(ReasonOf(missing), "STORE_USER_NOT_FOUND");
  }
}

TEST_F(ClientStoreUsersTest, AreMadeOnceAndWithOnePassword) {
  StartNode(true);
  ClientStoreUsers users = Embedded();
  const application::NewStoreUser carol{.login = "carol", .password = "canary-1"};
  ASSERT_TRUE(users.Create(carol, Soon()).ok());
  EXPECT_TRUE(users.Create(carol, Soon()).ok()) << "asked again";
  const absl::Status other = users.Create({.login = "carol", .password = "canary-2"}, Soon());
  EXPECT_TRUE(absl::IsAlreadyExists(other)) << other;
  EXPECT_EQ(ReasonOf(other), "STORE_USER_EXISTS");
  EXPECT_THAT(other.ToString(), Not(HasSubstr("canary")));
}

TEST_F(ClientStoreUsersTest, AreKeptFromAServiceWhoseUserIsNoAdministrator) {
  StartNode(true);
  const absl::Status refused = OnServer("ops", "changeit").Delete("admin", Soon());
  EXPECT_TRUE(absl::IsPermissionDenied(refused)) << refused;
  EXPECT_EQ(ReasonOf(refused), "STORE_ACCESS_DENIED");
  EXPECT_THAT(std::string(refused.message()), AllOf(HasSubstr("ops"), HasSubstr("$admins")));
}

TEST_F(ClientStoreUsersTest, AreKeptFromAServiceWithAWrongPassword) {
  StartNode(true);
  ClientStoreUsers users = OnServer("admin", "canary-9");
  for (const absl::Status& refused : {users.List(Soon()).status(), users.Delete("ops", Soon())}) {
    EXPECT_EQ(ReasonOf(refused), "STORE_ACCESS_DENIED") << refused;
    EXPECT_THAT(refused.ToString(), Not(HasSubstr("canary")));
  }
}

TEST_F(ClientStoreUsersTest, OfAStoreWithoutThemAreNoEmptyList) {
  StartNode(false);
  ClientStoreUsers embedded = Embedded();
  ClientStoreUsers on_server = OnServer("admin", "changeit");
  for (ClientStoreUsers* const users : {&embedded, &on_server}) {
    for (const absl::Status& refused :
         {users->List(Soon()).status(), users->Find("admin", Soon()).status(),
          users->Create({.login = "carol", .password = "x"}, Soon()),
          users->Update("admin", "", {}, Soon()), users->Delete("admin", Soon()),
          users->SetDisabled("admin", true, Soon()), users->ResetPassword("admin", "x", Soon())}) {
      EXPECT_TRUE(absl::IsFailedPrecondition(refused)) << refused;
      EXPECT_EQ(ReasonOf(refused), "STORE_WITHOUT_USERS");
      EXPECT_THAT(std::string(refused.message()), HasSubstr("store-users"));
    }
  }
  EXPECT_THAT(std::string(embedded.List(Soon()).status().message()), HasSubstr("store-listen"));
}

TEST_F(ClientStoreUsersTest, OfAStoreThatIsGoneAreOfUnknownOutcome) {
  StartNode(true);
  ClientStoreUsers users = OnServer("admin", "changeit");
  ASSERT_TRUE(users.List(Soon()).ok());
  node_->Stop(absl::ZeroDuration());
  const absl::Status cut = users.Delete("ops", absl::Now() + absl::Seconds(5));
  EXPECT_EQ(ReasonOf(cut), "OUTCOME_UNKNOWN") << cut;
  EXPECT_TRUE(absl::IsUnavailable(cut) || absl::IsDeadlineExceeded(cut)) << cut;
}

}  // namespace
}  // namespace orders::infrastructure
