#include "infrastructure/eventstoredb/client/operation.h"

#include <utility>

#include "absl/strings/str_cat.h"

#include "infrastructure/eventstoredb/client/backoff.h"
#include "infrastructure/eventstoredb/client/client_core.h"
#include "infrastructure/eventstoredb/client/rpc_error.h"

namespace eventstoredb::client {
namespace {

/// The same error, said so that it does not promise that nothing was written.
absl::Status WithUnknownOutcome(const absl::Status& error) {
  ErrorDetails details = GetErrorDetails(error);
  const bool says_so = details.kind == ErrorKind::kUnavailable ||
                       details.kind == ErrorKind::kCancelledByServer ||
                       absl::IsDeadlineExceeded(error) || absl::IsUnknown(error);
  if (!says_so) details.kind = ErrorKind::kUnavailable;
  return MakeError(says_so ? error.code() : absl::StatusCode::kUnavailable,
                   absl::StrCat(std::string(error.message()), " (the outcome is unknown)"),
                   details);
}

}  // namespace

Operation::Operation(std::shared_ptr<ClientCore> core, CallOptions options, absl::Time deadline,
                     Effect effect, std::size_t bytes)
    : core_(std::move(core)),
      options_(std::move(options)),
      deadline_(deadline),
      effect_(effect),
      bytes_(bytes) {}

void Operation::Start() {
  if (deadline_ <= absl::Now()) {
    return End(absl::DeadlineExceededError("the deadline had passed: nothing was sent"));
  }
  if (effect_ == Effect::kChange && !core_->writes.Enter(bytes_)) {
    return End(absl::ResourceExhaustedError(
        "too many writes of this client wait for their answers: nothing was sent"));
  }
  {
    absl::MutexLock lock(&mutex_);
    ticket_ = core_->deadlines->Add(deadline_, shared_from_this());
  }
  Connect();
}

void Operation::Connect() {
  {
    absl::MutexLock lock(&mutex_);
    if (finished_) return;
    if (++attempts_ > 1) {
      auto& retries = effect_ == Effect::kChange ? core_->write_retries : core_->read_retries;
      retries.fetch_add(1, std::memory_order_relaxed);
    }
  }
  core_->connector->Get(
      [self = shared_from_this()](absl::StatusOr<std::shared_ptr<Connection>> connection) {
        if (!connection.ok()) return self->Failed(connection.status(), Written::kNo);
        {
          absl::MutexLock lock(&self->mutex_);
          if (self->finished_) return;
          self->is_sent_ = self->effect_ == Effect::kChange;
        }
        self->Send(*std::move(connection));
      });
}

void Operation::Failed(const absl::Status& status, Written written) {
  {
    absl::MutexLock lock(&mutex_);
    if (finished_) return;
    is_sent_ = false;
    if (written == Written::kPerhaps) written_ = Written::kPerhaps;
    const bool allowed = written_ == Written::kNo || IsRepeatable();
    const absl::Time next =
        absl::Now() + RandomBackoff(core_->options.retry.backoff_min,
                                    core_->options.retry.backoff_max, attempts_);
    if (allowed && IsTransient(GetErrorKind(status)) &&
        attempts_ < core_->options.retry.attempts_max && next < deadline_) {
      pause_.Set(next, [self = shared_from_this()] { self->Connect(); });
      return;
    }
  }
  End(status);
}

void Operation::Failed(const Connection& connection, const absl::Status& status) {
  core_->connector->Report(connection, status);
  const bool perhaps = effect_ == Effect::kChange && LeavesOutcomeUnknown(status);
  Failed(status, perhaps ? Written::kPerhaps : Written::kNo);
}

void Operation::Expire() {
  const char* const text = effect_ == Effect::kChange ? "the write was not answered in time"
                                                      : "the call was not answered in time";
  End(MakeError(absl::StatusCode::kDeadlineExceeded, text, {.kind = ErrorKind::kDeadlineExceeded}));
}

void Operation::Abandon() { End(absl::UnavailableError("the client is closing")); }

void Operation::End(const absl::Status& error) {
  bool unknown = false;
  {
    absl::MutexLock lock(&mutex_);
    unknown = written_ == Written::kPerhaps || is_sent_;
  }
  if (!Finish()) return;
  // A refused revision is certain even after an attempt of unknown outcome: had that one been
  // written, its ids would have been found (protocol section 3.2).
  const bool certain = GetErrorKind(error) == ErrorKind::kWrongExpectedRevision;
  Tell(unknown && !certain ? WithUnknownOutcome(error) : error);
}

bool Operation::Finish() {
  std::optional<DeadlineQueue::Ticket> ticket;
  {
    absl::MutexLock lock(&mutex_);
    if (finished_) return false;
    finished_ = true;
    pause_.Cancel();
    ticket = ticket_;
  }
  if (ticket.has_value()) {
    core_->deadlines->Remove(*ticket);
    if (effect_ == Effect::kChange) core_->writes.Leave(bytes_);
  }
  return true;
}

}  // namespace eventstoredb::client
