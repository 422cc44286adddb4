#pragma once

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

#include "application/ports/consumer_groups.h"
#include "eventstoredb/client.h"
#include "eventstoredb/event_store.h"
#include "infrastructure/journal/parked_messages.h"

namespace orders::infrastructure {

/// The groups of any store that a client reaches. What stands in streams (what is parked, how far a
/// group is behind) is read from them: a server's own count of parked messages does not notice that
/// others change their stream.
class StoreConsumerGroups final : public application::ConsumerGroups {
 public:
  /// Both are of the same store, and outlive this.
  StoreConsumerGroups(eventstoredb::Client& client, eventstoredb::EventStore& store)
      : client_(client), store_(store) {}

  absl::StatusOr<application::ConsumerGroupList> List(
      const application::ListGroups& query) override;
  absl::StatusOr<application::ConsumerGroup> Get(const application::ConsumerGroupId& id,
                                                 absl::Time deadline) override;
  absl::Status Create(const application::ConsumerGroupId& id,
                      const application::ConsumerGroupSettings& settings,
                      const std::optional<application::ConsumerGroupFilter>& filter,
                      absl::Time deadline) override;
  absl::Status Update(const application::ConsumerGroupId& id,
                      const application::ConsumerGroupSettings& settings,
                      absl::Time deadline) override;
  absl::Status Delete(const application::ConsumerGroupId& id, absl::Time deadline) override;
  absl::Status Restart(absl::Time deadline) override;

  absl::StatusOr<application::ParkedPage> ListParkedMessages(
      const application::ListParked& query) override;
  absl::StatusOr<application::ParkedOutcome> Replay(
      const application::ReplayParked& request) override;
  absl::StatusOr<application::ParkedOutcome> Discard(
      const application::DiscardParked& request) override;

 private:
  using Range = ParkedMessages::Range;

  absl::StatusOr<eventstoredb::GroupInfo> Find(const application::ConsumerGroupId& id,
                                               absl::Time deadline) const;
  application::ConsumerGroup Describe(const eventstoredb::GroupInfo& info,
                                      absl::Time deadline) const;
  /// What `selection` names of what is parked, at its beginning but for OneParked.
  static absl::StatusOr<Range> Select(const application::ConsumerGroupId& id,
                                      const application::ParkedSelection& selection,
                                      const Range& parked);
  /// What a change of parked messages begins from.
  struct Choice {
    Range parked;
    Range selected;
    bool is_replaying = false;  ///< Of some that were chosen before.
  };
  absl::StatusOr<Choice> Choose(ParkedMessages& messages, const application::ConsumerGroupId& id,
                                const application::ParkedSelection& selection,
                                absl::Time deadline) const;
  absl::Status DiscardOldest(ParkedMessages& messages, const Range& range,
                             const application::DiscardParked& request,
                             std::uint64_t& discarded) const;
  /// Error: DeadlineExceeded, others change parked messages; nothing was done.
  absl::Status TakeTurn(absl::Time deadline);
  void EndTurn();

  eventstoredb::Client& client_;
  eventstoredb::EventStore& store_;
  absl::Mutex mutex_;
  /// Parked messages are changed by one call at a time: two that move the same ones would undo what
  /// the other has discarded.
  bool is_changing_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace orders::infrastructure
