#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "grpcpp/client_context.h"
#include "grpcpp/support/client_callback.h"

#include "event_store/client/streams.grpc.pb.h"
#include "eventstoredb/uuid.h"
#include "infrastructure/eventstoredb/client/call_context.h"
#include "infrastructure/eventstoredb/client/call_registry.h"
#include "infrastructure/eventstoredb/client/connection.h"
#include "infrastructure/eventstoredb/client/open_context.h"

namespace eventstoredb::client {

class AppendOperation;
class Connector;

/// One BatchAppend call: one write and one read in flight, answers matched by correlation id. When
/// it breaks, every append that waits on it fails with the reason. Thread-safe.
class BatchCall final
    : public grpc::ClientBidiReactor<event_store::client::streams::BatchAppendReq,
                                     event_store::client::streams::BatchAppendResp>,
      public OpenCall,
      public std::enable_shared_from_this<BatchCall> {
 public:
  BatchCall(std::shared_ptr<Connection> connection, Connector& connector, CallRegistry& calls);

  /// False: the client is closing.
  bool Start(const CallHeaders& headers);
  /// False: the call has ended or retired; `append` is as it was.
  bool TrySend(const std::shared_ptr<AppendOperation>& append);
  /// The append does not wait any more.
  void Forget(const Uuid& correlation);
  /// Takes no more appends, and ends when none waits.
  void Retire();
  std::uint64_t connection_number() const { return connection_number_; }

  void Cancel() override { context_.Cancel(); }
  void OnWriteDone(bool ok) override;
  void OnReadDone(bool ok) override;
  void OnDone(const grpc::Status& status) override;

 private:
  using Request = event_store::client::streams::BatchAppendReq;
  struct Waiting {
    std::shared_ptr<AppendOperation> append;
    bool is_sent = false;  ///< Its first message was given to gRPC.
  };

  void Pump() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  /// No more is begun from outside of a reaction.
  void ReleaseHold() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void EndIfIdle() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::uint64_t connection_number_;
  const ServerFeatures features_;
  std::shared_ptr<Connection> connection_;  ///< For the start and the end.
  Connector& connector_;
  CallRegistry& calls_;
  OpenContext context_;
  event_store::client::streams::BatchAppendResp response_;  ///< Of the read in flight.

  absl::Mutex mutex_;
  bool is_open_ ABSL_GUARDED_BY(mutex_) = true;
  bool is_retired_ ABSL_GUARDED_BY(mutex_) = false;
  bool is_answered_ ABSL_GUARDED_BY(mutex_) = false;  ///< Some append was.
  bool has_hold_ ABSL_GUARDED_BY(mutex_) = false;
  bool is_writing_ ABSL_GUARDED_BY(mutex_) = false;
  absl::flat_hash_map<Uuid, Waiting> waiting_ ABSL_GUARDED_BY(mutex_);
  /// Bounded by the writes that a client may have in flight.
  std::deque<std::pair<Uuid, Request>> to_write_ ABSL_GUARDED_BY(mutex_);
  Request in_flight_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace eventstoredb::client
