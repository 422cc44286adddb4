#include "infrastructure/eventstoredb/client/group_read_call.h"

#include <utility>

#include "infrastructure/eventstoredb/client/client_core.h"
#include "infrastructure/eventstoredb/client/group_features.h"
#include "infrastructure/eventstoredb/client/group_messages.h"
#include "infrastructure/eventstoredb/client/rpc_error.h"

namespace eventstoredb::client {
namespace {

/// Of one message, as official clients do.
constexpr std::size_t kIdsMax = 2'000;
/// Answers that wait to be sent; with more no message is read, and without messages no answers
/// come. What is held for the consumer may still be answered on top.
constexpr std::size_t kPendingMax = 2 * kIdsMax;

absl::Status ConsumerCancelled() { return absl::CancelledError("the consumer was cancelled"); }

}  // namespace

std::shared_ptr<GroupReadCall> GroupReadCall::Start(std::shared_ptr<ClientCore> core,
                                                    const GroupId& id,
                                                    const ConsumerOptions& options,
                                                    std::uint64_t number) {
  const std::shared_ptr<Connector> connector = core->connector;
  auto call = std::make_shared<GroupReadCall>(std::move(core), id, options, number);
  connector->Get([call](absl::StatusOr<std::shared_ptr<Connection>> connection) {
    call->OnConnection(std::move(connection));
  });
  return call;
}

GroupReadCall::GroupReadCall(std::shared_ptr<ClientCore> core, const GroupId& id,
                             const ConsumerOptions& options, std::uint64_t number)
    : core_(std::move(core)),
      id_(id),
      options_(options.call),
      number_(number),
      outgoing_(ToRead(id, options.buffer_size)) {}

void GroupReadCall::OnConnection(absl::StatusOr<std::shared_ptr<Connection>> connection) {
  absl::MutexLock lock(&mutex_);
  if (is_cancelled_) return;
  if (!connection.ok()) return End(connection.status());
  absl::Status offered =
      CheckGroupsOffered((*connection)->features, "read", !id_.stream.has_value(), AboutGroup(id_));
  if (!offered.ok()) return End(std::move(offered));
  if (!core_->calls.Add(shared_from_this())) return End(ConsumerCancelled());
  connection_ = *std::move(connection);
  context_.Keep(connection_->channel);
  core_->headers.Write(options_, absl::InfiniteFuture(), *context_);
  connection_->groups->async()->Read(&*context_, this);
  AddHold();  // The consumer reads and answers from threads of its own.
  is_open_ = true;
  is_writing_ = true;
  StartWrite(&outgoing_);
  StartRead(&incoming_);
  StartCall();
}

GroupReadCall::Taken GroupReadCall::Take(absl::Time until, Response& out) {
  absl::MutexLock lock(&mutex_);
  const auto ready = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return !buffer_.empty() || is_finishing_ || has_ended_;
  };
  mutex_.AwaitWithDeadline(absl::Condition(&ready), until);
  if (has_ended_) return Taken::kEnded;
  if (is_finishing_) return Taken::kFinishing;
  if (buffer_.empty()) return Taken::kNothing;
  out = std::move(buffer_.front());
  buffer_.pop_front();
  bytes_ -= out.ByteSizeLong();
  ReadOn();
  return Taken::kMessage;
}

absl::Status GroupReadCall::status() const {
  absl::MutexLock lock(&mutex_);
  return status_;
}

bool GroupReadCall::is_confirmed() const {
  absl::MutexLock lock(&mutex_);
  return is_confirmed_;
}

bool GroupReadCall::Answer(EventAnswer::Kind kind, std::string reason, const Uuid& id) {
  absl::MutexLock lock(&mutex_);
  if (!is_open_ || is_finishing_) return false;
  pending_.push_back({.kind = kind, .reason = std::move(reason), .id = id});
  Pump();
  return true;
}

std::size_t GroupReadCall::unsent() const {
  absl::MutexLock lock(&mutex_);
  return pending_.size() + writing_;
}

bool GroupReadCall::Flush(absl::Time until) {
  absl::MutexLock lock(&mutex_);
  const auto done = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return !is_open_ || (pending_.empty() && writing_ == 0);
  };
  return mutex_.AwaitWithDeadline(absl::Condition(&done), until);
}

void GroupReadCall::Finish() {
  absl::MutexLock lock(&mutex_);
  is_finishing_ = true;
  if (is_open_) Pump();
}

void GroupReadCall::AwaitEnd(absl::Time until) {
  absl::MutexLock lock(&mutex_);
  mutex_.AwaitWithDeadline(absl::Condition(&has_ended_), until);
}

void GroupReadCall::Pump() {
  if (is_writing_ || !is_open_ || is_half_closed_) return;
  if (pending_.empty()) {
    if (!is_finishing_) return;
    is_half_closed_ = true;
    return StartWritesDone();
  }
  const EventAnswer::Kind kind = pending_.front().kind;
  const std::string reason = pending_.front().reason;
  outgoing_ = ToAnswer(kind, reason);
  while (!pending_.empty() && writing_ < kIdsMax && pending_.front().kind == kind &&
         pending_.front().reason == reason) {
    AddId(pending_.front().id, outgoing_);
    pending_.pop_front();
    ++writing_;
  }
  is_writing_ = true;
  StartWrite(&outgoing_);
}

bool GroupReadCall::HasRoom() const {
  return buffer_.size() < core_->options.events_buffered_max &&
         bytes_ < core_->options.bytes_buffered_max && pending_.size() < kPendingMax;
}

void GroupReadCall::ReadOn() {
  if (!is_paused_ || !HasRoom()) return;
  is_paused_ = false;
  StartRead(&incoming_);
}

void GroupReadCall::OnWriteDone(bool ok) {
  absl::MutexLock lock(&mutex_);
  is_writing_ = false;
  if (!ok) return;  // The read in flight, or Cancel, tells the end.
  writing_ = 0;
  Pump();
  if (is_open_) ReadOn();
}

void GroupReadCall::OnReadDone(bool ok) {
  absl::MutexLock lock(&mutex_);
  if (!ok || is_cancelled_) return CloseOperations();
  if (incoming_.has_subscription_confirmation()) is_confirmed_ = true;
  bytes_ += incoming_.ByteSizeLong();
  buffer_.push_back(std::move(incoming_));
  incoming_.Clear();
  is_paused_ = true;
  ReadOn();
}

void GroupReadCall::CloseOperations() {
  is_paused_ = false;
  if (std::exchange(is_open_, false)) RemoveHold();
}

void GroupReadCall::Cancel() {
  absl::MutexLock lock(&mutex_);
  if (std::exchange(is_cancelled_, true)) return;
  End(ConsumerCancelled());
  context_.Cancel();
  // With a read in flight that one tells the end.
  if (is_paused_) CloseOperations();
}

void GroupReadCall::OnDone(const grpc::Status& status) {
  absl::Status error = ToStatus(status, TrailersOf(*context_), AboutGroup(id_));
  Blame(error);  // Before the consumer hears of it and comes back.
  {
    absl::MutexLock lock(&mutex_);
    End(std::move(error));
    connection_ = nullptr;
  }
  context_.Release();
  core_->calls.Remove(this);
}

void GroupReadCall::Blame(const absl::Status& error) {
  std::shared_ptr<Connection> connection;
  {
    absl::MutexLock lock(&mutex_);
    if (is_cancelled_ || error.ok()) return;
    connection = connection_;
  }
  if (connection != nullptr) core_->connector->Report(*connection, error);
}

void GroupReadCall::End(absl::Status status) {
  if (has_ended_) return;
  has_ended_ = true;
  status_ = std::move(status);
  buffer_.clear();
  bytes_ = 0;
}

}  // namespace eventstoredb::client
