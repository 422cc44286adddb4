#include "api/grpc/import_reactor.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

#include "api/calls/call.h"
#include "api/grpc/transfer_mapping.h"
#include "api/grpc/wire.h"
#include "application/commands/request_errors.h"

namespace orders::api {
namespace {

// Commands that were let in before the import began end within this.
constexpr absl::Duration kCommandsEndMax = absl::Seconds(30);

}  // namespace

void ImportReactor::Start() { StartRead(&request_); }

void ImportReactor::OnReadDone(bool ok) {
  absl::MutexLock lock(&mutex_);
  if (has_ended_) return;
  is_working_ = streams_.Post([self = shared_from_this(), ok] { self->Step(!ok); });
  if (!is_working_) EndLocked(ShuttingDown());
}

void ImportReactor::Step(bool at_end) {
  const absl::Status status = at_end ? Complete() : Take();
  absl::MutexLock lock(&mutex_);
  is_working_ = false;
  if (has_ended_) return LetGo();
  if (!status.ok() || at_end) return EndLocked(status);
  StartRead(&request_);
}

absl::Status ImportReactor::Begin() {
  const bool dry_run = request_.dry_run();
  if (!dry_run) {
    ImportBarrier& barrier = streams_.ports().imports;
    was_unfinished_ = barrier.IsClosed();
    if (!barrier.TryBegin()) {
      return application::MakeRequestError(
          absl::StatusCode::kUnavailable, "another import runs; one at a time",
          {.reason = "IMPORT_RUNNING", .retry_after = absl::Seconds(10)});
    }
    holds_barrier_ = true;
    const absl::Time until = absl::Now() + kCommandsEndMax;
    while (!streams_.ports().commands_are_idle()) {
      if (absl::Now() > until || streams_.is_stopping()) {
        return absl::UnavailableError("commands are still under way; nothing was written");
      }
      absl::SleepFor(absl::Milliseconds(2));
    }
  }
  import_ = streams_.ports().transfer.StartImport(dry_run);
  return absl::OkStatus();
}

absl::Status ImportReactor::Take() {
  if (import_ == nullptr) {
    if (const absl::Status begun = Begin(); !begun.ok()) return begun;
  }
  if (is_complete_) return absl::InvalidArgumentError("a message came after the last one");
  is_complete_ = request_.complete();
  std::vector<application::ImportedEvent> events;
  events.reserve(static_cast<std::size_t>(request_.events_size()));
  std::uint64_t line = request_.first_line();
  for (v1::StoredEvent& event : *request_.mutable_events()) {
    absl::StatusOr<application::TransferredEvent> taken = ToTransferredEvent(std::move(event));
    if (!taken.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat("line ", line, ": ", std::string(taken.status().message())));
    }
    events.push_back({.line = line++, .event = *std::move(taken)});
  }
  return import_->Take(std::move(events));
}

absl::Status ImportReactor::Complete() {
  if (!is_complete_) {
    return absl::CancelledError(
        "the import was cut off before its last line; begin again with the same lines, and what is "
        "there already is passed over");
  }
  const absl::StatusOr<application::ImportSummary> summary = import_->Finish();
  if (!summary.ok()) return summary.status();
  is_imported_ = holds_barrier_ && (was_unfinished_ || summary->written > 0);
  absl::MutexLock lock(&mutex_);
  if (has_ended_) return absl::OkStatus();  // gRPC may have taken the answer away.
  response_.set_events(static_cast<std::int64_t>(summary->events));
  response_.set_written(static_cast<std::int64_t>(summary->written));
  response_.set_orders(static_cast<std::int64_t>(summary->orders));
  return absl::OkStatus();
}

void ImportReactor::OnCancel() { End(absl::CancelledError("the call was cancelled")); }

void ImportReactor::End(const absl::Status& status) {
  absl::MutexLock lock(&mutex_);
  EndLocked(status);
}

void ImportReactor::EndLocked(const absl::Status& status) {
  if (has_ended_) return;
  has_ended_ = true;
  if (!is_working_) LetGo();
  Finish(ToGrpcStatus(status, ""));
}

void ImportReactor::LetGo() {
  if (std::exchange(holds_barrier_, false) && !is_imported_) {
    const bool has_written = import_ != nullptr && import_->has_written();
    streams_.ports().imports.End(was_unfinished_ || has_written);
  }
  import_.reset();
  // The barrier stays: the store is about to be opened anew.
  if (std::exchange(is_imported_, false)) {
    streams_.ports().telemetry.Log(application::Severity::kInfo,
                                   "an import is complete: the store is opened anew");
    streams_.ports().on_imported();
  }
}

void ImportReactor::OnDone() { streams_.Forget(this); }

}  // namespace orders::api
