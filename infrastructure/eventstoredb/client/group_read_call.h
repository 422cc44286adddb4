#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "grpcpp/client_context.h"
#include "grpcpp/support/client_callback.h"

#include "event_store/client/persistent_subscriptions.grpc.pb.h"
#include "eventstoredb/call_options.h"
#include "eventstoredb/persistent_consumer.h"
#include "eventstoredb/persistent_subscriptions.h"
#include "infrastructure/eventstoredb/client/call_registry.h"
#include "infrastructure/eventstoredb/client/connection.h"
#include "infrastructure/eventstoredb/client/open_context.h"

namespace eventstoredb::client {

class ClientCore;

/// One Read call of persistent subscriptions, from the connection to its end: messages to the
/// consumer, its answers back. Holds some of either, and reads the next message from the wire only
/// when there is room for both. One thread takes; all else from any.
class GroupReadCall final
    : public grpc::ClientBidiReactor<event_store::client::persistent_subscriptions::ReadReq,
                                     event_store::client::persistent_subscriptions::ReadResp>,
      public OpenCall,
      public std::enable_shared_from_this<GroupReadCall> {
 public:
  using Request = event_store::client::persistent_subscriptions::ReadReq;
  using Response = event_store::client::persistent_subscriptions::ReadResp;

  /// `number`: the consumer's own, of this call.
  static std::shared_ptr<GroupReadCall> Start(std::shared_ptr<ClientCore> core, const GroupId& id,
                                              const ConsumerOptions& options, std::uint64_t number);
  GroupReadCall(std::shared_ptr<ClientCore> core, const GroupId& id, const ConsumerOptions& options,
                std::uint64_t number);

  enum class Taken {
    kMessage,
    kNothing,    ///< `until` has come.
    kFinishing,  ///< By Finish.
    kEnded,      ///< See status(). What was not taken is gone: it could not be answered.
  };
  /// Waits until `until`.
  Taken Take(absl::Time until, Response& out);
  /// After kEnded: Ok, or why it failed. Cancelled: by Cancel, or the client is closing.
  absl::Status status() const;
  std::uint64_t number() const { return number_; }
  /// The server has confirmed it, whether that was taken or not.
  bool is_confirmed() const;

  /// To be sent in order, at once or with what follows. False: the call is over.
  bool Answer(EventAnswer::Kind kind, std::string reason, const Uuid& id);
  /// Answers that were taken and not sent.
  std::size_t unsent() const;
  /// Waits until all is sent, or the call is over: what is left is then lost. False: `until` has
  /// come.
  bool Flush(absl::Time until);
  /// Takes no more answers, gives no more messages, and tells the server so when all is sent.
  void Finish();
  /// After Finish: lets the server end the call.
  void AwaitEnd(absl::Time until);

  /// The connection is not worth to be used again, for this reason.
  void Blame(const absl::Status& error);
  /// What was not taken or sent is dropped.
  void Cancel() override;
  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnDone(const grpc::Status& status) override;

 private:
  struct PendingAnswer {
    EventAnswer::Kind kind;
    std::string reason;
    Uuid id;
  };

  void OnConnection(absl::StatusOr<std::shared_ptr<Connection>> connection);
  void Pump() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void ReadOn() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool HasRoom() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  /// No more operation is begun.
  void CloseOperations() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void End(absl::Status status) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::shared_ptr<ClientCore> core_;
  const GroupId id_;
  const CallOptions options_;
  const std::uint64_t number_;
  OpenContext context_;
  Response incoming_;  ///< Of the read in flight.
  Request outgoing_;   ///< Of the write in flight.

  mutable absl::Mutex mutex_;
  std::shared_ptr<Connection> connection_ ABSL_GUARDED_BY(mutex_);
  std::deque<Response> buffer_ ABSL_GUARDED_BY(mutex_);
  std::size_t bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  std::deque<PendingAnswer> pending_ ABSL_GUARDED_BY(mutex_);
  std::size_t writing_ ABSL_GUARDED_BY(mutex_) = 0;  ///< Answers of the write in flight.
  bool is_open_ ABSL_GUARDED_BY(mutex_) = false;     ///< Operations may begin; has a hold.
  bool is_writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool is_paused_ ABSL_GUARDED_BY(mutex_) = false;  ///< Open, and no read in flight.
  bool is_finishing_ ABSL_GUARDED_BY(mutex_) = false;
  bool is_half_closed_ ABSL_GUARDED_BY(mutex_) = false;
  bool is_confirmed_ ABSL_GUARDED_BY(mutex_) = false;
  bool is_cancelled_ ABSL_GUARDED_BY(mutex_) = false;
  bool has_ended_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Status status_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace eventstoredb::client
