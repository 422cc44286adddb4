#include <cstddef>
#include <utility>
#include <variant>

#include "infrastructure/node/grpc/read_response_encoder.h"
#include "infrastructure/node/grpc/read_source.h"
#include "infrastructure/node/random_uuid.h"

namespace eventstoredb {
namespace {

// Taken at a time, of small ones: what is taken is held.
constexpr std::size_t kStepMessagesMax = 64;

SubscribeRequest ToSubscribeRequest(const ReadRequest& request, std::size_t page_bytes_max) {
  return {.stream = request.stream,
          .after_revision = request.revision,
          .after_position = request.position,
          .from_end = request.from_end,
          .filter = request.filter,
          .resolve_links = request.resolve_links,
          .checkpoint_interval_events = request.checkpoint_interval_events,
          // What waits to be sent is half a page when the next is fetched: two pages at most.
          .next_bytes_max = page_bytes_max / 2};
}

/// A catch-up subscription (protocol section 3.11).
class SubscriptionSource final : public ReadSource {
 public:
  SubscriptionSource(NodeState& state, const CallAccess& access, ReadRequest request)
      : state_(state),
        access_(access),
        request_(std::move(request)),
        encoder_(*request_.uuid_form) {}

  ReadBatch Fetch() override {
    ReadBatch batch;
    absl::Status status = subscription_ == nullptr ? Open() : absl::OkStatus();
    std::size_t bytes = 0;
    while (status.ok() && bytes < state_.options.page_bytes_max &&
           batch.messages.size() < state_.options.page_events_max) {
      std::vector<SubscriptionMessage> messages;
      status = subscription_->Next(kStepMessagesMax, absl::ZeroDuration(), messages);
      // Not earlier: of a tombstoned stream nothing is confirmed.
      if (status.ok() && !std::exchange(is_confirmed_, true)) {
        batch.messages.push_back(encoder_.Confirmation(id_));
      }
      if (status.ok() && messages.empty()) {
        batch.must_wait = true;
        return batch;
      }
      for (SubscriptionMessage& message : messages) {
        auto* const resolved = std::get_if<std::unique_ptr<ResolvedEvent>>(&message);
        if (resolved != nullptr) status = access_.HideForbiddenTarget(**resolved);
        if (!status.ok()) break;
        batch.messages.push_back(Encode(message));
        bytes += batch.messages.back().Length();
      }
    }
    if (!status.ok()) batch.end = std::move(status);
    return batch;
  }

  void WhenReady(absl::AnyInvocable<void()> ready) override {
    subscription_->WhenReady(std::move(ready));
  }

 private:
  absl::Status Open() {
    const absl::StatusOr<Uuid> id = MakeRandomUuid();
    if (!id.ok()) return id.status();
    id_ = id->ToString();
    absl::StatusOr<std::unique_ptr<Subscription>> subscription =
        state_.store.Subscribe(ToSubscribeRequest(request_, state_.options.page_bytes_max));
    if (!subscription.ok()) return subscription.status();
    subscription_ = *std::move(subscription);
    return absl::OkStatus();
  }

  grpc::ByteBuffer Encode(const SubscriptionMessage& message) {
    if (const auto* event = std::get_if<RecordedEvent>(&message)) return encoder_.Event(*event);
    if (const auto* resolved = std::get_if<std::unique_ptr<ResolvedEvent>>(&message)) {
      return encoder_.Event(**resolved);
    }
    if (const auto* checkpoint = std::get_if<Checkpoint>(&message)) {
      return encoder_.AtCheckpoint(checkpoint->position);
    }
    return encoder_.IsCaughtUp();
  }

  NodeState& state_;
  const CallAccess access_;
  const ReadRequest request_;
  ReadResponseEncoder encoder_;
  std::string id_;
  bool is_confirmed_ = false;
  std::unique_ptr<Subscription> subscription_;
};

}  // namespace

std::unique_ptr<ReadSource> MakeSubscriptionSource(NodeState& state, const CallAccess& access,
                                                   ReadRequest request) {
  return std::make_unique<SubscriptionSource>(state, access, std::move(request));
}

}  // namespace eventstoredb
