#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/time/time.h"

#include "eventstoredb/client.h"
#include "eventstoredb/client_subscription.h"
#include "infrastructure/eventstoredb/client/client_core.h"
#include "infrastructure/eventstoredb/client/current_call.h"
#include "infrastructure/eventstoredb/client/read_call.h"
#include "infrastructure/eventstoredb/client/ready_signal.h"
#include "infrastructure/eventstoredb/client/subscription_place.h"

namespace eventstoredb {

class ClientSubscription::Impl {
 public:
  /// The request and options make a valid message. `from_end`: nothing stands before the end.
  Impl(std::shared_ptr<client::ClientCore> core, SubscribeRequest request,
       SubscribeOptions options);
  ~Impl() { ready_->Close(); }

  absl::Status Next(std::size_t messages_max, absl::Duration wait, std::vector<ClientMessage>& out);
  void WhenReady(absl::AnyInvocable<void()> ready);
  void Cancel() {
    current_.Cancel();
    ready_->FireSoon();
  }

  std::uint64_t resumes() const { return resumes_; }
  std::uint64_t repeats_dropped() const { return repeats_dropped_; }

 private:
  /// Takes what has come until `until`. Ok with nothing taken: nothing came, or the call broke and
  /// will be opened anew. Errors: the end.
  absl::Status Fill(absl::Time until);
  absl::Status Open(absl::Time until);
  absl::Status OnBroken(const absl::Status& error);
  /// What one message is to the consumer; absent: nothing.
  absl::StatusOr<std::optional<ClientMessage>> ToMessage(client::ReadCall::Response&& message);
  absl::StatusOr<std::optional<ClientMessage>> ToEvent(client::ReadCall::Response&& message);
  absl::Status End(absl::Status status);

  const std::shared_ptr<client::ClientCore> core_;
  const SubscribeOptions options_;
  client::CurrentCall<client::ReadCall> current_;
  const std::shared_ptr<client::ReadySignal> ready_ = std::make_shared<client::ReadySignal>();
  std::atomic<std::uint64_t> resumes_{0};
  std::atomic<std::uint64_t> repeats_dropped_{0};

  // The consumer's.
  /// Nothing was there when it was made: it is live as soon as it is confirmed, though a server
  /// says nothing of the kind about a stream that does not exist (protocol section 3.11).
  bool is_live_from_start_;
  client::SubscriptionPlace place_;
  client::ReadCall::Responses taken_;
  std::size_t next_ = 0;
  bool live_is_due_ = false;
  bool was_confirmed_ = false;  ///< At any time; then a confirmation is of a resumed one.
  bool is_confirmed_ = false;   ///< Of the call that is open.
  absl::Time confirmed_by_;     ///< When the call that is open must be confirmed.
  int attempts_ = 0;            ///< Since the last message.
  absl::Time open_at_ = absl::InfinitePast();
  std::optional<absl::Status> end_;
};

}  // namespace eventstoredb
