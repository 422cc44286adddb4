#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "eventstoredb/client_event_store.h"
#include "eventstoredb/connection_string.h"
#include "eventstoredb/node/embedded_event_store.h"
#include "eventstoredb/node/node_server.h"
#include "tests/contract/event_store_contract.h"
#include "tests/support/test_authority.h"

// A client over the wire keeps the contract: to our node, and to any server that EVENTSTOREDB_URL
// (a connection string) names.
namespace eventstoredb {
namespace {

struct OverTheWire {
  // Ended from below: the client first.
  std::unique_ptr<EmbeddedEventStore> log;
  std::unique_ptr<NodeServer> node;
  std::unique_ptr<Client> client;
  std::unique_ptr<ClientEventStore> store;
};

StoreUnderTest Connected(std::shared_ptr<OverTheWire> wire, ClientOptions options) {
  auto client = Client::Create(std::move(options));
  EXPECT_TRUE(client.ok()) << client.status();
  if (!client.ok()) return {};
  wire->client = *std::move(client);
  wire->store = std::make_unique<ClientEventStore>(*wire->client);
  ClientEventStore* const raw = wire->store.get();
  return {std::move(wire), raw};
}

StoreUnderTest ToOurNode(ClientOptions options, NodeServerOptions node_options = {}) {
  auto wire = std::make_shared<OverTheWire>();
  EmbeddedEventStoreOptions log_options;
  log_options.in_memory = true;
  auto log = EmbeddedEventStore::Open(std::move(log_options));
  EXPECT_TRUE(log.ok()) << log.status();
  if (!log.ok()) return {};
  wire->log = *std::move(log);
  node_options.address = "127.0.0.1:0";
  auto node = NodeServer::Start(node_options, *wire->log);
  EXPECT_TRUE(node.ok()) << node.status();
  if (!node.ok()) return {};
  wire->node = *std::move(node);
  options.endpoints = {{"127.0.0.1", wire->node->port()}};
  options.tls = static_cast<bool>(node_options.tls);
  return Connected(std::move(wire), std::move(options));
}

StoreUnderTest Direct() { return ToOurNode({}); }

// Every path on which a consumer makes the server wait.
StoreUnderTest WithTightBounds() {
  ClientOptions options;
  options.events_buffered_max = 1;
  options.bytes_buffered_max = 1;
  return ToOurNode(options);
}

// Gossip first, then the member that it names.
StoreUnderTest ByDiscovery() {
  ClientOptions options;
  options.discover = true;
  return ToOurNode(options);
}

// An administrator of a node with access control, over TLS. The node asks for its identity at each
// handshake; whose it is does not matter here.
StoreUnderTest ByTlsAsAdministrator() {
  static const auto& identity = *new std::shared_ptr<const NodeTlsIdentity>([] {
    const orders::testing_support::TestCertificate own =
        orders::testing_support::TestAuthority::SelfSigned();
    return std::make_shared<const NodeTlsIdentity>(
        NodeTlsIdentity{.certificate_chain = own.certificate, .private_key = own.key});
  }());
  NodeServerOptions node_options;
  node_options.tls = [] { return identity; };
  node_options.access = {.password_iterations = 1'000};
  ClientOptions options;
  options.tls_verify_cert = false;
  options.credentials = {.user = "admin", .password = "changeit"};
  return ToOurNode(std::move(options), std::move(node_options));
}

StoreUnderTest ToNamedServer() {
  const auto parsed = ParseConnectionString(std::getenv("EVENTSTOREDB_URL"));
  EXPECT_TRUE(parsed.ok()) << parsed.status();
  if (!parsed.ok()) return {};
  return Connected(std::make_shared<OverTheWire>(), parsed->options);
}

std::vector<StoreFactory> Factories() {
  std::vector<StoreFactory> factories = {
      {"ClientToOurNode", Direct, true, false},
      {"ClientWithTightBoundsToOurNode", WithTightBounds, true, false},
      {"ClientThatDiscoversOurNode", ByDiscovery, true, false},
      {"ClientOfOurNodeWithAccessControl", ByTlsAsAdministrator, true, false}};
  if (std::getenv("EVENTSTOREDB_URL") != nullptr) {
    factories.push_back({"ClientToNamedServer", ToNamedServer, false, false});
  }
  return factories;
}

INSTANTIATE_TEST_SUITE_P(OverTheWire, EventStoreContract, testing::ValuesIn(Factories()),
                         testing::PrintToStringParamName());

}  // namespace
}  // namespace eventstoredb
