#pragma once

#include <memory>

#include "eventstoredb/client.h"
#include "eventstoredb/event_store.h"

namespace eventstoredb {

/// A server as an EventStore. What the store knows without asking (KnownHead, KnownEnd) is nothing.
/// Reads are the leader's whatever node the client prefers: they hold all that was acknowledged.
/// `client` must outlive it and its subscriptions.
class ClientEventStore final : public EventStore {
 public:
  explicit ClientEventStore(Client& client) : client_(client) {}

  /// Unlike the client it demands an id of each event: without one a repeat would be another event.
  void StartAppend(AppendRequest request, AppendCallback done) override;
  void StartDelete(DeleteRequest request, DeleteCallback done) override;
  absl::Status ReadStream(const ReadStreamRequest& request, EventVisitor visit) override;
  absl::Status ReadAll(const ReadAllRequest& request, EventVisitor visit) override;
  absl::StatusOr<std::unique_ptr<Subscription>> Subscribe(SubscribeRequest request) override;

 private:
  Client& client_;
};

}  // namespace eventstoredb
