#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>

#include "application/ports/order_feed.h"
#include "eventstoredb/event_store.h"
#include "infrastructure/journal/upcasters.h"

namespace orders::infrastructure {

/// What went by without an item of its own. Counts grow only.
struct FeedSkips {
  std::atomic<std::uint64_t> unknown_types{0};    ///< Events of types that are not ours.
  std::atomic<std::uint64_t> foreign_streams{0};  ///< Streams "order-" with no order's id.
};

/// All orders' events in the log's order, over any event store.
class OrderJournalFeed final : public application::OrderFeed {
 public:
  /// `store` and `upcasters` outlive the feed and its readers; the feed outlives its readers.
  OrderJournalFeed(eventstoredb::EventStore& store, application::StoreIdentity identity,
                   const Upcasters& upcasters = Upcasters::None());

  absl::StatusOr<std::unique_ptr<application::OrderFeedReader>> Open(
      std::optional<application::LogPosition> after) override;
  std::optional<application::LogPosition> KnownEnd() override;
  application::StoreIdentity identity() const override { return identity_; }

  const FeedSkips& skips() const { return skips_; }

 private:
  eventstoredb::EventStore& store_;
  const application::StoreIdentity identity_;
  const Upcasters& upcasters_;
  FeedSkips skips_;
};

}  // namespace orders::infrastructure
