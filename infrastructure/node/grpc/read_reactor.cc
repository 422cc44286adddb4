#include "infrastructure/node/grpc/read_reactor.h"

#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "grpcpp/impl/codegen/proto_utils.h"

#include "event_store/client/streams.pb.h"
#include "infrastructure/node/grpc/read_request.h"
#include "infrastructure/node/grpc/status_mapping.h"

namespace eventstoredb {

using event_store::client::streams::ReadReq;

namespace {

/// What gRPC says of the other end of a call without a network in between.
constexpr std::string_view kNoPeer = "unknown";

}  // namespace

ReadReactor* ReadReactor::Start(const std::shared_ptr<NodeState>& state,
                                grpc::CallbackServerContext& context,
                                const grpc::ByteBuffer& request) {
  std::shared_ptr<ReadReactor> reactor(new ReadReactor(state, context));
  ReadReactor* const raw = reactor.get();
  state->ticker.Add(reactor);
  raw->self_ = std::move(reactor);
  const absl::Status status = raw->Open(request);
  // Who may not be who they say is told that first.
  const Demand demand = status.ok() ? raw->ReadDemand() : Demand{.what = Demand::What::kPublic};
  raw->access_.Check(demand, [self = raw->self_, status](const absl::Status& allowed) {
    absl::MutexLock lock(&self->mutex_);
    if (!allowed.ok()) return self->End(allowed);
    if (!status.ok()) return self->End(status);
    self->Pump();
  });
  return raw;
}

ReadReactor::ReadReactor(const std::shared_ptr<NodeState>& state,
                         grpc::CallbackServerContext& context)
    : state_(state),
      access_(state, context),
      may_end_with_last_(context.peer() != kNoPeer),
      context_(&context) {}

Demand ReadReactor::ReadDemand() const {
  return {.what = Demand::What::kReadStream,
          .stream = stream_.empty() ? std::string_view("$all") : std::string_view(stream_)};
}

absl::Status ReadReactor::Open(const grpc::ByteBuffer& bytes) {
  ReadReq message;
  grpc::ByteBuffer copy(bytes);  // Shares the bytes; parsing takes them.
  if (!grpc::SerializationTraits<ReadReq>::Deserialize(&copy, &message).ok()) {
    return absl::InvalidArgumentError("the request is no ReadReq");
  }
  absl::StatusOr<ReadRequest> request = ToReadRequest(message);
  if (!request.ok()) return request.status();
  stream_ = request->stream.value_or("");
  is_subscription_ = request->is_subscription;

  Budget& budget = is_subscription_ ? state_->subscriptions : state_->reads;
  share_.emplace(budget);
  if (!share_->TryTake(1)) {
    return absl::ResourceExhaustedError(absl::StrCat(
        "all ", budget.max(), is_subscription_ ? " subscriptions" : " reads", " are in use"));
  }
  if (is_subscription_) {
    source_ = MakeSubscriptionSource(*state_, access_, *std::move(request));
    return absl::OkStatus();
  }
  absl::StatusOr<std::unique_ptr<ReadSource>> source =
      MakePageSource(*state_, access_, *std::move(request));
  if (!source.ok()) return source.status();
  source_ = *std::move(source);
  return absl::OkStatus();
}

void ReadReactor::Fetch() {
  {
    absl::MutexLock lock(&mutex_);
    if (has_ended_) return;
  }
  // Anew for each page: what was taken away meanwhile is not given.
  absl::Status allowed = access_.CheckNow(ReadDemand());
  ReadBatch batch;
  if (allowed.ok()) {
    batch = source_->Fetch();
  } else {
    batch.end = std::move(allowed);
  }
  absl::MutexLock lock(&mutex_);
  is_fetching_ = false;
  if (has_ended_) return;
  for (grpc::ByteBuffer& message : batch.messages) {
    queue_bytes_ += message.Length();
    queue_.push_back(std::move(message));
  }
  must_wait_ = batch.must_wait;
  end_ = std::move(batch.end);
  Pump();
}

void ReadReactor::Pump() {
  if (has_ended_) return;
  if (!is_writing_ && !queue_.empty()) {
    in_flight_ = std::move(queue_.front());
    queue_.pop_front();
    queue_bytes_ -= in_flight_.Length();
    const bool is_last = queue_.empty() && end_.has_value() && end_->ok();
    if (is_last && may_end_with_last_) return EndWithLast();
    is_writing_ = true;
    watch_.Started(absl::Now());
    StartWrite(&in_flight_);
  }
  if (end_.has_value()) {
    if (!is_writing_) End(*end_);
    return;
  }
  if (!is_fetching_ && HasRoom()) StartFetch();
}

bool ReadReactor::HasRoom() const {
  return queue_.size() <= state_->options.page_events_max / 2 &&
         queue_bytes_ <= state_->options.page_bytes_max / 2;
}

void ReadReactor::StartFetch() {
  is_fetching_ = true;
  if (!std::exchange(must_wait_, false)) {
    return state_->PostRead([self = shared_from_this()] { self->Fetch(); });
  }
  // The source is told by the store, and is not to be destroyed by it: so not by the last owner of
  // this call, which whoever locks the pointer may be.
  source_->WhenReady([state = state_.get(), weak = weak_from_this()] {
    state->PostRead([weak] {
      if (const std::shared_ptr<ReadReactor> self = weak.lock()) self->Fetch();
    });
  });
}

void ReadReactor::OnWriteDone(bool ok) {
  absl::MutexLock lock(&mutex_);
  is_writing_ = false;
  watch_.Done();
  if (!ok) return End(absl::CancelledError("the client is gone"));
  Pump();
}

void ReadReactor::OnCancel() {
  absl::MutexLock lock(&mutex_);
  End(absl::CancelledError("the client cancelled"));
}

void ReadReactor::End(const absl::Status& status) {
  if (has_ended_) return;
  has_ended_ = true;
  watch_.Ended(absl::Now());
  queue_.clear();
  Finish(ToGrpcStatus(status, stream_, *context_));
}

void ReadReactor::EndWithLast() {
  has_ended_ = true;
  // The client may take as long for this message as for any other, and then for the end.
  watch_.Ended(absl::Now() + state_->options.stall_max);
  StartWriteAndFinish(&in_flight_, grpc::WriteOptions(), grpc::Status::OK);
}

void ReadReactor::OnDone() {
  {
    absl::MutexLock lock(&mutex_);
    context_ = nullptr;
  }
  // The last owner may be a page that is still being read.
  self_.reset();
}

void ReadReactor::Tick(absl::Time now, bool is_stopping) {
  absl::MutexLock lock(&mutex_);
  if (context_ == nullptr) return;
  if (has_ended_) {
    if (watch_.MustCut(now)) context_->TryCancel();
    return;
  }
  if (const absl::Status taken = watch_.CheckTaken(now, state_->options.stall_max); !taken.ok()) {
    return End(taken);
  }
  if (is_stopping && is_subscription_) End(absl::UnavailableError("the server stops"));
}

}  // namespace eventstoredb
