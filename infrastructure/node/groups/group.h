#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/time/time.h"

#include "eventstoredb/node/embedded_event_store.h"
#include "infrastructure/node/groups/group_engine.h"
#include "infrastructure/node/groups/group_executor.h"
#include "infrastructure/node/groups/group_settings.h"

namespace eventstoredb {

/// One who takes messages. Called on the groups' thread; must not block nor call back.
class GroupReader {
 public:
  virtual ~GroupReader() = default;
  /// No more at a time than its window, less what it has not yet acknowledged.
  virtual void Deliver(GroupDelivery delivery) = 0;
  /// The group is no more, or is another one now; nothing comes after this.
  virtual void Drop() = 0;
};

struct GroupReport {
  GroupConfig config;
  GroupStatistics statistics;
  std::int64_t parked_count = 0;
};

/// What all groups share. Only the groups' thread touches what changes.
struct GroupEnvironment {
  EmbeddedEventStore& store;
  std::shared_ptr<GroupExecutor> executor;
  std::size_t bytes_max = 0;       ///< Of the messages of all groups; see Group.
  std::size_t page_bytes_max = 0;  ///< Read at a time.
  std::size_t held_bytes = 0;
};

/// The last page of `stream`, of one event at most; absent: there is no such stream, or no more.
absl::StatusOr<std::optional<StreamPage>> EndOfStream(EmbeddedEventStore& store,
                                                      const std::string& stream);

/// A group at work: its engine, fed from the log and writing to it. What it holds is bounded by its
/// buffers and by the bytes of all groups together; a group that holds nothing may always read one
/// page, so that none starves. Lives on the groups' thread.
class Group : public std::enable_shared_from_this<Group> {
 public:
  static constexpr absl::Duration kWriteTimeout = absl::Seconds(10);

  Group(GroupEnvironment& environment, GroupConfig config);
  ~Group();
  Group(const Group&) = delete;
  Group& operator=(const Group&) = delete;

  /// Goes to its checkpoint, or to its start. Errors: as of reads and of Subscribe.
  absl::Status Open();

  const GroupConfig& config() const { return config_; }
  GroupReport Info();

  absl::Status Connect(ConsumerId id, ConsumerInfo info, std::shared_ptr<GroupReader> consumer);
  void Disconnect(ConsumerId id);
  void Ack(const std::vector<Uuid>& ids);
  void Nack(const std::vector<Uuid>& ids, NackAction action, const std::string& reason);
  /// Of the entries below `stop_at`; does nothing while a replay runs. Errors: as of reads.
  absl::Status ReplayParked(std::optional<std::uint64_t> stop_at);
  void DropConsumers();
  /// Reads, sends and writes, whatever is due.
  void Pump();
  void Tick();

 private:
  absl::Status Subscribe();
  absl::Status LoadCheckpoint();
  /// Others may write to the parked stream and truncate it, so that it is looked at again whenever
  /// it matters what is in it.
  absl::Status LoadParked();
  bool MayRead() const;
  /// True: something was read.
  bool FillFromSource();
  bool FillFromParked();
  void EndReplay();
  void GiveUpReplayed();
  void Send();
  void WriteParked();
  void WriteCheckpoint(bool on_timer);
  void CountBytes();
  void WaitForSource();

  GroupEnvironment& environment_;
  const GroupConfig config_;
  std::optional<std::uint64_t> checkpoint_;  ///< As loaded.
  std::optional<GroupEngine> engine_;
  std::unique_ptr<Subscription> source_;  ///< Null: it has failed; opened again by Tick.
  bool is_waiting_ = false;               ///< The source will say when it has more.
  bool is_tombstoned_ = false;
  bool has_checkpoint_stream_ = false;
  bool is_posted_ = false;  ///< A Pump waits for its turn.
  absl::flat_hash_map<ConsumerId, std::shared_ptr<GroupReader>> consumers_;
  std::size_t counted_bytes_ = 0;  ///< Its part of the environment's.

  bool is_parking_ = false;  ///< An append to the parked stream is under way.
  std::uint64_t parked_first_ = 0;
  std::uint64_t parked_end_ = 0;
  std::uint64_t replay_next_ = 0;
  std::uint64_t replay_end_ = 0;
  /// Entries below were replayed. They stand in the stream until all of them are settled, so that
  /// whatever ends the group before leaves them parked.
  std::uint64_t handed_over_ = 0;
  std::uint64_t given_up_ = 0;  ///< As the stream's metadata said last.
};

}  // namespace eventstoredb
