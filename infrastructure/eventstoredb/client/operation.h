#pragma once

#include <cstddef>
#include <memory>
#include <optional>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

#include "eventstoredb/call_options.h"
#include "infrastructure/eventstoredb/client/connection.h"
#include "infrastructure/eventstoredb/client/deadline_queue.h"
#include "infrastructure/eventstoredb/client/timer.h"

namespace eventstoredb::client {

class ClientCore;

/// What is known of one attempt that failed.
enum class Written { kNo, kPerhaps };

/// What a call does at the server.
enum class Effect {
  kNone,    ///< It asks a question, and may be asked again whatever became of it.
  kChange,  ///< A write: it counts for the bound on them, and its outcome may be unknown.
};

/// One call on its way to its single answer: connects, sends, and sends again where the failure
/// and the call allow it, until it is answered, out of attempts, or out of time. Thread-safe.
class Operation : public Expirable, public std::enable_shared_from_this<Operation> {
 public:
  /// `bytes` count for the bound on writes in flight; `deadline` is not infinite.
  Operation(std::shared_ptr<ClientCore> core, CallOptions options, absl::Time deadline,
            Effect effect, std::size_t bytes);

  void Start();
  /// An attempt failed; more may follow.
  void Failed(const absl::Status& status, Written written);
  /// The server refused it, or the call broke.
  void Failed(const Connection& connection, const absl::Status& status);
  void Expire() override;
  void Abandon() override;

  absl::Time deadline() const { return deadline_; }
  const CallOptions& options() const { return options_; }
  ClientCore& core() const { return *core_; }

 protected:
  /// Sends once; ends in Failed or in an answer. From any thread.
  virtual void Send(std::shared_ptr<Connection> connection) = 0;
  /// Whether a write may be sent again though it has perhaps been done.
  virtual bool IsRepeatable() const { return false; }
  /// Gives the caller the error. Called at most once, without a lock.
  virtual void Tell(const absl::Status& error) = 0;

  /// True for the first who asks: then the caller is to be told, by that one.
  bool Finish();

 private:
  void Connect();
  void End(const absl::Status& error);

  const std::shared_ptr<ClientCore> core_;
  const CallOptions options_;
  const absl::Time deadline_;
  const Effect effect_;
  const std::size_t bytes_;

  absl::Mutex mutex_;
  bool finished_ ABSL_GUARDED_BY(mutex_) = false;
  std::optional<DeadlineQueue::Ticket> ticket_ ABSL_GUARDED_BY(mutex_);  ///< Of one that began.
  int attempts_ ABSL_GUARDED_BY(mutex_) = 0;
  /// An attempt may have been done though none was answered so.
  Written written_ ABSL_GUARDED_BY(mutex_) = Written::kNo;
  bool is_sent_ ABSL_GUARDED_BY(mutex_) = false;
  Timer pause_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace eventstoredb::client
