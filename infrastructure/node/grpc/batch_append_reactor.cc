#include "infrastructure/node/grpc/batch_append_reactor.h"

#include <memory>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

#include "infrastructure/node/grpc/batch_answers.h"
#include "infrastructure/node/grpc/status_mapping.h"

namespace eventstoredb {

BatchAppendReactor* BatchAppendReactor::Start(const std::shared_ptr<NodeState>& state,
                                              grpc::CallbackServerContext& context) {
  std::shared_ptr<BatchAppendReactor> reactor(new BatchAppendReactor(state, context));
  BatchAppendReactor* const raw = reactor.get();
  state->ticker.Add(reactor);
  raw->self_ = std::move(reactor);
  raw->access_.Check({.what = Demand::What::kPublic},
                     [self = raw->self_](const absl::Status& known) {
                       absl::MutexLock lock(&self->mutex_);
                       if (!known.ok()) return self->End(known);
                       self->is_admitted_ = true;
                       self->Pump();
                     });
  return raw;
}

BatchAppendReactor::BatchAppendReactor(const std::shared_ptr<NodeState>& state,
                                       grpc::CallbackServerContext& context)
    : state_(state), access_(state, context), context_(&context), assembly_(*state) {}

void BatchAppendReactor::OnReadDone(bool ok) {
  BatchAssembly::Outcome outcome;
  {
    absl::MutexLock lock(&mutex_);
    if (has_ended_) return;
    if (ok) {
      outcome = assembly_.Accept(message_, absl::Now());
      if (const auto* refused = std::get_if<RefusedBatch>(&outcome)) {
        Push(refused->address, refused->status);
      } else if (std::holds_alternative<Batch>(outcome)) {
        ++in_flight_;
      }
    } else {
      has_read_end_ = true;
    }
  }
  if (auto* const batch = std::get_if<Batch>(&outcome)) Begin(std::move(*batch));
  // Only now may the next message be read: on another thread it would come to overtake this one.
  absl::MutexLock lock(&mutex_);
  is_reading_ = false;
  Pump();
}

void BatchAppendReactor::Begin(Batch batch) {
  if (!access_.is_checked()) return Append(std::move(batch));
  {
    absl::MutexLock lock(&mutex_);
    unchecked_.push_back(std::move(batch));
    if (std::exchange(is_checking_, true)) return;
  }
  CheckNext();
}

// Calls itself for each batch that is waiting: at most `batches_in_flight_max` times.
void BatchAppendReactor::CheckNext() {
  std::shared_ptr<Batch> batch;
  {
    absl::MutexLock lock(&mutex_);
    is_checking_ = !unchecked_.empty() && !has_ended_;
    if (!is_checking_) return unchecked_.clear();
    batch = std::make_shared<Batch>(std::move(unchecked_.front()));
    unchecked_.pop_front();
  }
  access_.Check(WriteDemand(batch->append), [self = self_, batch](const absl::Status& allowed) {
    if (allowed.ok()) {
      self->Append(std::move(*batch));
    } else {
      self->Answer(batch->address, allowed);
    }
    self->CheckNext();
  });
}

void BatchAppendReactor::Append(Batch batch) {
  AppendRequest request = std::move(batch.append);
  state_->store.StartAppend(
      std::move(request),
      [self = self_, address = std::move(batch.address), held = std::move(batch.held)](
          const absl::StatusOr<AppendResult>& result) { self->Answer(address, result); });
}

void BatchAppendReactor::Answer(const BatchAddress& address,
                                const absl::StatusOr<AppendResult>& result) {
  absl::MutexLock lock(&mutex_);
  --in_flight_;
  if (has_ended_) return;
  Push(address, result);
  Pump();
}

void BatchAppendReactor::Push(const BatchAddress& address,
                              const absl::StatusOr<AppendResult>& result) {
  answers_.push_back(ToBatchAnswer(address, result));
}

bool BatchAppendReactor::IsIdle() const {
  return in_flight_ == 0 && answers_.empty() && assembly_.empty();
}

void BatchAppendReactor::Pump() {
  if (has_ended_ || !is_admitted_) return;
  if (!is_writing_ && !answers_.empty()) {
    is_writing_ = true;
    watch_.Started(absl::Now());
    StartWrite(&answers_.front());
  }
  if (has_read_end_) {
    if (IsIdle()) End(absl::OkStatus());
    return;
  }
  if (!is_reading_ && in_flight_ + answers_.size() < state_->options.batches_in_flight_max) {
    is_reading_ = true;
    StartRead(&message_);
  }
}

void BatchAppendReactor::OnWriteDone(bool ok) {
  absl::MutexLock lock(&mutex_);
  is_writing_ = false;
  watch_.Done();
  answers_.pop_front();
  if (!ok) return End(absl::CancelledError("the client is gone"));
  Pump();
}

void BatchAppendReactor::OnCancel() {
  absl::MutexLock lock(&mutex_);
  End(absl::CancelledError("the client cancelled"));
}

void BatchAppendReactor::End(const absl::Status& status) {
  if (has_ended_) return;
  has_ended_ = true;
  watch_.Ended(absl::Now());
  Finish(ToGrpcStatus(status, "", *context_));
}

void BatchAppendReactor::OnDone() {
  {
    absl::MutexLock lock(&mutex_);
    context_ = nullptr;
  }
  // The last owner may be an append that is still being written.
  self_.reset();
}

void BatchAppendReactor::Tick(absl::Time now, bool is_stopping) {
  absl::MutexLock lock(&mutex_);
  if (context_ == nullptr) return;
  if (has_ended_) {
    if (watch_.MustCut(now)) context_->TryCancel();
    return;
  }
  for (const RefusedBatch& expired : assembly_.TakeExpired(now)) {
    Push(expired.address, expired.status);
  }
  if (watch_.IsStalled(now, state_->options.stall_max)) {
    return End(absl::AbortedError(
        absl::StrCat("no answer was taken for ", absl::FormatDuration(state_->options.stall_max))));
  }
  if (is_stopping && IsIdle()) return End(absl::UnavailableError("the server stops"));
  Pump();
}

}  // namespace eventstoredb
