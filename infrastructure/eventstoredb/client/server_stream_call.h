#pragma once

#include <cstddef>
#include <functional>
#include <iterator>
#include <memory>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "grpcpp/client_context.h"
#include "grpcpp/support/client_callback.h"

#include "eventstoredb/call_options.h"
#include "eventstoredb/errors.h"
#include "infrastructure/eventstoredb/client/call_registry.h"
#include "infrastructure/eventstoredb/client/client_core.h"
#include "infrastructure/eventstoredb/client/connection.h"
#include "infrastructure/eventstoredb/client/message_pool.h"
#include "infrastructure/eventstoredb/client/open_context.h"
#include "infrastructure/eventstoredb/client/rpc_error.h"

namespace eventstoredb::client {

/// How a call that takes messages from the server ended its wait for them.
enum class Taken {
  kMessages,
  kNothing,  ///< The time has come.
  kEnded,    ///< All messages were taken before; see status().
};

/// One call that one message opens and many answer, from the connection to its end. Holds some
/// messages for its consumer, and reads the next from the wire only when there is room. One
/// consumer thread; Cancel from any.
template <typename RequestType, typename ResponseType>
class ServerStreamCall final
    : public grpc::ClientReadReactor<ResponseType>,
      public OpenCall,
      public std::enable_shared_from_this<ServerStreamCall<RequestType, ResponseType>> {
 public:
  using Request = RequestType;
  using Response = ResponseType;
  using Responses = std::vector<std::shared_ptr<Response>>;
  /// Hands the call to the method of a stub of the connection.
  using Open = std::function<void(const Connection&, grpc::ClientContext*, const Request*,
                                  grpc::ClientReadReactor<Response>*)>;

  /// `about`: what its errors name.
  static std::shared_ptr<ServerStreamCall> Start(std::shared_ptr<ClientCore> core, Open open,
                                                 Request request, ErrorDetails about,
                                                 const CallOptions& options, absl::Time deadline);
  ServerStreamCall(std::shared_ptr<ClientCore> core, Open open, Request request, ErrorDetails about,
                   const CallOptions& options, absl::Time deadline)
      : core_(std::move(core)),
        open_(std::move(open)),
        request_(std::move(request)),
        about_(std::move(about)),
        options_(options),
        deadline_(deadline) {}

  /// Waits until `until`; appends what is there to `out`.
  Taken Take(absl::Time until, Responses& out);
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
  static absl::Status Cancelled() { return absl::CancelledError("the read was cancelled"); }

  void OnConnection(absl::StatusOr<std::shared_ptr<Connection>> connection);
  void End(absl::Status status) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void TellNews() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void ReadOn() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool HasRoom() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::shared_ptr<ClientCore> core_;
  const Open open_;
  const Request request_;
  const ErrorDetails about_;
  const CallOptions options_;
  const absl::Time deadline_;
  OpenContext context_;

  mutable absl::Mutex mutex_;
  MessagePool<Response> pool_ ABSL_GUARDED_BY(mutex_);
  std::shared_ptr<Response> incoming_ ABSL_GUARDED_BY(mutex_);  ///< Of the read in flight.
  std::shared_ptr<Connection> connection_ ABSL_GUARDED_BY(mutex_);
  Responses buffer_ ABSL_GUARDED_BY(mutex_);
  std::size_t bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  bool is_cancelled_ ABSL_GUARDED_BY(mutex_) = false;
  bool is_paused_ ABSL_GUARDED_BY(mutex_) = false;  ///< Started, and no read in flight.
  bool has_ended_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Status status_ ABSL_GUARDED_BY(mutex_);
  std::function<void()> news_ ABSL_GUARDED_BY(mutex_);
};

template <typename Request, typename Response>
auto ServerStreamCall<Request, Response>::Start(std::shared_ptr<ClientCore> core, Open open,
                                                Request request, ErrorDetails about,
                                                const CallOptions& options, absl::Time deadline)
    -> std::shared_ptr<ServerStreamCall> {
  const std::shared_ptr<Connector> connector = core->connector;
  auto call = std::make_shared<ServerStreamCall>(
      std::move(core), std::move(open), std::move(request), std::move(about), options, deadline);
  connector->Get([call](absl::StatusOr<std::shared_ptr<Connection>> connection) {
    call->OnConnection(std::move(connection));
  });
  return call;
}

template <typename Request, typename Response>
void ServerStreamCall<Request, Response>::OnConnection(
    absl::StatusOr<std::shared_ptr<Connection>> connection) {
  absl::MutexLock lock(&mutex_);
  if (is_cancelled_) return;
  if (!connection.ok()) return End(connection.status());
  if (!core_->calls.Add(this->shared_from_this())) return End(Cancelled());
  connection_ = *std::move(connection);
  context_.Keep(connection_->channel);
  core_->headers.Write(options_, deadline_, *context_);
  open_(*connection_, &*context_, &request_, this);
  this->AddHold();  // The consumer reads on from its own thread.
  ReadOn();
  this->StartCall();
}

template <typename Request, typename Response>
Taken ServerStreamCall<Request, Response>::Take(absl::Time until, Responses& out) {
  absl::MutexLock lock(&mutex_);
  const auto ready = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return !buffer_.empty() || has_ended_;
  };
  mutex_.AwaitWithDeadline(absl::Condition(&ready), until);
  if (!buffer_.empty()) {
    if (out.empty()) {
      out.swap(buffer_);
    } else {
      out.insert(out.end(), std::make_move_iterator(buffer_.begin()),
                 std::make_move_iterator(buffer_.end()));
    }
    buffer_.clear();
    bytes_ = 0;
    if (std::exchange(is_paused_, false)) ReadOn();
    return Taken::kMessages;
  }
  return has_ended_ ? Taken::kEnded : Taken::kNothing;
}

template <typename Request, typename Response>
bool ServerStreamCall<Request, Response>::Watch(std::function<void()> news) {
  absl::MutexLock lock(&mutex_);
  if (!buffer_.empty() || has_ended_) return true;
  news_ = std::move(news);
  return false;
}

template <typename Request, typename Response>
void ServerStreamCall<Request, Response>::TellNews() {
  if (const std::function<void()> news = std::exchange(news_, nullptr)) news();
}

template <typename Request, typename Response>
absl::Status ServerStreamCall<Request, Response>::status() const {
  absl::MutexLock lock(&mutex_);
  return status_;
}

template <typename Request, typename Response>
void ServerStreamCall<Request, Response>::Cancel() {
  absl::MutexLock lock(&mutex_);
  if (std::exchange(is_cancelled_, true)) return;
  buffer_.clear();
  End(Cancelled());
  context_.Cancel();
  if (std::exchange(is_paused_, false)) this->RemoveHold();
}

template <typename Request, typename Response>
void ServerStreamCall<Request, Response>::ReadOn() {
  incoming_ = pool_.New();
  this->StartRead(incoming_.get());
}

template <typename Request, typename Response>
bool ServerStreamCall<Request, Response>::HasRoom() const {
  return buffer_.size() < core_->options.events_buffered_max &&
         bytes_ < core_->options.bytes_buffered_max;
}

template <typename Request, typename Response>
void ServerStreamCall<Request, Response>::OnReadDone(bool ok) {
  absl::MutexLock lock(&mutex_);
  if (!ok || is_cancelled_) return this->RemoveHold();
  bytes_ += incoming_->ByteSizeLong();
  buffer_.push_back(std::move(incoming_));
  TellNews();
  if (HasRoom()) {
    ReadOn();
  } else {
    is_paused_ = true;
  }
}

template <typename Request, typename Response>
void ServerStreamCall<Request, Response>::OnDone(const grpc::Status& status) {
  absl::Status error = ToStatus(status, TrailersOf(*context_), about_);
  Blame(error);  // Before the consumer hears of it and comes back.
  {
    absl::MutexLock lock(&mutex_);
    End(std::move(error));
    connection_ = nullptr;
  }
  context_.Release();
  core_->calls.Remove(this);
}

template <typename Request, typename Response>
void ServerStreamCall<Request, Response>::Blame(const absl::Status& error) {
  std::shared_ptr<Connection> connection;
  {
    absl::MutexLock lock(&mutex_);
    if (is_cancelled_ || error.ok()) return;
    connection = connection_;
  }
  if (connection != nullptr) core_->connector->Report(*connection, error);
}

template <typename Request, typename Response>
void ServerStreamCall<Request, Response>::End(absl::Status status) {
  if (has_ended_) return;
  has_ended_ = true;
  status_ = std::move(status);
  TellNews();
}

}  // namespace eventstoredb::client
