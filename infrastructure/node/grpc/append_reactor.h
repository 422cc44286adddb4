#pragma once

#include <cstddef>
#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "grpcpp/server_context.h"
#include "grpcpp/support/server_callback.h"

#include "event_store/client/streams.pb.h"
#include "eventstoredb/types.h"
#include "infrastructure/node/grpc/budget.h"
#include "infrastructure/node/grpc/call_access.h"
#include "infrastructure/node/grpc/node_state.h"
#include "infrastructure/node/grpc/ticker.h"

namespace eventstoredb {

/// One Append call (protocol section 3.3): options, then an event a message, then the half-close,
/// with which the events are handed to the store. A call that ends before has written nothing.
class AppendReactor final : public grpc::ServerReadReactor<event_store::client::streams::AppendReq>,
                            public Ticked {
 public:
  static AppendReactor* Start(const std::shared_ptr<NodeState>& state,
                              grpc::CallbackServerContext& context,
                              event_store::client::streams::AppendResp& response);

  void OnReadDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;
  void Tick(absl::Time now, bool is_stopping) override;

 private:
  AppendReactor(const std::shared_ptr<NodeState>& state, grpc::CallbackServerContext& context,
                event_store::client::streams::AppendResp& response);

  /// Takes `message_` into `append_`.
  absl::Status Accept();
  absl::Status AcceptOptions();
  absl::Status AcceptEvent();
  void ReadNext();
  /// The client has sent all.
  void Commit();
  void Store();
  void Answer(const absl::StatusOr<AppendResult>& result);
  void Fail(const absl::Status& status);

  const std::shared_ptr<NodeState> state_;
  const CallAccess access_;
  const Counted counted_{state_->appends};
  grpc::CallbackServerContext& context_;
  event_store::client::streams::AppendResp& response_;
  std::shared_ptr<AppendReactor> self_;  ///< Until OnDone.

  // Of the one read that is in flight.
  event_store::client::streams::AppendReq message_;
  bool has_options_ = false;
  bool has_read_end_ = false;
  event_store::client::streams::AppendReq::Options expectation_;  ///< Without the stream.
  AppendRequest append_;
  std::size_t data_bytes_ = 0;
  BudgetShare held_;

  absl::Mutex mutex_;
  absl::Time received_at_ ABSL_GUARDED_BY(mutex_);
  /// The store has the events: only its answer ends the call.
  bool is_committing_ ABSL_GUARDED_BY(mutex_) = false;
  bool has_ended_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace eventstoredb
