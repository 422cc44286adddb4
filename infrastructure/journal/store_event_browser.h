#pragma once

#include "application/ports/event_browser.h"
#include "eventstoredb/event_store.h"

namespace orders::infrastructure {

/// Looks into any event store. Links are followed one by one: the store's reads give them as they
/// are.
class StoreEventBrowser final : public application::EventBrowser {
 public:
  /// `store` outlives the browser.
  explicit StoreEventBrowser(eventstoredb::EventStore& store) : store_(store) {}

  absl::StatusOr<application::BrowsedStreamPage> ReadStream(
      const application::BrowseStream& query) override;
  absl::StatusOr<application::BrowsedAllPage> ReadAll(const application::BrowseAll& query) override;
  absl::StatusOr<application::BrowsedStreams> ListStreams(
      const application::BrowseStreams& query) override;

 private:
  eventstoredb::EventStore& store_;
};

}  // namespace orders::infrastructure
