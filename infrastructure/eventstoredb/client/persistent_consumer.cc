#include "eventstoredb/persistent_consumer.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

#include "infrastructure/eventstoredb/client/backoff.h"
#include "infrastructure/eventstoredb/client/group_messages.h"
#include "infrastructure/eventstoredb/client/persistent_consumer_impl.h"
#include "infrastructure/eventstoredb/client/resume.h"

namespace eventstoredb {

using namespace client;  // NOLINT: the parts that this one is made of.

namespace {

/// For the server to take in what was sent and end the call: some end it only when it is cancelled,
/// which may overtake what was sent.
constexpr absl::Duration kLingerMax = absl::Milliseconds(250);
/// How often a group may be full when a consumer of it comes back: the server has not noticed yet
/// that the call before is over.
constexpr int kStillThereMax = 10;

}  // namespace

PersistentConsumer::PersistentConsumer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
PersistentConsumer::~PersistentConsumer() = default;
absl::StatusOr<std::optional<GroupEvent>> PersistentConsumer::Next(absl::Time until) {
  return impl_->Next(until);
}
absl::Status PersistentConsumer::Answer(const GroupEvent& event, EventAnswer answer) {
  return impl_->Answer(event, answer);
}
absl::Status PersistentConsumer::Run(Handler handler, RunBounds bounds) {
  return impl_->Run(std::move(handler), bounds);
}
absl::Status PersistentConsumer::Close(absl::Time until) { return impl_->Close(until); }
void PersistentConsumer::Cancel() { impl_->Cancel(); }
std::uint64_t PersistentConsumer::resumes() const { return impl_->resumes(); }
std::uint64_t PersistentConsumer::events() const { return impl_->events(); }
std::uint64_t PersistentConsumer::repeats() const { return impl_->repeats(); }
std::uint64_t PersistentConsumer::answers_lost() const { return impl_->answers_lost(); }

PersistentConsumer::Impl::Impl(std::shared_ptr<ClientCore> core, GroupId id,
                               ConsumerOptions options)
    : core_(std::move(core)), id_(std::move(id)), options_(std::move(options)) {}

absl::Status PersistentConsumer::Impl::End(absl::Status status) {
  current_.Set(nullptr);
  end_ = std::move(status);
  return *end_;
}

absl::StatusOr<std::optional<GroupEvent>> PersistentConsumer::Impl::Next(absl::Time until) {
  while (true) {
    if (end_.has_value()) return *end_;
    if (current_.cancelled().IsSet()) {
      return End(absl::CancelledError("the consumer was cancelled"));
    }
    if (is_stopped_) {
      if (absl::Status closed = Close(absl::Now() + core_->options.default_deadline);
          !closed.ok()) {
        return closed;
      }
      continue;
    }
    absl::StatusOr<std::optional<GroupEvent>> event = Take(until);
    if (!event.ok()) return End(event.status());
    if (event->has_value()) return event;
    if (absl::Now() >= until) return std::nullopt;
  }
}

absl::StatusOr<std::optional<GroupEvent>> PersistentConsumer::Impl::Take(absl::Time until) {
  if (current_.call() == nullptr) Open(until);
  const std::shared_ptr<GroupReadCall> call = current_.call();
  if (call == nullptr) return std::nullopt;
  GroupReadCall::Response message;
  switch (call->Take(is_confirmed_ ? until : std::min(until, confirmed_by_), message)) {
    case GroupReadCall::Taken::kMessage:
      return ToEvent(std::move(message));
    case GroupReadCall::Taken::kNothing: {
      if (is_confirmed_ || absl::Now() < confirmed_by_) return std::nullopt;
      const absl::Status error =
          absl::UnavailableError("the server did not confirm the consumer in time");
      call->Blame(error);
      return OnBroken(error);
    }
    case GroupReadCall::Taken::kFinishing:
      return std::nullopt;  // Next ends it.
    case GroupReadCall::Taken::kEnded:
      break;
  }
  if (current_.cancelled().IsSet()) return std::nullopt;  // Next says so.
  const absl::Status ended = call->status();
  return OnBroken(ended.ok() ? absl::UnavailableError("the server ended the call") : ended);
}

void PersistentConsumer::Impl::Open(absl::Time until) {
  current_.cancelled().Sleep(std::min(until, open_at_));
  if (absl::Now() < open_at_ || current_.cancelled().IsSet()) return;
  is_confirmed_ = false;
  confirmed_by_ = absl::Now() + core_->options.default_deadline;
  current_.Set(GroupReadCall::Start(core_, id_, options_, ++calls_));
}

absl::StatusOr<std::optional<GroupEvent>> PersistentConsumer::Impl::ToEvent(
    GroupReadCall::Response&& message) {
  if (message.has_subscription_confirmation() && !is_confirmed_) {
    is_confirmed_ = true;
    confirmed_at_ = absl::Now();
    if (std::exchange(was_confirmed_, true)) {
      ++resumes_;
      core_->subscription_resumes.fetch_add(1, std::memory_order_relaxed);
    }
  }
  if (!message.has_event()) return std::nullopt;  // Or what later servers may add.
  absl::StatusOr<GroupEvent> event = ToGroupEvent(std::move(*message.mutable_event()));
  if (!event.ok()) return event.status();
  attempts_ = 0;
  event->call = calls_;
  ++events_;
  if (event->retries > 0) ++repeats_;
  return *std::move(event);
}

absl::StatusOr<std::optional<GroupEvent>> PersistentConsumer::Impl::OnBroken(
    const absl::Status& error) {
  answers_lost_ += current_.call()->unsent();
  if (current_.call()->is_confirmed()) was_confirmed_ = true;
  if (is_confirmed_ && absl::Now() - confirmed_at_ >= options_.resume.backoff_max) attempts_ = 0;
  ++attempts_;
  const bool is_still_there = was_confirmed_ && attempts_ < kStillThereMax &&
                              GetErrorKind(error) == ErrorKind::kMaximumSubscribersReached;
  if ((!MayResume(error, attempts_) && !is_still_there) ||
      (options_.resume.attempts_max.has_value() && attempts_ >= *options_.resume.attempts_max)) {
    return error;
  }
  current_.Set(nullptr);
  open_at_ = absl::Now() +
             RandomBackoff(options_.resume.backoff_min, options_.resume.backoff_max, attempts_);
  return std::nullopt;
}

absl::Status PersistentConsumer::Impl::Answer(const GroupEvent& event, const EventAnswer& answer) {
  const std::shared_ptr<GroupReadCall> call = current_.call();
  const bool is_stop = answer.kind() == EventAnswer::Kind::kStop;
  const bool is_sent =
      call != nullptr && call->number() == event.call &&
      call->Answer(answer.kind(), ToReason(answer.reason()), event.event.Original().id);
  if (is_stop) {
    is_stopped_ = true;
    if (call != nullptr) call->Finish();
  }
  if (is_sent) return absl::OkStatus();
  ++answers_lost_;
  return absl::AbortedError(absl::StrCat(
      id_.ToString(), ": the call by which the event came is over; it is handed out again"));
}

absl::Status PersistentConsumer::Impl::Run(Handler handler, const RunBounds& bounds) {
  if (bounds.events_max == 0) return absl::InvalidArgumentError("events_max is 1 or more");
  for (std::uint64_t handled = 0; handled < bounds.events_max; ++handled) {
    absl::StatusOr<std::optional<GroupEvent>> event = Next(bounds.until);
    if (!event.ok()) return event.status();
    if (!event->has_value()) break;
    const EventAnswer answer = handler(**event);
    Answer(**event, answer).IgnoreError();  // Counted; the event comes again.
    if (is_stopped_) return Close(absl::Now() + core_->options.default_deadline);
  }
  const std::shared_ptr<GroupReadCall> call = current_.call();
  if (call != nullptr && !call->Flush(absl::Now() + core_->options.default_deadline)) {
    return absl::DeadlineExceededError("the server did not take the answers in time");
  }
  return absl::OkStatus();
}

absl::Status PersistentConsumer::Impl::Close(absl::Time until) {
  if (end_.has_value()) return absl::OkStatus();
  absl::Status closed;
  if (const std::shared_ptr<GroupReadCall> call = current_.call()) {
    call->Finish();
    if (!call->Flush(until)) {
      closed = absl::DeadlineExceededError("the server did not take the answers in time");
    }
    call->AwaitEnd(std::min(until, absl::Now() + kLingerMax));
    answers_lost_ += call->unsent();
    if (closed.ok() && call->unsent() > 0) {
      closed = call->status().ok() ? absl::UnavailableError("the server ended the call")
                                   : call->status();
    }
  }
  End(absl::CancelledError("the consumer was closed")).IgnoreError();
  return closed;
}

}  // namespace eventstoredb
