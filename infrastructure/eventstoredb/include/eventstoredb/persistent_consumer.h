#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "eventstoredb/call_options.h"
#include "eventstoredb/client_subscription.h"
#include "eventstoredb/types.h"

namespace eventstoredb {

struct ConsumerOptions {
  /// How many events the server hands out before it has an answer to the first: 1 to 10,000.
  int buffer_size = 10;
  ResumePolicy resume;
  CallOptions call;
};

/// An event as a group hands it out. To be answered once, by Answer or by what a handler returns.
struct GroupEvent {
  ResolvedEvent event;
  /// How often it was handed out before and then asked for again, was not answered in time, or lost
  /// its consumer. 0 again when it was parked and is replayed: then it is a link to the event.
  int retries = 0;
  std::uint64_t call = 0;  ///< By which call of the consumer it came: the consumer's own matter.
};

/// What became of an event. A reason is free text, stored beside a parked event; what is not UTF-8
/// in it is replaced, and what is over 1,024 bytes is cut.
class EventAnswer {
 public:
  enum class Kind {
    kAck,    ///< Handled.
    kPark,   ///< Put aside, to be replayed when someone asks for that.
    kRetry,  ///< Hand it out again, at once and at most `retries_max` times; then it is parked.
    kSkip,   ///< Drop it.
    /// Drop it and end this consumer. Servers themselves only drop the event; a consumer who wants
    /// it to be handed out again answers Retry, and then goes.
    kStop,
  };
  static EventAnswer Ack() { return EventAnswer(Kind::kAck, {}); }
  static EventAnswer Park(std::string reason) { return {Kind::kPark, std::move(reason)}; }
  static EventAnswer Retry(std::string reason) { return {Kind::kRetry, std::move(reason)}; }
  static EventAnswer Skip(std::string reason = {}) { return {Kind::kSkip, std::move(reason)}; }
  static EventAnswer Stop(std::string reason = {}) { return {Kind::kStop, std::move(reason)}; }

  Kind kind() const { return kind_; }
  const std::string& reason() const { return reason_; }

 private:
  EventAnswer(Kind kind, std::string reason) : kind_(kind), reason_(std::move(reason)) {}
  Kind kind_;
  std::string reason_;
};

/// How far one Run goes.
struct RunBounds {
  std::uint64_t events_max = UINT64_MAX;  ///< At least 1.
  absl::Time until = absl::InfiniteFuture();
};

/// One of the competing consumers of a group. The server keeps the group's place: an event whose
/// answer did not reach it is handed out again, here or to another, so each is handled at least
/// once. What breaks the connection on the way is mended with the pauses of ResumePolicy. Next, Run
/// and Close are for one thread; Answer, Cancel and the counters for any. Ends when destroyed, and
/// then answers that wait to be sent are lost: Close sends them first.
class PersistentConsumer {
 public:
  class Impl;
  explicit PersistentConsumer(std::unique_ptr<Impl> impl);
  ~PersistentConsumer();
  PersistentConsumer(const PersistentConsumer&) = delete;
  PersistentConsumer& operator=(const PersistentConsumer&) = delete;

  /// Waits for the next event; absent: the time is up. Events not answered yet count for
  /// `buffer_size`: with none answered no more come. Errors end the consumer, and are those that
  /// asking again cannot mend: Cancelled of kSubscriptionDropped, the group was deleted or updated
  /// or the server's subsystem restarted; NotFound of kGroupNotFound; FailedPrecondition of
  /// kMaximumSubscribersReached; PermissionDenied; Unauthenticated; Unimplemented; DataLoss, an
  /// event cannot be read; Cancelled, by Cancel, Close or Stop; any, after `attempts_max`.
  absl::StatusOr<std::optional<GroupEvent>> Next(absl::Time until);
  /// Answers are sent in the order in which they are given, at once when nothing is being sent, and
  /// many in one message when they come faster. Stop ends the consumer as soon as it was sent.
  /// Errors: Aborted, the call by which the event came is over, and the server hands the event out
  /// again.
  absl::Status Answer(const GroupEvent& event, EventAnswer answer);

  /// Hands each event to `handler` and answers it with what that returns, until a bound of `bounds`
  /// or Stop; both are Ok, and every answer has then been sent, unless the connection broke.
  /// Errors: as Next; InvalidArgument, a bound of 0.
  using Handler = absl::AnyInvocable<EventAnswer(const GroupEvent&)>;
  absl::Status Run(Handler handler, RunBounds bounds = {});

  /// Sends what was answered, and lets the server take it until `until` at the latest; then the
  /// consumer is at its end. Errors: DeadlineExceeded, not all was sent; what broke the connection.
  absl::Status Close(absl::Time until);
  /// Ends it at once: what waits hears Cancelled.
  void Cancel();

  /// Since the beginning: how often it came back after its call had broken, how many events came,
  /// how many of those had been handed out before, and how many answers were given too late, or
  /// given but not sent because the call broke.
  std::uint64_t resumes() const;
  std::uint64_t events() const;
  std::uint64_t repeats() const;
  std::uint64_t answers_lost() const;

 private:
  const std::unique_ptr<Impl> impl_;
};

}  // namespace eventstoredb
