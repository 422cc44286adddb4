#pragma once

#include <memory>
#include <optional>

#include "application/ports/order_feed.h"
#include "eventstoredb/event_store.h"
#include "infrastructure/journal/category_feed_reader.h"
#include "infrastructure/journal/feed_items.h"
#include "infrastructure/journal/upcasters.h"

namespace orders::infrastructure {

/// Where the feed reads the orders' events from. Either gives the same events at the same positions
/// in the same order, so that a reader of one may go on with the other.
enum class FeedSource {
  kAll,       ///< $all, filtered by the streams' prefix.
  kCategory,  ///< See CategoryFeedReader.
};

struct OrderJournalFeedOptions {
  FeedSource source = FeedSource::kAll;
  CategoryFeedOptions category;  ///< Of kCategory.
};

/// All orders' events in the log's order, over any event store.
class OrderJournalFeed final : public application::OrderFeed {
 public:
  /// `store` and `upcasters` outlive the feed and its readers; the feed outlives its readers.
  OrderJournalFeed(eventstoredb::EventStore& store, application::StoreIdentity identity,
                   OrderJournalFeedOptions options = {},
                   const Upcasters& upcasters = Upcasters::None());

  absl::StatusOr<std::unique_ptr<application::OrderFeedReader>> Open(
      std::optional<application::LogPosition> after) override;
  std::optional<application::LogPosition> KnownEnd() override;
  application::StoreIdentity identity() const override { return identity_; }

  const FeedSkips& skips() const { return skips_; }

 private:
  eventstoredb::EventStore& store_;
  const application::StoreIdentity identity_;
  const OrderJournalFeedOptions options_;
  const Upcasters& upcasters_;
  FeedSkips skips_;
};

}  // namespace orders::infrastructure
