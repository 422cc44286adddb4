#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"

#include "event_store/client/server_features.pb.h"
#include "eventstoredb/connection_state.h"
#include "infrastructure/eventstoredb/client/call_registry.h"
#include "infrastructure/eventstoredb/client/channel_factory.h"
#include "infrastructure/eventstoredb/client/connection.h"

namespace eventstoredb::client {

using ConnectionCallback = absl::AnyInvocable<void(absl::StatusOr<std::shared_ptr<Connection>>)>;

/// Owns the one connection of a client: makes it when it is asked for, drops it when told that it
/// failed. Thread-safe; blocks no thread.
class Connector : public std::enable_shared_from_this<Connector> {
 public:
  /// `options` and `calls` must outlive the calls that it makes; `calls` ends them.
  Connector(const ClientOptions& options, ChannelFactory channels, CallRegistry& calls);

  /// Calls `ready` at once if there is a connection, else when the attempt that runs, or begins
  /// with this, has ended. Errors: Unavailable; Cancelled, the client is closing; what else the
  /// server answers when asked for its features. All of them: nothing was sent.
  void Get(ConnectionCallback ready);
  /// A call on `connection` failed. Drops it if that is a reason to, and another has not taken its
  /// place yet; the next one goes to the leader that `error` names (client check 25).
  void Report(const Connection& connection, const absl::Status& error);
  ConnectionState state() const;
  struct Counts {
    std::uint64_t made = 0;
    std::uint64_t failed = 0;
  };
  Counts counts() const;
  /// Lets the connection go, and waits until it has ended. When no call is open any more.
  void Close();

 private:
  void NoteFailure(const absl::Status& error) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Choose();
  void Open(const Endpoint& endpoint);
  void OnFeatures(const std::shared_ptr<Connection>& connection, const absl::Status& status,
                  const event_store::client::server_features::SupportedMethods& supported);
  void End(absl::StatusOr<std::shared_ptr<Connection>> result);

  const ClientOptions& options_;
  const ChannelFactory channels_;
  CallRegistry& calls_;

  mutable absl::Mutex mutex_;
  ConnectionState state_ ABSL_GUARDED_BY(mutex_);
  Counts counts_ ABSL_GUARDED_BY(mutex_);
  std::shared_ptr<Connection> current_ ABSL_GUARDED_BY(mutex_);
  bool is_connecting_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<ConnectionCallback> waiting_ ABSL_GUARDED_BY(mutex_);
  std::optional<Endpoint> leader_ ABSL_GUARDED_BY(mutex_);  ///< Where to go next; used once.
  std::optional<Endpoint> failed_ ABSL_GUARDED_BY(mutex_);  ///< Where the last one went.
  std::vector<Endpoint> members_ ABSL_GUARDED_BY(mutex_);   ///< Of the cluster, as last heard.
  std::uint64_t connections_ = 0;  ///< Touched by the attempt that runs alone.
};

}  // namespace eventstoredb::client
