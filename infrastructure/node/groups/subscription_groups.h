#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "eventstoredb/node/embedded_event_store.h"
#include "infrastructure/node/groups/group.h"
#include "infrastructure/node/groups/group_executor.h"

namespace eventstoredb {

/// All groups of a node: made, changed, found again after a restart. Calls may come from any
/// thread, do not block, and are answered on the groups' thread, in the order in which they came;
/// none is answered once Stop has returned. Errors say by their ErrorKind what the protocol calls
/// them: kGroupExists, kGroupNotFound, kGroupFailed, kMaximumSubscribersReached.
class SubscriptionGroups {
 public:
  struct Options {
    std::size_t groups_max = 1'000;
    std::size_t bytes_max = 256 << 20;      ///< As of NodeServerOptions::groups_bytes_max.
    std::size_t page_bytes_max = 64 << 10;  ///< As of NodeServerOptions::group_page_bytes_max.
  };
  using Done = absl::AnyInvocable<void(absl::Status)>;
  using InfoDone = absl::AnyInvocable<void(absl::StatusOr<GroupReport>)>;
  using ListDone = absl::AnyInvocable<void(absl::StatusOr<std::vector<GroupReport>>)>;

  /// A consumer's place in its group. After the group has gone calls with it do nothing.
  struct Seat {
    std::weak_ptr<Group> group;
    ConsumerId id = 0;
  };
  using SeatDone = absl::AnyInvocable<void(absl::StatusOr<Seat>)>;

  /// `store` outlives it. Reads what groups there are, on the groups' thread, before anything else.
  SubscriptionGroups(EmbeddedEventStore& store, Options options);
  ~SubscriptionGroups();
  void Stop();

  void Create(GroupConfig config, Done done);
  /// Takes everything of `config` but the filter, which stays.
  void Update(GroupConfig config, Done done);
  void Delete(GroupKey key, Done done);
  void GetInfo(GroupKey key, InfoDone done);
  /// Absent: of every source. In order of creation.
  void List(std::optional<std::string> source, ListDone done);
  /// Absent `stop_at`: all. Answered when it has begun.
  void ReplayParked(GroupKey key, std::optional<std::int64_t> stop_at, Done done);
  /// Drops every consumer and begins anew from what is kept.
  void Restart(Done done);

  void Connect(GroupKey key, ConsumerInfo info, std::shared_ptr<GroupReader> consumer,
               SeatDone done);
  void Disconnect(Seat seat);
  /// `done` says that more may come.
  void Ack(Seat seat, std::vector<Uuid> ids, absl::AnyInvocable<void()> done);
  void Nack(Seat seat, std::vector<Uuid> ids, NackAction action, std::string reason,
            absl::AnyInvocable<void()> done);

 private:
  using Groups = std::vector<std::shared_ptr<Group>>;

  // On the groups' thread.
  absl::Status Load();
  absl::Status CreateNow(GroupConfig config);
  absl::Status UpdateNow(GroupConfig config);
  absl::Status DeleteNow(const GroupKey& key);
  absl::Status ForgetStreams(const GroupKey& key);
  absl::Status ReplayNow(const GroupKey& key, std::optional<std::int64_t> stop_at);
  absl::StatusOr<std::vector<GroupReport>> ListNow(const std::optional<std::string>& source);
  absl::StatusOr<Seat> ConnectNow(const GroupKey& key, ConsumerInfo info,
                                  std::shared_ptr<GroupReader> consumer);
  /// Why nothing can be answered yet.
  absl::Status Ready();
  Groups::iterator Find(const GroupKey& key);
  /// Of `config`, at work.
  absl::StatusOr<std::shared_ptr<Group>> Open(GroupConfig config);
  absl::Status ResolveEnd(GroupConfig& config);
  absl::Status Keep(const std::vector<GroupConfig>& configs);
  std::vector<GroupConfig> Configs() const;

  const Options options_;
  const std::shared_ptr<GroupExecutor> executor_ = std::make_shared<GroupExecutor>();
  GroupEnvironment environment_;
  bool is_loaded_ = false;
  Groups groups_;  ///< In order of creation.
  ConsumerId next_consumer_ = 1;
};

}  // namespace eventstoredb
