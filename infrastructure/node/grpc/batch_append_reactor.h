#pragma once

#include <cstddef>
#include <deque>
#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "grpcpp/server_context.h"
#include "grpcpp/support/server_callback.h"

#include "event_store/client/streams.pb.h"
#include "infrastructure/node/grpc/batch_assembly.h"
#include "infrastructure/node/grpc/call_access.h"
#include "infrastructure/node/grpc/node_state.h"
#include "infrastructure/node/grpc/ticker.h"
#include "infrastructure/node/grpc/write_watch.h"

namespace eventstoredb {

/// One BatchAppend call (protocol section 3.14): many appends, answered as they complete. One read
/// and one write in flight; not read while too much waits for the store or for the client. Ends
/// with OK when the client has half-closed and all is answered.
class BatchAppendReactor final
    : public grpc::ServerBidiReactor<event_store::client::streams::BatchAppendReq,
                                     event_store::client::streams::BatchAppendResp>,
      public Ticked {
 public:
  static BatchAppendReactor* Start(const std::shared_ptr<NodeState>& state,
                                   grpc::CallbackServerContext& context);

  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;
  void Tick(absl::Time now, bool is_stopping) override;

 private:
  BatchAppendReactor(const std::shared_ptr<NodeState>& state, grpc::CallbackServerContext& context);

  /// Appends the batch, after those that came before it; at once, if no right must be looked up.
  void Begin(Batch batch) ABSL_LOCKS_EXCLUDED(mutex_);
  /// Hands the batches to the store in their order: each is looked at when the one before was.
  void CheckNext() ABSL_LOCKS_EXCLUDED(mutex_);
  /// To the store. Without the mutex: it may answer at once.
  void Append(Batch batch);
  void Answer(const BatchAddress& address, const absl::StatusOr<AppendResult>& result);
  void Push(const BatchAddress& address, const absl::StatusOr<AppendResult>& result)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  /// Writes, reads or ends, whatever is due.
  void Pump() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool IsIdle() const ABSL_SHARED_LOCKS_REQUIRED(mutex_);
  void End(const absl::Status& status) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::shared_ptr<NodeState> state_;
  const CallAccess access_;
  const Counted counted_{state_->appends};
  std::shared_ptr<BatchAppendReactor> self_;              ///< Until OnDone.
  event_store::client::streams::BatchAppendReq message_;  ///< Of the read in flight.

  absl::Mutex mutex_;
  grpc::CallbackServerContext* context_ ABSL_GUARDED_BY(mutex_);  ///< Null once done.
  BatchAssembly assembly_ ABSL_GUARDED_BY(mutex_);
  std::size_t in_flight_ ABSL_GUARDED_BY(mutex_) = 0;  ///< At the store, or on their way to it.
  std::deque<Batch> unchecked_ ABSL_GUARDED_BY(mutex_);
  bool is_checking_ ABSL_GUARDED_BY(mutex_) = false;  ///< One is; the next ones queue up.
  /// The first is being written while `is_writing_`.
  std::deque<event_store::client::streams::BatchAppendResp> answers_ ABSL_GUARDED_BY(mutex_);
  bool is_admitted_ ABSL_GUARDED_BY(mutex_) = false;  ///< The caller is known.
  bool is_writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool is_reading_ ABSL_GUARDED_BY(mutex_) = false;
  bool has_read_end_ ABSL_GUARDED_BY(mutex_) = false;
  bool has_ended_ ABSL_GUARDED_BY(mutex_) = false;
  WriteWatch watch_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace eventstoredb
