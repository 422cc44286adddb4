#pragma once

#include <memory>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "eventstoredb/client_event_store.h"
#include "eventstoredb/node/embedded_event_store.h"
#include "eventstoredb/node/node_server.h"
#include "infrastructure/journal/order_journal_feed.h"

namespace orders::infrastructure {

/// What a test of the feed runs over.
struct FeedKind {
  std::string name;
  FeedSource source = FeedSource::kAll;
  bool over_wire = false;  ///< A client of our node, else the embedded log.
};
inline std::ostream& operator<<(std::ostream& out, const FeedKind& kind) {
  return out << kind.name;
}
inline const std::vector<FeedKind>& EveryFeed() {
  static const auto& kinds =
      *new std::vector<FeedKind>{{"AllEmbedded", FeedSource::kAll, false},
                                 {"AllOverTheWire", FeedSource::kAll, true},
                                 {"CategoryEmbedded", FeedSource::kCategory, false},
                                 {"CategoryOverTheWire", FeedSource::kCategory, true}};
  return kinds;
}
inline std::vector<FeedKind> CategoryFeeds() { return {EveryFeed()[2], EveryFeed()[3]}; }
inline std::string NameOfKind(const testing::TestParamInfo<FeedKind>& info) {
  return info.param.name;
}

/// A log in memory, and the store by which `kind` reaches it.
class StoreOfKind {
 public:
  explicit StoreOfKind(const FeedKind& kind)
      : log_(*eventstoredb::EmbeddedEventStore::Open({.in_memory = true})) {
    if (!kind.over_wire) return;
    node_ = *eventstoredb::NodeServer::Start({.address = "127.0.0.1:0"}, *log_);
    eventstoredb::ClientOptions options;
    options.endpoints = {{"127.0.0.1", node_->port()}};
    options.tls = false;
    client_ = *eventstoredb::Client::Create(std::move(options));
    over_wire_ = std::make_unique<eventstoredb::ClientEventStore>(*client_);
  }

  eventstoredb::EmbeddedEventStore& log() { return *log_; }
  eventstoredb::EventStore& store() {
    if (over_wire_ != nullptr) return *over_wire_;
    return *log_;
  }

 private:
  std::unique_ptr<eventstoredb::EmbeddedEventStore> log_;
  std::unique_ptr<eventstoredb::NodeServer> node_;
  std::unique_ptr<eventstoredb::Client> client_;
  std::unique_ptr<eventstoredb::ClientEventStore> over_wire_;
};

}  // namespace orders::infrastructure
