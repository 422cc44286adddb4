#include "infrastructure/journal/order_journal_feed.h"

#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "infrastructure/journal/order_stream.h"
#include "infrastructure/journal/recorded_order_event.h"

namespace orders::infrastructure {
namespace {

using application::FeedCaughtUp;
using application::FeedItem;
using application::FeedProgress;
using application::LogPosition;
using application::UnknownOrderEvent;

LogPosition ToLogPosition(const eventstoredb::Position& position) {
  return {position.commit, position.prepare};
}

class Reader final : public application::OrderFeedReader {
 public:
  Reader(std::unique_ptr<eventstoredb::Subscription> subscription, const Upcasters& upcasters,
         FeedSkips& skips)
      : subscription_(std::move(subscription)), upcasters_(upcasters), skips_(skips) {}

  absl::Status Next(std::size_t items_max, absl::Duration wait,
                    std::vector<FeedItem>& out) override {
    messages_.clear();
    const absl::Status status = subscription_->Next(items_max, wait, messages_);
    // Every message gives an item, or replaces the progress before it: at most `items_max`.
    const std::size_t first = out.size();
    out.reserve(first + messages_.size());
    for (eventstoredb::SubscriptionMessage& message : messages_) {
      FeedItem item = std::visit([this](auto& one) { return ToItem(one); }, message);
      // What comes later says all that progress said.
      const bool coalesce = out.size() > first &&
                            std::holds_alternative<FeedProgress>(out.back()) &&
                            !std::holds_alternative<FeedCaughtUp>(item);
      if (coalesce) {
        out.back() = std::move(item);
      } else {
        out.push_back(std::move(item));
      }
    }
    return status;
  }

  void Cancel() override { subscription_->Cancel(); }

 private:
  FeedItem ToItem(eventstoredb::RecordedEvent& event) {
    const LogPosition position = ToLogPosition(event.position);
    std::optional<domain::OrderId> order = OrderOfStream(event.stream);
    if (!order.has_value()) {
      ++skips_.foreign_streams;
      return FeedProgress{position};
    }
    return std::visit(
        [this](auto&& one) -> FeedItem {
          if constexpr (std::is_same_v<std::decay_t<decltype(one)>, UnknownOrderEvent>) {
            ++skips_.unknown_types;
          }
          return std::move(one);
        },
        ToOrderStreamItem(event, *order, upcasters_));
  }
  FeedItem ToItem(const eventstoredb::Checkpoint& checkpoint) {
    return FeedProgress{ToLogPosition(checkpoint.position)};
  }
  FeedItem ToItem(const eventstoredb::CaughtUp&) { return FeedCaughtUp{}; }
  // No order's event: links stand in streams that were made from others.
  FeedItem ToItem(const std::unique_ptr<eventstoredb::ResolvedEvent>& link) {
    return FeedProgress{ToLogPosition(link->Original().position)};
  }

  const std::unique_ptr<eventstoredb::Subscription> subscription_;
  const Upcasters& upcasters_;
  FeedSkips& skips_;
  std::vector<eventstoredb::SubscriptionMessage> messages_;  // Kept for its memory.
};

}  // namespace

OrderJournalFeed::OrderJournalFeed(eventstoredb::EventStore& store,
                                   application::StoreIdentity identity, const Upcasters& upcasters)
    : store_(store), identity_(std::move(identity)), upcasters_(upcasters) {}

absl::StatusOr<std::unique_ptr<application::OrderFeedReader>> OrderJournalFeed::Open(
    std::optional<LogPosition> after) {
  eventstoredb::SubscribeRequest request;
  if (after.has_value()) {
    request.after_position = eventstoredb::Position{after->commit, after->prepare};
  }
  request.filter = eventstoredb::Filter::StreamPrefixes({std::string(kOrderStreamPrefix)});
  absl::StatusOr<std::unique_ptr<eventstoredb::Subscription>> subscription =
      store_.Subscribe(std::move(request));
  if (!subscription.ok()) return subscription.status();
  return std::make_unique<Reader>(*std::move(subscription), upcasters_, skips_);
}

std::optional<LogPosition> OrderJournalFeed::KnownEnd() {
  const std::optional<eventstoredb::Position> end = store_.KnownEnd();
  if (!end.has_value()) return std::nullopt;
  return ToLogPosition(*end);
}

}  // namespace orders::infrastructure
