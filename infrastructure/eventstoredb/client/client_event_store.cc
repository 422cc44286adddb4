#include "eventstoredb/client_event_store.h"

#include <algorithm>
#include <utility>
#include <variant>

namespace eventstoredb {
namespace {

/// Reads do not follow links, so that there is one event; a server that says otherwise is taken at
/// its word.
RecordedEvent Only(ResolvedEvent&& event) {
  return event.link.has_value() ? *std::move(event.link) : *std::move(event.event);
}

/// A follower may not have yet what the leader has acknowledged, and what is read here decides what
/// is written, or refused. A single node takes no notice.
ReadOptions OfTheLeader() {
  ReadOptions options;
  options.call.requires_leader = true;
  return options;
}

absl::Status Visit(EventReader& reader, EventVisitor visit) {
  while (true) {
    absl::StatusOr<std::optional<ResolvedEvent>> next = reader.Next();
    if (!next.ok()) return next.status();
    if (!next->has_value() || !visit(Only(**std::move(next)))) return absl::OkStatus();
  }
}

class StoreSubscription final : public Subscription {
 public:
  explicit StoreSubscription(std::unique_ptr<ClientSubscription> subscription)
      : subscription_(std::move(subscription)) {}

  absl::Status Next(std::size_t messages_max, absl::Duration wait,
                    std::vector<SubscriptionMessage>& out) override {
    const absl::Time until = absl::Now() + wait;
    const std::size_t before = out.size();
    do {
      taken_.clear();
      absl::Status status = subscription_->Next(messages_max, until - absl::Now(), taken_);
      if (!status.ok()) return status;
      for (ClientMessage& message : taken_) Add(std::move(message), out);
      // What came may be nothing to a store's consumer, as a confirmation.
    } while (out.size() == before && !taken_.empty());
    return absl::OkStatus();
  }
  void WhenReady(absl::AnyInvocable<void()> ready) override {
    subscription_->WhenReady(std::move(ready));
  }
  void Cancel() override { subscription_->Cancel(); }

 private:
  static void Add(ClientMessage message, std::vector<SubscriptionMessage>& out) {
    if (auto* event = std::get_if<ResolvedEvent>(&message)) {
      if (event->link.has_value()) {
        out.emplace_back(std::make_unique<ResolvedEvent>(std::move(*event)));
      } else {
        out.emplace_back(*std::move(event->event));
      }
    } else if (const auto* checkpoint = std::get_if<SubscriptionCheckpoint>(&message)) {
      out.emplace_back(Checkpoint{checkpoint->position});
    } else if (const auto* live = std::get_if<SubscriptionLive>(&message); live && live->is_live) {
      out.emplace_back(CaughtUp{});
    }
  }

  const std::unique_ptr<ClientSubscription> subscription_;
  std::vector<ClientMessage> taken_;
};

}  // namespace

void ClientEventStore::StartAppend(AppendRequest request, AppendCallback done) {
  const bool all_named = std::none_of(request.events.begin(), request.events.end(),
                                      [](const ProposedEvent& event) { return event.id.IsZero(); });
  if (!all_named) return done(absl::InvalidArgumentError("an event has no id"));
  const bool any_dated =
      std::any_of(request.events.begin(), request.events.end(),
                  [](const ProposedEvent& event) { return event.created.has_value(); });
  if (any_dated) return done(absl::InvalidArgumentError("a server sets created itself"));
  client_.StartAppend(std::move(request), std::move(done));
}

void ClientEventStore::StartDelete(DeleteRequest request, DeleteCallback done) {
  client_.StartDelete(std::move(request), std::move(done));
}

absl::Status ClientEventStore::ReadStream(const ReadStreamRequest& request, EventVisitor visit) {
  return Visit(*client_.ReadStream(request, OfTheLeader()), visit);
}

absl::Status ClientEventStore::ReadAll(const ReadAllRequest& request, EventVisitor visit) {
  return Visit(*client_.ReadAll(request, OfTheLeader()), visit);
}

absl::StatusOr<std::unique_ptr<Subscription>> ClientEventStore::Subscribe(
    SubscribeRequest request) {
  absl::StatusOr<std::unique_ptr<ClientSubscription>> subscription =
      client_.Subscribe(std::move(request));
  if (!subscription.ok()) return subscription.status();
  return std::make_unique<StoreSubscription>(*std::move(subscription));
}

}  // namespace eventstoredb
