#include "infrastructure/node/grpc/group_read_reactor.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

#include "eventstoredb/errors.h"
#include "infrastructure/node/grpc/group_messages.h"
#include "infrastructure/node/grpc/group_requests.h"
#include "infrastructure/node/grpc/status_mapping.h"

namespace eventstoredb {
namespace {

using event_store::client::persistent_subscriptions::ReadReq;

constexpr char kConnectionNameHeader[] = "connection-name";

ConsumerInfo InfoOf(const grpc::CallbackServerContext& context, const CallAccess& access,
                    std::int32_t window) {
  ConsumerInfo info{.username = std::string(access.caller_name()),
                    .connection_name = "<unknown>",
                    .window = window};
  const auto name = context.client_metadata().find(kConnectionNameHeader);
  if (name != context.client_metadata().end()) {
    info.connection_name.assign(name->second.data(), name->second.size());
  }
  return info;
}

}  // namespace

GroupReadReactor* GroupReadReactor::Start(const std::shared_ptr<NodeState>& state,
                                          grpc::CallbackServerContext& context) {
  std::shared_ptr<GroupReadReactor> reactor(new GroupReadReactor(state, context));
  GroupReadReactor* const raw = reactor.get();
  state->ticker.Add(reactor);
  raw->self_ = std::move(reactor);
  raw->access_.Check(
      {.what = Demand::What::kPublic}, [self = raw->self_](const absl::Status& known) {
        absl::MutexLock lock(&self->mutex_);
        if (self->has_ended_) return;
        if (!known.ok()) return self->End(known);
        if (self->share_.TryTake(1)) return self->StartRead(&self->message_);
        self->End(absl::ResourceExhaustedError(absl::StrCat(
            "all ", self->state_->group_consumers.max(), " persistent subscriptions are in use")));
      });
  return raw;
}

GroupReadReactor::GroupReadReactor(const std::shared_ptr<NodeState>& state,
                                   grpc::CallbackServerContext& context)
    : state_(state), access_(state, context), context_(&context) {}

void GroupReadReactor::OnReadDone(bool ok) {
  std::string source;
  {
    absl::MutexLock lock(&mutex_);
    if (has_ended_) return;
    if (!ok) {
      return End(has_options_ ? absl::OkStatus() : absl::InvalidArgumentError("no message came"));
    }
    const bool is_first = !has_options_;
    const absl::Status accepted = is_first ? AcceptOptions() : Accept();
    if (!accepted.ok()) return End(accepted);
    if (!is_first) return;
    source = key_.source;
  }
  access_.Check({.what = Demand::What::kConsumeStream, .stream = source},
                [self = shared_from_this()](const absl::Status& allowed) {
                  absl::MutexLock lock(&self->mutex_);
                  if (!allowed.ok()) return self->End(allowed);
                  self->Connect();
                });
}

absl::Status GroupReadReactor::Accept() {
  if (message_.has_options()) return absl::InvalidArgumentError("the options came twice");
  if (!message_.has_ack() && !message_.has_nack()) {
    return absl::InvalidArgumentError("a message is neither an ack nor a nack");
  }
  absl::StatusOr<std::vector<Uuid>> ids =
      ToIds(message_.has_ack() ? message_.ack().ids() : message_.nack().ids());
  if (!ids.ok()) return ids.status();
  const auto next = [self = shared_from_this()] { self->ReadNext(); };
  if (message_.has_ack()) {
    state_->groups.Ack(*seat_, *std::move(ids), next);
  } else {
    state_->groups.Nack(*seat_, *std::move(ids), ToNackAction(message_.nack().action()),
                        message_.nack().reason(), next);
  }
  return absl::OkStatus();
}

absl::Status GroupReadReactor::AcceptOptions() {
  if (!message_.has_options()) {
    return absl::InvalidArgumentError("the first message must be the options");
  }
  const auto& options = message_.options();
  absl::StatusOr<GroupKey> key = ToGroupKey(options);
  if (!key.ok()) return key.status();
  if (!options.has_uuid_option()) return absl::InvalidArgumentError("the uuid option is missing");
  uuid_form_ = options.uuid_option().has_string() ? UuidForm::kText : UuidForm::kStructured;
  key_ = *std::move(key);
  has_options_ = true;
  return absl::OkStatus();
}

void GroupReadReactor::Connect() {
  if (has_ended_) return;
  const std::shared_ptr<GroupReadReactor> self = shared_from_this();
  state_->groups.Connect(
      key_, InfoOf(*context_, access_, message_.options().buffer_size()), self,
      [self](const absl::StatusOr<SubscriptionGroups::Seat>& seat) { self->Connected(seat); });
}

void GroupReadReactor::Connected(const absl::StatusOr<SubscriptionGroups::Seat>& seat) {
  absl::MutexLock lock(&mutex_);
  if (has_ended_) {
    if (seat.ok()) state_->groups.Disconnect(*seat);
    return;
  }
  if (!seat.ok()) return End(seat.status());
  seat_ = *seat;
  must_confirm_ = true;
  Write();
  StartRead(&message_);
}

void GroupReadReactor::ReadNext() {
  absl::MutexLock lock(&mutex_);
  if (!has_ended_) StartRead(&message_);
}

void GroupReadReactor::Deliver(GroupDelivery delivery) {
  absl::MutexLock lock(&mutex_);
  if (has_ended_) return;
  queue_.push_back(std::move(delivery));
  Write();
}

void GroupReadReactor::Drop() {
  absl::MutexLock lock(&mutex_);
  End(MakeError(
      absl::StatusCode::kCancelled, "the group was deleted, changed or restarted",
      {.kind = ErrorKind::kSubscriptionDropped, .stream = key_.source, .group = key_.group}));
}

void GroupReadReactor::Write() {
  if (has_ended_ || is_writing_) return;
  if (std::exchange(must_confirm_, false)) {
    answer_.mutable_subscription_confirmation()->set_subscription_id(key_.Text());
  } else if (!queue_.empty()) {
    answer_ = ToReadResp(queue_.front(), uuid_form_);
    queue_.pop_front();
  } else {
    return;
  }
  is_writing_ = true;
  watch_.Started(absl::Now());
  StartWrite(&answer_);
}

void GroupReadReactor::OnWriteDone(bool ok) {
  absl::MutexLock lock(&mutex_);
  is_writing_ = false;
  watch_.Done();
  if (!ok) return End(absl::CancelledError("the client is gone"));
  Write();
}

void GroupReadReactor::OnCancel() {
  absl::MutexLock lock(&mutex_);
  End(absl::CancelledError("the client cancelled"));
}

void GroupReadReactor::End(const absl::Status& status) {
  if (has_ended_) return;
  has_ended_ = true;
  watch_.Ended(absl::Now());
  queue_.clear();
  if (seat_.has_value()) state_->groups.Disconnect(*seat_);
  Finish(ToGrpcStatus(status, key_.source, *context_));
}

void GroupReadReactor::OnDone() {
  {
    absl::MutexLock lock(&mutex_);
    context_ = nullptr;
  }
  share_.Release();
  // The last owner may be a group that has yet to hear of it.
  self_.reset();
}

void GroupReadReactor::Tick(absl::Time now, bool is_stopping) {
  std::string source;
  {
    absl::MutexLock lock(&mutex_);
    if (context_ == nullptr) return;
    if (has_ended_) {
      if (watch_.MustCut(now)) context_->TryCancel();
      return;
    }
    if (const absl::Status taken = watch_.CheckTaken(now, state_->options.stall_max); !taken.ok()) {
      return End(taken);
    }
    if (is_stopping) return End(absl::UnavailableError("the server stops"));
    if (!seat_.has_value() || !access_.is_checked() || std::exchange(is_checking_, true)) return;
    source = key_.source;
  }
  // The groups' thread, which hands out the messages, cannot look each time: so it is done here.
  access_.Check({.what = Demand::What::kConsumeStream, .stream = source},
                [self = shared_from_this()](const absl::Status& allowed) {
                  absl::MutexLock lock(&self->mutex_);
                  self->is_checking_ = false;
                  const bool is_gone =
                      absl::IsPermissionDenied(allowed) || absl::IsUnauthenticated(allowed);
                  if (is_gone) self->End(allowed);
                });
}

}  // namespace eventstoredb
