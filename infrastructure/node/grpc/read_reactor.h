#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "grpcpp/server_context.h"
#include "grpcpp/support/byte_buffer.h"
#include "grpcpp/support/server_callback.h"

#include "infrastructure/node/grpc/budget.h"
#include "infrastructure/node/grpc/call_access.h"
#include "infrastructure/node/grpc/node_state.h"
#include "infrastructure/node/grpc/read_source.h"
#include "infrastructure/node/grpc/ticker.h"
#include "infrastructure/node/grpc/write_watch.h"

namespace eventstoredb {

/// One Read call, bounded or a subscription: one message in flight; the next page is fetched, on a
/// read worker, while the last one is being sent, and no further than that. A subscription that has
/// said all waits without a thread.
class ReadReactor final : public grpc::ServerWriteReactor<grpc::ByteBuffer>,
                          public Ticked,
                          public std::enable_shared_from_this<ReadReactor> {
 public:
  static ReadReactor* Start(const std::shared_ptr<NodeState>& state,
                            grpc::CallbackServerContext& context, const grpc::ByteBuffer& request);

  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;
  void Tick(absl::Time now, bool is_stopping) override;

 private:
  ReadReactor(const std::shared_ptr<NodeState>& state, grpc::CallbackServerContext& context);

  Demand ReadDemand() const;
  /// Makes the source.
  absl::Status Open(const grpc::ByteBuffer& bytes);
  /// On a read worker.
  void Fetch();
  /// Writes, has the next page fetched, or ends, whatever is due.
  void Pump() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void StartFetch() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool HasRoom() const ABSL_SHARED_LOCKS_REQUIRED(mutex_);
  void End(const absl::Status& status) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  /// Sends `in_flight_` and a good end as one: a short read costs one round through gRPC less.
  void EndWithLast() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::shared_ptr<NodeState> state_;
  const CallAccess access_;
  /// Not within a process: gRPC's transport there takes it that a client which waits for the end
  /// reads no more, and may drop the message that comes with a good end (grpc issue 23398).
  const bool may_end_with_last_;
  std::shared_ptr<ReadReactor> self_;  ///< Until OnDone.
  std::string stream_;                 ///< Empty: $all.
  bool is_subscription_ = false;
  std::optional<BudgetShare> share_;
  /// Touched by whoever fetches; by Pump while nobody does.
  std::unique_ptr<ReadSource> source_;

  absl::Mutex mutex_;
  grpc::CallbackServerContext* context_ ABSL_GUARDED_BY(mutex_);  ///< Null once done.
  std::deque<grpc::ByteBuffer> queue_ ABSL_GUARDED_BY(mutex_);
  std::size_t queue_bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  grpc::ByteBuffer in_flight_ ABSL_GUARDED_BY(mutex_);
  bool is_writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool is_fetching_ ABSL_GUARDED_BY(mutex_) = false;  ///< Posted, running, or waiting to be ready.
  bool must_wait_ ABSL_GUARDED_BY(mutex_) = false;    ///< The source had nothing more.
  std::optional<absl::Status> end_ ABSL_GUARDED_BY(mutex_);  ///< After the queue.
  bool has_ended_ ABSL_GUARDED_BY(mutex_) = false;
  WriteWatch watch_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace eventstoredb
