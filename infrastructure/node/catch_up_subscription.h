#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "eventstoredb/event_store.h"
#include "eventstoredb/node/embedded_event_store.h"
#include "infrastructure/node/log_reader.h"
#include "infrastructure/node/recent_events.h"

namespace eventstoredb {

/// What a store and its subscriptions hold together: a subscription may outlive the store.
struct SubscriptionSource {
  std::shared_ptr<LogReader> reader;
  std::shared_ptr<RecentEvents> recent;
};

/// A cursor on the log: served from the recent events while it lies within them, from disk else.
/// The history of a stream always comes from disk, where its metadata hides what is truncated.
class CatchUpSubscription final : public Subscription {
 public:
  /// Where the log and the stream ended when the subscription was asked for, in this order.
  struct Ends {
    std::uint64_t position = 0;
    std::optional<std::uint64_t> revision;  ///< Of the request's stream; absent: no events.
  };
  /// `filter` is the request's. The store's own interval of checkpoints counts if the request has
  /// none.
  CatchUpSubscription(SubscriptionSource source, SubscribeRequest request,
                      std::optional<FilterMatcher> filter, const Ends& ends,
                      const EmbeddedEventStoreOptions& options);
  ~CatchUpSubscription() override;

  absl::Status Next(std::size_t messages_max, absl::Duration wait,
                    std::vector<SubscriptionMessage>& out) override;
  void WhenReady(absl::AnyInvocable<void()> ready) override;
  void Cancel() override;

 private:
  bool IsFiltered() const { return filter_.has_value(); }
  bool IsCheckpointDue() const { return IsFiltered() && examined_ >= checkpoint_interval_events_; }
  bool Passes(const RecordedEvent& event) const;
  void SayCheckpoint(std::vector<SubscriptionMessage>& out);
  absl::Status Deliver(const RecordedEvent& event, std::vector<SubscriptionMessage>& out);
  /// Appends what is at hand; true: nothing lies behind the cursor any more.
  absl::StatusOr<bool> Advance(std::size_t messages_max, std::vector<SubscriptionMessage>& out);
  absl::StatusOr<bool> AdvanceOnDisk(std::size_t messages_max, absl::Time deadline,
                                     std::vector<SubscriptionMessage>& out);
  absl::StatusOr<EventPage> ReadPage(std::size_t events_max, absl::Time deadline);

  const SubscriptionSource source_;
  const SubscribeRequest request_;
  const std::optional<FilterMatcher> filter_;
  const std::size_t checkpoint_interval_events_;
  const std::size_t next_bytes_max_;
  RecentEvents::Waiter waiter_;
  std::uint64_t cursor_ = 0;         ///< Every event up to this position was examined.
  std::uint64_t next_revision_ = 0;  ///< Of a stream: the next one to deliver.
  std::uint64_t checkpoint_ = 0;     ///< The last one said.
  std::size_t examined_ = 0;         ///< Since then.
  const bool of_links_;              ///< Of a system projection's stream: always from disk.
  bool live_ = false;
  bool reads_history_;       ///< Of a stream: its events so far are not all examined.
  bool is_missing_ = false;  ///< The stream did not exist when its history was last looked for.
  absl::Status ended_;
};

}  // namespace eventstoredb
