#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <list>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/time/time.h"

#include "infrastructure/node/groups/consumer_set.h"
#include "infrastructure/node/groups/group_message.h"
#include "infrastructure/node/groups/group_settings.h"

namespace eventstoredb {

/// One group of a persistent subscription (protocol section 3.15): which message goes to whom, what
/// comes back, what is parked, and up to where all is settled. A state machine without threads, I/O
/// or a clock: events, time and the outcome of writes come in; deliveries, messages to park and
/// checkpoints are taken out. Holds what is given to it, so its owner asks Wanted first.
/// Not thread-safe.
class GroupEngine {
 public:
  /// A buffer never holds more messages than this, whatever the settings ask for.
  static constexpr std::size_t kBufferMessagesMax = 10'000;
  /// Parked messages that are being replayed are held only so many at a time.
  static constexpr std::size_t kReplayBufferMax = 500;

  /// `checkpoint`: the last one written; absent: none.
  GroupEngine(const WireGroupSettings& settings, std::optional<std::uint64_t> checkpoint,
              absl::Time now);

  // The source.
  /// How many further events of the source may be pushed.
  std::size_t Wanted() const;
  /// `event.place` is above that of the one before it.
  void Push(SourceEvent event);
  /// Nothing more lies behind, for now; or it does.
  void SetLive(bool is_live) { is_live_ = is_live; }

  // The parked messages.
  void SetReplaying(bool is_replaying) { is_replaying_ = is_replaying; }
  bool is_replaying() const { return is_replaying_; }
  std::size_t ReplayWanted() const;
  /// Replayed and not settled yet.
  std::size_t replayed_held() const { return replayed_held_; }
  /// `event.place` is the entry's revision in the parked stream.
  void PushReplayed(SourceEvent event);

  // Consumers.
  /// Error: FailedPrecondition, there are as many as there may be.
  absl::Status Connect(ConsumerId id, ConsumerInfo info, absl::Time now);
  /// What it held is retried.
  void Disconnect(ConsumerId id);
  /// Unknown ids are ignored; those of another consumer's messages are not.
  void Ack(const std::vector<Uuid>& ids, absl::Time now);
  void Nack(const std::vector<Uuid>& ids, NackAction action, const std::string& reason,
            absl::Time now);

  /// Retries what was out for too long. To be called about once a second.
  void Tick(absl::Time now);
  /// The messages that can be sent, in order; they are out from here on.
  std::vector<GroupDelivery> Dispatch(absl::Time now);
  /// At most `max` of those that wait to be parked.
  std::vector<GroupParking> TakeParking(std::size_t max);
  /// The message is settled, or if it could not be written retried.
  void ParkDone(std::uint64_t ticket, bool is_written);

  /// What is to be written as a checkpoint, if one is due: then CheckpointDone is waited for.
  std::optional<std::uint64_t> TakeCheckpoint(absl::Time now, bool on_timer);
  void CheckpointDone(std::uint64_t checkpoint, bool is_written, absl::Time now);

  /// Counts anew from here on.
  GroupStatistics Measure(absl::Time now);
  /// Of all messages held.
  std::size_t held_bytes() const { return held_bytes_; }
  std::optional<std::uint64_t> last_pushed() const { return last_pushed_; }

 private:
  struct Message {
    SourceEvent event;
    Uuid id;
    std::int32_t retry_count = 0;
    bool is_replayed = false;
    ConsumerId consumer = 0;
    absl::Time sent_at;
    std::string reason;  ///< Why it is parked.
  };
  /// Replayed ones after the others, each in order of their places.
  using RetryKey = std::tuple<bool, std::uint64_t, std::uint64_t>;

  static Message NewMessage(SourceEvent event, bool is_replayed);
  /// Takes a message that is out out of its consumer's hands.
  std::optional<Message> TakeBack(const Uuid& id);
  void Retry(Message message, const std::string& why_parked);
  void PutIntoRetry(Message message);
  void Park(Message message, std::string reason);
  void Settle(const Message& message);
  void Send(Message message, ConsumerId consumer, absl::Time now, std::vector<GroupDelivery>& out);
  /// The consumer for `message`; absent: it stays where it is.
  std::optional<ConsumerId> ConsumerFor(const Message& message);
  /// False: no further message can be sent.
  bool DispatchRetries(absl::Time now, std::vector<GroupDelivery>& out);
  bool DispatchBuffer(std::list<Message>& buffer, absl::Time now, std::vector<GroupDelivery>& out);

  const WireGroupSettings settings_;
  const absl::Time started_at_;
  ConsumerSet consumers_;
  bool is_live_ = false;
  bool is_replaying_ = false;

  std::list<Message> history_;
  std::list<Message> live_;
  std::map<RetryKey, Message> retry_;
  std::size_t replayed_held_ = 0;  ///< Replayed ones not yet settled.
  std::uint64_t retry_number_ = 0;
  absl::flat_hash_map<Uuid, Message> outstanding_;
  std::deque<std::uint64_t> to_park_;  ///< Tickets not yet taken.
  std::map<std::uint64_t, Message> parking_;
  std::uint64_t next_ticket_ = 1;
  std::size_t held_bytes_ = 0;

  /// Places of messages that are not settled, each with the place before it.
  std::map<std::uint64_t, std::optional<std::uint64_t>> unsettled_;
  std::optional<std::uint64_t> last_pushed_;
  std::optional<std::uint64_t> before_;  ///< Of the next one: last_pushed_ or the checkpoint.
  std::optional<std::uint64_t> last_checkpoint_;
  absl::Time checkpointed_at_;
  std::int64_t settled_since_checkpoint_ = 0;
  bool is_checkpointing_ = false;

  std::int64_t total_ = 0;
  std::int64_t measured_ = 0;
};

}  // namespace eventstoredb
