#include "eventstoredb/client_subscription.h"

#include <algorithm>
#include <utility>

#include "infrastructure/eventstoredb/client/backoff.h"
#include "infrastructure/eventstoredb/client/client_subscription_impl.h"
#include "infrastructure/eventstoredb/client/messages.h"
#include "infrastructure/eventstoredb/client/resume.h"

namespace eventstoredb {

using namespace client;  // NOLINT: the parts that this one is made of.

namespace {

template <typename Message>
SubscriptionLive ToLive(bool is_live, const Message& message) {
  SubscriptionLive live{.is_live = is_live};
  if (message.has_timestamp()) live.time = ToTime(message.timestamp());
  if (message.has_stream_revision() && message.stream_revision() >= 0) {
    live.revision = static_cast<std::uint64_t>(message.stream_revision());
  }
  if (message.has_position()) {
    live.position = Position{.commit = message.position().commit_position(),
                             .prepare = message.position().prepare_position()};
  }
  return live;
}

}  // namespace

ClientSubscription::ClientSubscription(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ClientSubscription::~ClientSubscription() = default;
void ClientSubscription::WhenReady(absl::AnyInvocable<void()> ready) {
  impl_->WhenReady(std::move(ready));
}
void ClientSubscription::Cancel() { impl_->Cancel(); }
std::uint64_t ClientSubscription::resumes() const { return impl_->resumes(); }
std::uint64_t ClientSubscription::repeats_dropped() const { return impl_->repeats_dropped(); }

absl::StatusOr<ClientMessage> ClientSubscription::Next() {
  std::vector<ClientMessage> out;
  while (out.empty()) {
    absl::Status status = impl_->Next(1, absl::InfiniteDuration(), out);
    if (!status.ok()) return status;
  }
  return std::move(out.front());
}

absl::Status ClientSubscription::Next(std::size_t messages_max, absl::Duration wait,
                                      std::vector<ClientMessage>& out) {
  return impl_->Next(messages_max, wait, out);
}

ClientSubscription::Impl::Impl(std::shared_ptr<ClientCore> core, SubscribeRequest request,
                               SubscribeOptions options)
    : core_(std::move(core)),
      options_(std::move(options)),
      is_live_from_start_(std::exchange(request.from_end, false)),
      place_(std::move(request)) {}

absl::Status ClientSubscription::Impl::End(absl::Status status) {
  current_.Set(nullptr);
  taken_.clear();
  next_ = 0;
  end_ = std::move(status);
  return *end_;
}

absl::Status ClientSubscription::Impl::Next(std::size_t messages_max, absl::Duration wait,
                                            std::vector<ClientMessage>& out) {
  ready_->Clear();
  const absl::Time until = absl::Now() + wait;
  std::size_t delivered = 0;
  while (true) {
    if (current_.cancelled().IsSet()) {
      return End(absl::CancelledError("the subscription was cancelled"));
    }
    if (end_.has_value()) return *end_;
    while ((next_ < taken_.size() || live_is_due_) && delivered < messages_max) {
      if (std::exchange(live_is_due_, false)) {
        out.emplace_back(SubscriptionLive{});
        ++delivered;
        continue;
      }
      absl::StatusOr<std::optional<ClientMessage>> message = ToMessage(std::move(*taken_[next_++]));
      if (!message.ok()) {
        const absl::Status ended = End(message.status());
        return delivered > 0 ? absl::OkStatus() : ended;
      }
      if (!message->has_value()) continue;
      out.push_back(**std::move(message));
      ++delivered;
    }
    if (delivered > 0 || messages_max == 0) return absl::OkStatus();
    if (absl::Status filled = Fill(until); !filled.ok()) return End(std::move(filled));
    if (taken_.empty() && absl::Now() >= until) return absl::OkStatus();
  }
}

void ClientSubscription::Impl::WhenReady(absl::AnyInvocable<void()> ready) {
  ready_->Set(std::move(ready));
  if (end_.has_value() || next_ < taken_.size() || live_is_due_ || current_.cancelled().IsSet()) {
    return ready_->FireSoon();
  }
  if (current_.call() == nullptr) return ready_->FireAt(open_at_);  // Next opens it.
  if (!is_confirmed_) ready_->FireAt(confirmed_by_);
  if (current_.call()->Watch([ready = ready_] { ready->FireSoon(); })) ready_->FireSoon();
}

absl::Status ClientSubscription::Impl::Open(absl::Time until) {
  current_.cancelled().Sleep(std::min(until, open_at_));
  if (absl::Now() < open_at_) return absl::OkStatus();
  absl::StatusOr<ReadCall::Request> request = ToSubscribe(place_.request(), options_);
  if (!request.ok()) return request.status();
  place_.Opened();
  is_confirmed_ = false;
  confirmed_by_ = absl::Now() + core_->options.default_deadline;
  current_.Set(OpenRead(core_, *std::move(request), options_.call, absl::InfiniteFuture()));
  return absl::OkStatus();
}

absl::Status ClientSubscription::Impl::Fill(absl::Time until) {
  taken_.clear();
  next_ = 0;
  if (current_.call() == nullptr) {
    if (absl::Status opened = Open(until); !opened.ok()) return opened;
  }
  const std::shared_ptr<ReadCall> call = current_.call();
  if (call == nullptr) return absl::OkStatus();
  switch (call->Take(is_confirmed_ ? until : std::min(until, confirmed_by_), taken_)) {
    case Taken::kMessages:
      return absl::OkStatus();
    case Taken::kNothing: {
      if (is_confirmed_ || absl::Now() < confirmed_by_) return absl::OkStatus();
      const absl::Status error =
          absl::UnavailableError("the server did not confirm the subscription in time");
      call->Blame(error);
      return OnBroken(error);
    }
    case Taken::kEnded:
      break;
  }
  if (current_.cancelled().IsSet()) return absl::OkStatus();  // Next says so.
  const absl::Status ended = call->status();
  return OnBroken(ended.ok() ? absl::UnavailableError("the server ended the subscription") : ended);
}

absl::Status ClientSubscription::Impl::OnBroken(const absl::Status& error) {
  ++attempts_;
  if (!MayResume(error, attempts_) ||
      (options_.resume.attempts_max.has_value() && attempts_ >= *options_.resume.attempts_max)) {
    return error;
  }
  current_.Set(nullptr);
  open_at_ = absl::Now() +
             RandomBackoff(options_.resume.backoff_min, options_.resume.backoff_max, attempts_);
  return absl::OkStatus();
}

absl::StatusOr<std::optional<ClientMessage>> ClientSubscription::Impl::ToMessage(
    ReadCall::Response&& message) {
  using Response = ReadCall::Response;
  if (message.content_case() == Response::kConfirmation) {
    is_confirmed_ = true;
    const bool resumed = std::exchange(was_confirmed_, true);
    if (resumed) {
      ++resumes_;
      core_->subscription_resumes.fetch_add(1, std::memory_order_relaxed);
    }
    live_is_due_ = std::exchange(is_live_from_start_, false);
    return SubscriptionConfirmed{message.confirmation().subscription_id(), resumed};
  }
  attempts_ = 0;
  switch (message.content_case()) {
    case Response::kEvent:
      return ToEvent(std::move(message));
    case Response::kCaughtUp:
      return ToLive(true, message.caught_up());
    case Response::kFellBehind:
      return ToLive(false, message.fell_behind());
    case Response::kCheckpoint: {
      SubscriptionCheckpoint checkpoint;
      checkpoint.position = {.commit = message.checkpoint().commit_position(),
                             .prepare = message.checkpoint().prepare_position()};
      if (message.checkpoint().has_timestamp()) {
        checkpoint.time = ToTime(message.checkpoint().timestamp());
      }
      if (!place_.TakeCheckpoint(checkpoint.position)) return std::nullopt;
      return checkpoint;
    }
    default:
      return std::nullopt;  // What later servers may add.
  }
}

absl::StatusOr<std::optional<ClientMessage>> ClientSubscription::Impl::ToEvent(
    ReadCall::Response&& message) {
  absl::StatusOr<ResolvedEvent> event = ToResolvedEvent(std::move(*message.mutable_event()));
  if (!event.ok()) return event.status();
  switch (place_.Take(*event)) {
    case SubscriptionPlace::Step::kNext:
      return *std::move(event);
    case SubscriptionPlace::Step::kRepeat:
      ++repeats_dropped_;
      return std::nullopt;
    case SubscriptionPlace::Step::kGap:
      break;
  }
  current_.Set(nullptr);
  taken_.clear();
  next_ = 0;
  return std::nullopt;
}

}  // namespace eventstoredb
