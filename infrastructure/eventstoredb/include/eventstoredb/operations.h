#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "eventstoredb/call_options.h"

namespace eventstoredb {

namespace client {
class ClientCore;
}  // namespace client

struct StartScavengeRequest {
  int threads = 1;           ///< At least 1.
  int start_from_chunk = 0;  ///< At least 0.
  absl::Time deadline = absl::InfiniteFuture();
};
struct Scavenge {
  enum class Status {
    kStarted,
    kInProgress,  ///< It, or another one, was under way already: `id` is of that one.
    kStopped,
  };
  std::string id;
  Status status = Status::kStarted;
  bool operator==(const Scavenge&) const = default;
};

/// What a node measures of itself, by the server's names: `proc-cpu`, `es-checksum`. Names and
/// their number differ from one version to the next.
using ServerStatistics = std::map<std::string, std::string>;

struct WatchStatisticsRequest {
  /// Between two answers: whole milliseconds, 1 to 2^31 - 1. A server may have a shortest of its
  /// own.
  absl::Duration interval = absl::Seconds(10);
  bool with_metadata = false;  ///< Each value with its title and unit, in the server's form.
  absl::Time until = absl::InfiniteFuture();
};

/// What an operator asks of the one node that the client is connected to. Made by
/// Client::operations; costs nothing to copy. Thread-safe; calls block. May outlive its client, and
/// then answers Cancelled.
///
/// Without a deadline the client's default one holds. Errors of each call: InvalidArgument, a field
/// out of range, nothing sent; PermissionDenied, Unauthenticated; Unimplemented, the server does
/// not offer it; Unavailable, DeadlineExceeded, Unknown: of a change, outcome unknown, unless
/// GetErrorKind says more. A change of unknown outcome is not repeated.
class Operations {
 public:
  /// Takes back the room of what was deleted, in the background. Returns at once.
  absl::StatusOr<Scavenge> StartScavenge(StartScavengeRequest request = {},
                                         CallOptions options = {}) const;
  /// Errors: also NotFound of kScavengeNotFound, this one does not run.
  absl::StatusOr<Scavenge> StopScavenge(std::string id,
                                        absl::Time deadline = absl::InfiniteFuture(),
                                        CallOptions options = {}) const;
  absl::Status MergeIndexes(absl::Time deadline = absl::InfiniteFuture(),
                            CallOptions options = {}) const;
  /// A leader lets another one be elected.
  absl::Status ResignNode(absl::Time deadline = absl::InfiniteFuture(),
                          CallOptions options = {}) const;
  /// Of elections; the highest is preferred.
  absl::Status SetNodePriority(int priority, absl::Time deadline = absl::InfiniteFuture(),
                               CallOptions options = {}) const;
  /// Ends the server's process. It may be gone before its answer is here: Unavailable then.
  absl::Status Shutdown(absl::Time deadline = absl::InfiniteFuture(),
                        CallOptions options = {}) const;
  /// As Client::RestartPersistentSubscriptions, but Ok also when there was nothing to restart.
  absl::Status RestartPersistentSubscriptions(absl::Time deadline = absl::InfiniteFuture(),
                                              CallOptions options = {}) const;

  absl::StatusOr<ServerStatistics> GetStatistics(absl::Time deadline = absl::InfiniteFuture(),
                                                 CallOptions options = {}) const;
  /// Hands the statistics of every interval to `handler`, the first ones at once, until it returns
  /// false or `until` has come; both are Ok. Errors: also what broke the call after the first
  /// answer.
  absl::Status WatchStatistics(WatchStatisticsRequest request,
                               absl::FunctionRef<bool(const ServerStatistics&)> handler,
                               CallOptions options = {}) const;

 private:
  friend class Client;
  explicit Operations(std::shared_ptr<client::ClientCore> core) : core_(std::move(core)) {}

  std::shared_ptr<client::ClientCore> core_;
};

}  // namespace eventstoredb
