#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "application/ports/order_feed.h"
#include "eventstoredb/types.h"
#include "infrastructure/journal/upcasters.h"

namespace orders::infrastructure {

/// What went by without an item of its own. Counts grow only.
struct FeedSkips {
  std::atomic<std::uint64_t> unknown_types{0};  ///< Events of types that are not ours.
  /// Streams "order-" with no order's id, and what stands in the category stream besides orders.
  std::atomic<std::uint64_t> foreign_streams{0};
};

application::LogPosition ToLogPosition(const eventstoredb::Position& position);
eventstoredb::Position ToStorePosition(const application::LogPosition& position);

/// What a reader of the feed hears of `event`: FeedProgress if it is no order's. Takes its bytes.
application::FeedItem ToFeedItem(eventstoredb::RecordedEvent& event, const Upcasters& upcasters,
                                 FeedSkips& skips);

/// Appends `item`, or replaces FeedProgress by it, as what comes later says all that progress said.
/// What stands before `first` is left as it is.
void AddFeedItem(application::FeedItem item, std::size_t first,
                 std::vector<application::FeedItem>& out);

}  // namespace orders::infrastructure
