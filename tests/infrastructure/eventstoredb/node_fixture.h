#pragma once

#include <memory>
#include <string>
#include <utility>

#include "gtest/gtest.h"

#include "eventstoredb/client.h"
#include "eventstoredb/node/embedded_event_store.h"
#include "eventstoredb/node/node_server.h"

namespace eventstoredb::testing_support {

/// A node on a log in memory, and a client of it.
class NodeFixture : public testing::Test {
 protected:
  /// `address` empty: without a port.
  void StartNode(const std::string& address = "127.0.0.1:0", bool system_projections = false) {
    EmbeddedEventStoreOptions options;
    options.in_memory = true;
    options.system_projections = system_projections;
    auto log = EmbeddedEventStore::Open(options);
    ASSERT_TRUE(log.ok()) << log.status();
    log_ = *std::move(log);
    auto node = NodeServer::Start({.address = address}, *log_);
    ASSERT_TRUE(node.ok()) << node.status();
    node_ = *std::move(node);
  }
  /// To the node's port, unless `options` knows another way.
  void Connect(ClientOptions options = {}) {
    if (!options.make_channel) options.endpoints = {{"127.0.0.1", node_->port()}};
    options.tls = false;
    auto client = Client::Create(std::move(options));
    ASSERT_TRUE(client.ok()) << client.status();
    client_ = *std::move(client);
  }

  std::unique_ptr<EmbeddedEventStore> log_;
  std::unique_ptr<NodeServer> node_;
  std::unique_ptr<Client> client_;
};

}  // namespace eventstoredb::testing_support
