#include "infrastructure/journal/order_journal_feed.h"

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "infrastructure/journal/order_stream.h"

namespace orders::infrastructure {
namespace {

using application::FeedCaughtUp;
using application::FeedItem;
using application::FeedProgress;
using application::LogPosition;

class AllFeedReader final : public application::OrderFeedReader {
 public:
  AllFeedReader(std::unique_ptr<eventstoredb::Subscription> subscription,
                const Upcasters& upcasters, FeedSkips& skips)
      : subscription_(std::move(subscription)), upcasters_(upcasters), skips_(skips) {}

  absl::Status Next(std::size_t items_max, absl::Duration wait,
                    std::vector<FeedItem>& out) override {
    messages_.clear();
    const absl::Status status = subscription_->Next(items_max, wait, messages_);
    // Every message gives an item, or replaces the progress before it: at most `items_max`.
    const std::size_t first = out.size();
    out.reserve(first + messages_.size());
    for (eventstoredb::SubscriptionMessage& message : messages_) {
      AddFeedItem(std::visit([this](auto& one) { return ToItem(one); }, message), first, out);
    }
    return status;
  }

  void Cancel() override { subscription_->Cancel(); }

 private:
  FeedItem ToItem(eventstoredb::RecordedEvent& event) {
    return ToFeedItem(event, upcasters_, skips_);
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
                                   application::StoreIdentity identity,
                                   OrderJournalFeedOptions options, const Upcasters& upcasters)
    : store_(store), identity_(std::move(identity)), options_(options), upcasters_(upcasters) {}

absl::StatusOr<std::unique_ptr<application::OrderFeedReader>> OrderJournalFeed::Open(
    std::optional<LogPosition> after) {
  if (options_.source == FeedSource::kCategory) {
    return std::make_unique<CategoryFeedReader>(store_, after, upcasters_, skips_,
                                                options_.category);
  }
  eventstoredb::SubscribeRequest request;
  if (after.has_value()) request.after_position = ToStorePosition(*after);
  request.filter = eventstoredb::Filter::StreamPrefixes({std::string(kOrderStreamPrefix)});
  absl::StatusOr<std::unique_ptr<eventstoredb::Subscription>> subscription =
      store_.Subscribe(std::move(request));
  if (!subscription.ok()) return subscription.status();
  return std::make_unique<AllFeedReader>(*std::move(subscription), upcasters_, skips_);
}

std::optional<LogPosition> OrderJournalFeed::KnownEnd() {
  const std::optional<eventstoredb::Position> end = store_.KnownEnd();
  if (!end.has_value()) return std::nullopt;
  return ToLogPosition(*end);
}

}  // namespace orders::infrastructure
