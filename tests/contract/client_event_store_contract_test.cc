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

StoreUnderTest ToOurNode(ClientOptions options) {
  auto wire = std::make_shared<OverTheWire>();
  EmbeddedEventStoreOptions log_options;
  log_options.in_memory = true;
  auto log = EmbeddedEventStore::Open(std::move(log_options));
  EXPECT_TRUE(log.ok()) << log.status();
  if (!log.ok()) return {};
  wire->log = *std::move(log);
  auto node = NodeServer::Start({.address = "127.0.0.1:0"}, *wire->log);
  EXPECT_TRUE(node.ok()) << node.status();
  if (!node.ok()) return {};
  wire->node = *std::move(node);
  options.endpoints = {{"127.0.0.1", wire->node->port()}};
  options.tls = false;
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
      {"ClientThatDiscoversOurNode", ByDiscovery, true, false}};
  if (std::getenv("EVENTSTOREDB_URL") != nullptr) {
    factories.push_back({"ClientToNamedServer", ToNamedServer, false, false});
  }
  return factories;
}

INSTANTIATE_TEST_SUITE_P(OverTheWire, EventStoreContract, testing::ValuesIn(Factories()),
                         testing::PrintToStringParamName());

}  // namespace
}  // namespace eventstoredb
