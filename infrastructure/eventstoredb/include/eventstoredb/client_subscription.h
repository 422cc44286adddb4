#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "eventstoredb/event_store.h"
#include "eventstoredb/types.h"

namespace eventstoredb {

/// The server has taken the subscription: first of all, and again each time it was resumed.
struct SubscriptionConfirmed {
  std::string id;  ///< The server's.
  bool resumed = false;
};
/// The subscription has become live, or left live mode. Servers from 25.1 on say when and where.
struct SubscriptionLive {
  bool is_live = true;  ///< False: it fell behind.
  std::optional<absl::Time> time;
  std::optional<std::uint64_t> revision;
  std::optional<Position> position;
};
/// Every event up to `position` that passes the filter was delivered. Shows progress: to go on
/// after a restart, keep the place of the last event instead, since 23.10 may skip an event when it
/// starts at the position of one that the filter refuses.
struct SubscriptionCheckpoint {
  Position position;
  std::optional<absl::Time> time;
};
using ClientMessage =
    std::variant<ResolvedEvent, SubscriptionConfirmed, SubscriptionLive, SubscriptionCheckpoint>;

/// How a subscription comes back after its connection failed.
struct ResumePolicy {
  /// Attempts without a single message between them, until the error is told. Absent: for ever.
  std::optional<int> attempts_max;
  absl::Duration backoff_min = absl::Milliseconds(100);  ///< Doubles, with jitter, up to the max.
  absl::Duration backoff_max = absl::Seconds(10);
};

/// A catch-up subscription: history, then live, in order. What breaks it on the way is mended from
/// the last event that was delivered, without gap or repeat. Pulled, like EventReader. One consumer
/// thread; Cancel from any. Ends when destroyed.
class ClientSubscription {
 public:
  class Impl;
  explicit ClientSubscription(std::unique_ptr<Impl> impl);
  ~ClientSubscription();
  ClientSubscription(const ClientSubscription&) = delete;
  ClientSubscription& operator=(const ClientSubscription&) = delete;

  /// Waits for the next message. Errors end the subscription, and are those that asking again
  /// cannot mend: FailedPrecondition, the stream has a tombstone; PermissionDenied;
  /// Unauthenticated; InvalidArgument; DataLoss; Cancelled, by Cancel; any, after `attempts_max`.
  absl::StatusOr<ClientMessage> Next();
  /// Waits for at most `wait`; appends 1 to `messages_max` messages to `out`, or none when the time
  /// is up. Errors: as above.
  absl::Status Next(std::size_t messages_max, absl::Duration wait, std::vector<ClientMessage>& out);
  /// Waits without a thread: as Subscription::WhenReady.
  void WhenReady(absl::AnyInvocable<void()> ready);
  void Cancel();

  /// Since the beginning: how often it came back, and how many events it dropped because they had
  /// been delivered before. From any thread.
  std::uint64_t resumes() const;
  std::uint64_t repeats_dropped() const;

 private:
  const std::unique_ptr<Impl> impl_;
};

}  // namespace eventstoredb
