#pragma once

#include <deque>
#include <memory>
#include <optional>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "grpcpp/server_context.h"
#include "grpcpp/support/server_callback.h"

#include "event_store/client/persistent_subscriptions.pb.h"
#include "infrastructure/node/groups/group.h"
#include "infrastructure/node/grpc/budget.h"
#include "infrastructure/node/grpc/call_access.h"
#include "infrastructure/node/grpc/node_state.h"
#include "infrastructure/node/grpc/read_request.h"
#include "infrastructure/node/grpc/ticker.h"
#include "infrastructure/node/grpc/write_watch.h"

namespace eventstoredb {

/// One consumer of a group (protocol section 3.15): its options, then acks and nacks, each handed
/// over before the next is read; one write in flight. What waits to be written is bounded by the
/// consumer's window. Ends with OK when the client has half-closed; within a tick of when its
/// caller may no longer read the stream, with PERMISSION_DENIED.
class GroupReadReactor final
    : public grpc::ServerBidiReactor<event_store::client::persistent_subscriptions::ReadReq,
                                     event_store::client::persistent_subscriptions::ReadResp>,
      public GroupReader,
      public Ticked,
      public std::enable_shared_from_this<GroupReadReactor> {
 public:
  static GroupReadReactor* Start(const std::shared_ptr<NodeState>& state,
                                 grpc::CallbackServerContext& context);

  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;
  void Tick(absl::Time now, bool is_stopping) override;
  void Deliver(GroupDelivery delivery) override;
  void Drop() override;

 private:
  GroupReadReactor(const std::shared_ptr<NodeState>& state, grpc::CallbackServerContext& context);

  /// Hands the message that was read to the groups.
  absl::Status Accept() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status AcceptOptions() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  /// Takes a seat in the group of the options.
  void Connect() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Connected(const absl::StatusOr<SubscriptionGroups::Seat>& seat);
  void ReadNext();
  void Write() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void End(const absl::Status& status) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::shared_ptr<NodeState> state_;
  const CallAccess access_;
  std::shared_ptr<GroupReadReactor> self_;  ///< Until OnDone.
  BudgetShare share_{state_->group_consumers};
  event_store::client::persistent_subscriptions::ReadReq message_;  ///< Of the read in flight.

  absl::Mutex mutex_;
  grpc::CallbackServerContext* context_ ABSL_GUARDED_BY(mutex_);  ///< Null once done.
  GroupKey key_ ABSL_GUARDED_BY(mutex_);
  UuidForm uuid_form_ ABSL_GUARDED_BY(mutex_) = UuidForm::kStructured;
  bool has_options_ ABSL_GUARDED_BY(mutex_) = false;
  std::optional<SubscriptionGroups::Seat> seat_ ABSL_GUARDED_BY(mutex_);
  bool is_checking_ ABSL_GUARDED_BY(mutex_) = false;  ///< Whether it may still consume.
  bool must_confirm_ ABSL_GUARDED_BY(mutex_) = false;
  std::deque<GroupDelivery> queue_ ABSL_GUARDED_BY(mutex_);
  /// Of the write in flight.
  event_store::client::persistent_subscriptions::ReadResp answer_ ABSL_GUARDED_BY(mutex_);
  bool is_writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool has_ended_ ABSL_GUARDED_BY(mutex_) = false;
  WriteWatch watch_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace eventstoredb
