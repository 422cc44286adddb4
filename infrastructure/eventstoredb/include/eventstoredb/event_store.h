#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "eventstoredb/errors.h"
#include "eventstoredb/filter.h"
#include "eventstoredb/types.h"

namespace eventstoredb {

/// Called exactly once, from a thread of the store; must not block.
using AppendCallback = absl::AnyInvocable<void(absl::StatusOr<AppendResult>)>;
using DeleteCallback = absl::AnyInvocable<void(absl::StatusOr<DeleteResult>)>;

struct ReadStreamRequest {
  std::string stream;
  Direction direction = Direction::kForwards;
  /// The first revision to deliver. Absent: the first event forwards, the last event backwards.
  std::optional<std::uint64_t> from;
  std::uint64_t count_max = UINT64_MAX;  ///< At least 1.
  absl::Time deadline = absl::InfiniteFuture();
};

struct ReadAllRequest {
  Direction direction = Direction::kForwards;
  /// Forwards: the first position that may be delivered. Backwards: events below it are delivered.
  /// Absent: the start forwards, the end backwards (protocol section 3.7).
  std::optional<Position> from;
  std::optional<Filter> filter;
  std::uint64_t count_max = UINT64_MAX;  ///< Of delivered events; at least 1.
  absl::Time deadline = absl::InfiniteFuture();
};

/// Takes one event; returns false to end the read, which then is Ok.
using EventVisitor = absl::FunctionRef<bool(RecordedEvent&&)>;

/// Every event up to `position` that passes the filter was delivered before this.
struct Checkpoint {
  Position position;
};
/// History is delivered; what follows is live. Said each time the subscription becomes live; of a
/// stream that does not exist, only when it has come into being and its events are delivered.
struct CaughtUp {};
/// A ResolvedEvent is a link, of a subscription with `resolve_links`; never null. Every other event
/// is a RecordedEvent.
using SubscriptionMessage =
    std::variant<RecordedEvent, Checkpoint, CaughtUp, std::unique_ptr<ResolvedEvent>>;

struct SubscribeRequest {
  /// Absent: all streams.
  std::optional<std::string> stream;
  /// Exclusive start: the first event delivered is the one after it. `after_revision` with a
  /// stream (at most 2^63 - 1; may lie beyond its end), `after_position` without. Absent: from the
  /// first event.
  std::optional<std::uint64_t> after_revision;
  std::optional<Position> after_position;
  bool from_end = false;         ///< Only events written after now; neither `after_` then.
  std::optional<Filter> filter;  ///< Only without a stream.
  bool resolve_links = false;
  /// With a filter: a Checkpoint whenever this many events were examined. 0: as the store is set.
  std::size_t checkpoint_interval_events = 0;
  /// Of the embedded log: one Next gives no more once its events hold so many bytes; the last one
  /// may exceed it. 0, or more than the store's own page: that page. A client gives what has come.
  std::size_t next_bytes_max = 0;
};

/// A catch-up subscription: history, then live, in order, no gap, no repeat. Pulled, so a slow
/// consumer costs no memory: what left the store's recent-events buffer is read from disk again.
/// One consumer thread at a time; Cancel from any.
class Subscription {
 public:
  virtual ~Subscription() = default;
  /// Waits for at most `wait` until something can be delivered; appends 1 to `messages_max`
  /// messages to `out`, or none when the time is up. Errors end the subscription: Cancelled;
  /// FailedPrecondition with StreamDeleted, the stream has a tombstone (delivered before, if it was
  /// set while the subscription was live); DataLoss, an event cannot be read; Unavailable, the
  /// store is closing.
  virtual absl::Status Next(std::size_t messages_max, absl::Duration wait,
                            std::vector<SubscriptionMessage>& out) = 0;
  /// Waits without a thread: calls `ready` once, from a thread of the store, as soon as a Next
  /// without wait may have something to say, an error too. It may also have nothing: then wait
  /// again. `ready` must not block nor destroy the subscription. The next WhenReady or Next makes
  /// the store forget a `ready` not yet called; it is never called after the destructor.
  virtual void WhenReady(absl::AnyInvocable<void()> ready) = 0;
  virtual void Cancel() = 0;
};

/// A store of streams of events, by the rules of EventStoreDB (protocol sections 3.1 to 3.13).
/// Thread-safe. Blocking calls return by their deadline.
class EventStore {
 public:
  virtual ~EventStore() = default;

  /// Appends all events or none. Errors: InvalidArgument, a name, id, type or size out of range;
  /// with MaximumAppendSizeExceeded if that is what was; Aborted with WrongExpectedRevision;
  /// ResourceExhausted, too many appends in flight or the disk is full; FailedPrecondition with
  /// StreamDeleted (all of these: nothing written); DeadlineExceeded or Unavailable, outcome
  /// unknown.
  virtual void StartAppend(AppendRequest request, AppendCallback done) = 0;
  /// StartAppend, and waits for the answer until the request's deadline.
  absl::StatusOr<AppendResult> Append(AppendRequest request);

  /// Deletes a stream (protocol section 3.13). Errors: as StartAppend; InvalidArgument also for a
  /// metadata stream, which goes with its stream only.
  virtual void StartDelete(DeleteRequest request, DeleteCallback done) = 0;
  absl::StatusOr<DeleteResult> Delete(DeleteRequest request);

  /// Calls `visit` in order until the end, `count_max` or false. Errors: NotFound, no such stream,
  /// or a soft-deleted one; FailedPrecondition with StreamDeleted, it has a tombstone; DataLoss, a
  /// stored event cannot be read (the events before it were delivered); DeadlineExceeded;
  /// InvalidArgument.
  virtual absl::Status ReadStream(const ReadStreamRequest& request, EventVisitor visit) = 0;
  virtual absl::Status ReadAll(const ReadAllRequest& request, EventVisitor visit) = 0;

  /// Errors: InvalidArgument; FailedPrecondition with StreamDeleted, the stream has a tombstone
  /// (here, or by the first Next); DataLoss.
  virtual absl::StatusOr<std::unique_ptr<Subscription>> Subscribe(SubscribeRequest request) = 0;

  /// The revision of the stream's last event if the store knows it without I/O, it cannot have
  /// moved since, and no metadata hides any of its events (the embedded log). Outer absent: not
  /// known; inner absent: the stream has no events.
  virtual std::optional<std::optional<std::uint64_t>> KnownHead(const std::string& stream) {
    (void)stream;
    return std::nullopt;
  }

  /// The position of the last durable event if the store knows it exactly, without I/O (embedded).
  virtual std::optional<Position> KnownEnd() { return std::nullopt; }
};

}  // namespace eventstoredb
