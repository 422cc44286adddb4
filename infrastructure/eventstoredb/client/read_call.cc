#include "infrastructure/eventstoredb/client/read_call.h"

#include <iterator>
#include <string>
#include <utility>

#include "infrastructure/eventstoredb/client/client_core.h"
#include "infrastructure/eventstoredb/client/rpc_error.h"

namespace eventstoredb::client {
namespace {

absl::Status Cancelled() { return absl::CancelledError("the read was cancelled"); }

}  // namespace

std::shared_ptr<ReadCall> ReadCall::Start(std::shared_ptr<ClientCore> core, Request request,
                                          const CallOptions& options, absl::Time deadline) {
  const std::shared_ptr<Connector> connector = core->connector;
  auto call = std::make_shared<ReadCall>(std::move(core), std::move(request), options, deadline);
  connector->Get([call](absl::StatusOr<std::shared_ptr<Connection>> connection) {
    call->OnConnection(std::move(connection));
  });
  return call;
}

ReadCall::ReadCall(std::shared_ptr<ClientCore> core, Request request, const CallOptions& options,
                   absl::Time deadline)
    : core_(std::move(core)),
      request_(std::move(request)),
      options_(options),
      deadline_(deadline) {}

void ReadCall::OnConnection(absl::StatusOr<std::shared_ptr<Connection>> connection) {
  absl::MutexLock lock(&mutex_);
  if (is_cancelled_) return;
  if (!connection.ok()) return End(connection.status());
  if (!core_->calls.Add(shared_from_this())) return End(Cancelled());
  connection_ = *std::move(connection);
  context_.Keep(connection_->channel);
  core_->headers.Write(options_, deadline_, *context_);
  connection_->streams->async()->Read(&*context_, &request_, this);
  AddHold();  // The consumer reads on from its own thread.
  StartRead(&incoming_);
  StartCall();
}

ReadCall::Taken ReadCall::Take(absl::Time until, std::vector<Response>& out) {
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
    if (std::exchange(is_paused_, false)) StartRead(&incoming_);
    return Taken::kMessages;
  }
  return has_ended_ ? Taken::kEnded : Taken::kNothing;
}

bool ReadCall::Watch(std::function<void()> news) {
  absl::MutexLock lock(&mutex_);
  if (!buffer_.empty() || has_ended_) return true;
  news_ = std::move(news);
  return false;
}

void ReadCall::TellNews() {
  if (const std::function<void()> news = std::exchange(news_, nullptr)) news();
}

absl::Status ReadCall::status() const {
  absl::MutexLock lock(&mutex_);
  return status_;
}

void ReadCall::Cancel() {
  absl::MutexLock lock(&mutex_);
  if (std::exchange(is_cancelled_, true)) return;
  buffer_.clear();
  End(Cancelled());
  context_.Cancel();
  if (std::exchange(is_paused_, false)) RemoveHold();
}

bool ReadCall::HasRoom() const {
  return buffer_.size() < core_->options.events_buffered_max &&
         bytes_ < core_->options.bytes_buffered_max;
}

void ReadCall::OnReadDone(bool ok) {
  absl::MutexLock lock(&mutex_);
  if (!ok || is_cancelled_) return RemoveHold();
  bytes_ += incoming_.ByteSizeLong();
  buffer_.push_back(std::move(incoming_));
  incoming_.Clear();
  TellNews();
  if (HasRoom()) {
    StartRead(&incoming_);
  } else {
    is_paused_ = true;
  }
}

void ReadCall::OnDone(const grpc::Status& status) {
  const std::string& stream = request_.options().stream().stream_identifier().stream_name();
  absl::Status error = ToStatus(status, TrailersOf(*context_), stream);
  Blame(error);  // Before the consumer hears of it and comes back.
  {
    absl::MutexLock lock(&mutex_);
    End(std::move(error));
    connection_ = nullptr;
  }
  context_.Release();
  core_->calls.Remove(this);
}

void ReadCall::Blame(const absl::Status& error) {
  std::shared_ptr<Connection> connection;
  {
    absl::MutexLock lock(&mutex_);
    if (is_cancelled_ || error.ok()) return;
    connection = connection_;
  }
  if (connection != nullptr) core_->connector->Report(*connection, error);
}

void ReadCall::End(absl::Status status) {
  if (has_ended_) return;
  has_ended_ = true;
  status_ = std::move(status);
  TellNews();
}

}  // namespace eventstoredb::client
