#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "grpcpp/client_context.h"
#include "grpcpp/support/client_callback.h"

#include "event_store/client/streams.grpc.pb.h"
#include "eventstoredb/call_options.h"
#include "infrastructure/eventstoredb/client/call_registry.h"
#include "infrastructure/eventstoredb/client/connection.h"
#include "infrastructure/eventstoredb/client/open_context.h"

namespace eventstoredb::client {

class ClientCore;

/// One Read call, from the connection to its end. Holds some messages for its consumer, and reads
/// the next from the wire only when there is room. One consumer thread; Cancel from any.
class ReadCall final : public grpc::ClientReadReactor<event_store::client::streams::ReadResp>,
                       public OpenCall,
                       public std::enable_shared_from_this<ReadCall> {
 public:
  using Request = event_store::client::streams::ReadReq;
  using Response = event_store::client::streams::ReadResp;

  static std::shared_ptr<ReadCall> Start(std::shared_ptr<ClientCore> core, Request request,
                                         const CallOptions& options, absl::Time deadline);
  ReadCall(std::shared_ptr<ClientCore> core, Request request, const CallOptions& options,
           absl::Time deadline);

  enum class Taken {
    kMessages,
    kNothing,  ///< `until` has come.
    kEnded,    ///< All messages were taken before; see status().
  };
  /// Waits until `until`; appends what is there to `out`.
  Taken Take(absl::Time until, std::vector<Response>& out);
  /// True: Take would not wait. False: `news`, which must not block, is called once when it would
  /// not any more; from any thread. Replaces the one before.
  bool Watch(std::function<void()> news);
  /// After kEnded: Ok, or why it failed. Cancelled: by Cancel, or the client is closing.
  absl::Status status() const;

  /// The connection is not worth to be used again, for this reason.
  void Blame(const absl::Status& error);
  /// What was not taken is dropped.
  void Cancel() override;
  void OnReadDone(bool ok) override;
  void OnDone(const grpc::Status& status) override;

 private:
  void OnConnection(absl::StatusOr<std::shared_ptr<Connection>> connection);
  void End(absl::Status status) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void TellNews() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool HasRoom() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::shared_ptr<ClientCore> core_;
  const Request request_;
  const CallOptions options_;
  const absl::Time deadline_;
  OpenContext context_;
  Response incoming_;  ///< Of the read in flight.

  mutable absl::Mutex mutex_;
  std::shared_ptr<Connection> connection_ ABSL_GUARDED_BY(mutex_);
  std::vector<Response> buffer_ ABSL_GUARDED_BY(mutex_);
  std::size_t bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  bool is_cancelled_ ABSL_GUARDED_BY(mutex_) = false;
  bool is_paused_ ABSL_GUARDED_BY(mutex_) = false;  ///< Started, and no read in flight.
  bool has_ended_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Status status_ ABSL_GUARDED_BY(mutex_);
  std::function<void()> news_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace eventstoredb::client
