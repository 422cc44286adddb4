#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

#include "application/ports/order_feed.h"
#include "application/ports/order_store.h"

namespace orders::testing_support {

/// A log of orders' events in memory, read as a feed and by order: a real one, only not durable.
/// Thread-safe.
class MemoryOrderLog final : public application::OrderFeed, public application::OrderStore {
 public:
  explicit MemoryOrderLog(
      application::StoreIdentity identity = {"5e5e5e5e-0000-4000-8000-000000000001", 1})
      : identity_(std::move(identity)) {}

  /// Gives the event its position, its id and `created` if it has none, and keeps it.
  application::LogPosition Append(application::RecordedOrderEvent event);
  void Append(std::vector<application::RecordedOrderEvent> events) {
    for (auto& event : events) Append(std::move(event));
  }
  /// As it is: an unreadable event, or one that breaks the rules.
  void AppendItem(application::FeedItem item);
  /// Replaces what stands at a place of the log.
  void Replace(std::size_t index, application::FeedItem item);
  void Truncate(std::size_t items);
  std::vector<application::RecordedOrderEvent> Events() const;
  std::size_t size() const;
  application::LogPosition last_position() const;

  // What a reader may do, for readers opened from then on.
  /// Delivers so many items again that lie before the place that was asked for.
  void set_redelivered(std::size_t items);
  /// Ends each reader with Unavailable after so many items; 0: never.
  void set_breaks_after(std::size_t items);
  /// Opens so many times with Unavailable.
  void set_failing_opens(int times);
  void set_knows_end(bool knows);
  int opens() const;

  absl::StatusOr<std::unique_ptr<application::OrderFeedReader>> Open(
      std::optional<application::LogPosition> after) override;
  std::optional<application::LogPosition> KnownEnd() override;
  application::StoreIdentity identity() const override { return identity_; }

  absl::Status Read(const application::CallContext& call, const domain::OrderId& order,
                    std::uint64_t from, application::OrderEventVisitor visit) override;
  absl::Status ReadStream(const application::CallContext& call, const domain::OrderId& order,
                          std::uint64_t from, application::OrderStreamVisitor visit) override;
  void StartAppend(const application::CallContext& call, const domain::OrderId& order,
                   std::optional<std::uint64_t> after, const domain::OrderEvents& events,
                   const application::EventMetadata& metadata,
                   application::AppendDone done) override;
  bool IsKnownHead(const domain::OrderId&, std::optional<std::uint64_t>) override { return false; }

 private:
  class Reader;

  const application::StoreIdentity identity_;
  mutable absl::Mutex mutex_;
  std::vector<application::FeedItem> items_ ABSL_GUARDED_BY(mutex_);
  std::uint64_t last_position_ ABSL_GUARDED_BY(mutex_) = 0;
  std::size_t redelivered_ ABSL_GUARDED_BY(mutex_) = 0;
  std::size_t breaks_after_ ABSL_GUARDED_BY(mutex_) = 0;
  int failing_opens_ ABSL_GUARDED_BY(mutex_) = 0;
  bool knows_end_ ABSL_GUARDED_BY(mutex_) = true;
  int opens_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace orders::testing_support
