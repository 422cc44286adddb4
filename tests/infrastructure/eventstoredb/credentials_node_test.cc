#include <memory>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "eventstoredb/client.h"
#include "eventstoredb/node/embedded_event_store.h"
#include "eventstoredb/node/node_server.h"
#include "tests/support/event_store_testing.h"
#include "tests/support/test_authority.h"

// Our client's credentials at our node with users, over TLS: each the real one.
namespace eventstoredb {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing_support::EventRange;

class CredentialsAtANode : public testing::Test {
 protected:
  void SetUp() override {
    auto log = EmbeddedEventStore::Open({.in_memory = true});
    ASSERT_TRUE(log.ok()) << log.status();
    log_ = *std::move(log);
    const auto own = orders::testing_support::TestAuthority::SelfSigned();
    const auto identity = std::make_shared<const NodeTlsIdentity>(
        NodeTlsIdentity{.certificate_chain = own.certificate, .private_key = own.key});
    NodeServerOptions options{.address = "127.0.0.1:0"};
    options.tls = [identity] { return identity; };
    options.access = {.password_iterations = 1'000};
    auto node = NodeServer::Start(options, *log_);
    ASSERT_TRUE(node.ok()) << node.status();
    node_ = *std::move(node);
  }
  std::unique_ptr<Client> ClientOf(const std::string& user, const std::string& password) {
    ClientOptions options;
    options.endpoints = {{"127.0.0.1", node_->port()}};
    options.tls_verify_cert = false;
    options.credentials = {.user = user, .password = password};
    return *Client::Create(options);
  }
  static absl::Status Append(Client& client, ExpectedRevision expected, int id = 1) {
    AppendRequest request{.stream = "s", .expected = expected};
    request.events = EventRange(id, 1);
    return client.Append(std::move(request)).status();
  }
  static absl::Status Read(Client& client) {
    return client.ReadStream({.stream = "s"})->Next().status();
  }
  static absl::Status Subscribe(Client& client) {
    auto subscription = client.Subscribe({.stream = "s"}, {.resume = {.attempts_max = 5}});
    if (!subscription.ok()) return subscription.status();
    return (*subscription)->Next().status();
  }

  std::unique_ptr<EmbeddedEventStore> log_;
  std::unique_ptr<NodeServer> node_;
};

TEST_F(CredentialsAtANode, ThatAreWrongAreToldAsSuchByEveryCallAndNotTriedAgain) {
  for (const auto& client : {ClientOf("admin", "canary-1"), ClientOf("nobody", "canary-2")}) {
    for (const absl::Status& refused :
         {Append(*client, ExpectedRevision::NoStream()), Append(*client, ExpectedRevision::Any()),
          client->Delete({.stream = "s"}).status(), Read(*client), Subscribe(*client),
          client->users().Disable("ops"), client->users().List().status()}) {
      EXPECT_TRUE(absl::IsUnauthenticated(refused)) << refused;
      EXPECT_EQ(GetErrorKind(refused), ErrorKind::kNotAuthenticated);
      EXPECT_THAT(std::string(refused.message()),
                  AllOf(HasSubstr("unknown user or wrong password"), Not(HasSubstr("canary")),
                        Not(HasSubstr("outcome is unknown"))));
    }
    const ClientStatistics statistics = client->statistics();
    EXPECT_EQ(statistics.write_retries, 0U);
    EXPECT_EQ(statistics.read_retries, 0U);
    EXPECT_EQ(statistics.subscription_resumes, 0U);
    EXPECT_EQ(statistics.connections, 1U) << "the connection is good";
  }
  EXPECT_TRUE(absl::IsNotFound(Read(*ClientOf("admin", "changeit")))) << "nothing was written";
}

TEST_F(CredentialsAtANode, OfAUserWhoIsDisabledMeanwhileLetNothingMoreBeWritten) {
  const auto admin = ClientOf("admin", "changeit");
  ASSERT_TRUE(admin->users().Create({.login = "carol", .password = "c"}).ok());
  const auto carol = ClientOf("carol", "c");
  ASSERT_TRUE(Append(*carol, ExpectedRevision::NoStream()).ok());
  ASSERT_TRUE(admin->users().Disable("carol").ok());
  EXPECT_FALSE(Append(*carol, ExpectedRevision::Exact(0), 2).ok());
  ASSERT_TRUE(admin->users().Enable("carol").ok());
  const absl::Status again = Append(*carol, ExpectedRevision::Exact(0), 3);
  EXPECT_TRUE(again.ok()) << again;
}

}  // namespace
}  // namespace eventstoredb
