#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "eventstoredb/call_options.h"

namespace eventstoredb {

namespace client {
class ClientCore;
}  // namespace client

/// Projections: JavaScript that the server runs over its events (protocol section 3.16).

enum class ProjectionMode {
  kContinuous,  ///< Goes on with what comes; keeps its place over a restart.
  kTransient,   ///< Ends with the server.
  kOneTime,     ///< Ends with the last event; the server gives it a random name.
};

struct CreateProjectionRequest {
  ProjectionMode mode = ProjectionMode::kContinuous;
  std::string name;   ///< UTF-8, not empty; but empty of kOneTime.
  std::string query;  ///< JavaScript, UTF-8, not empty.
  /// May write events. Of kContinuous only, as the next.
  bool emit_enabled = false;
  /// Remembers the streams that it writes, so that Delete can remove them. With `emit_enabled`.
  bool track_emitted_streams = false;
  /// 0 or 1: the classic engine. 2: the new one, which servers have since 26.1; an older one takes
  /// no notice and uses the classic.
  int engine_version = 0;
  absl::Time deadline = absl::InfiniteFuture();
};
struct UpdateProjectionRequest {
  std::string name;
  std::string query;                 ///< Replaces the one before.
  std::optional<bool> emit_enabled;  ///< Absent: stays as it is.
  absl::Time deadline = absl::InfiniteFuture();
};
struct DeleteProjectionRequest {
  std::string name;
  bool emitted_streams = false;  ///< Those that were tracked go too.
  bool state_stream = false;
  bool checkpoint_stream = false;
  absl::Time deadline = absl::InfiniteFuture();
};
/// Whose state or result to get.
struct ProjectionPart {
  std::string name;
  std::string partition;  ///< Of foreachStream() the name of a stream. Empty: the root.
  absl::Time deadline = absl::InfiniteFuture();
};
/// Which projections to list.
struct ListProjectionsRequest {
  std::optional<ProjectionMode> mode;  ///< Absent: all.
  absl::Time deadline = absl::InfiniteFuture();
};

/// A projection, as the server sees it. Words and places are the server's own.
struct ProjectionStatistics {
  std::string name;
  std::string effective_name;     ///< How the server calls it inside.
  std::string mode;               ///< `Continuous`, `OneTime`, `Transient`.
  std::string status;             ///< `Running`, `Stopped`, `Faulted`, `Aborted`, `Completed`.
  std::string processing_status;  ///< What it does in that status: `Writing results`. Often empty.
  std::string reason;             ///< Of `Faulted`: why.
  std::int64_t version = 0;       ///< Of its definition.
  std::int64_t epoch = 0;         ///< How often it was reset.
  std::string position;           ///< `C:1/P:1`, or `stream: n`.
  std::string last_checkpoint;    ///< The same form.
  std::string checkpoint_status;  ///< Empty, `Requested`, `Writing (...)`.
  std::optional<double> progress_percent;  ///< 0 to 100. Absent: not known.
  absl::Duration processing_time;
  std::int64_t events = 0;  ///< Handled since it was started last.
  std::int64_t events_buffered = 0;
  int reads_in_progress = 0;
  int writes_in_progress = 0;
  int writes_pending_before_checkpoint = 0;
  int writes_pending_after_checkpoint = 0;
  int partitions_cached = 0;
};

/// The projections of a server. Made by Client::projections; costs nothing to copy. Thread-safe;
/// calls block. May outlive its client, and then answers Cancelled.
///
/// Without a deadline the client's default one holds. Errors of each call: InvalidArgument, a field
/// out of range, nothing sent; NotFound of kProjectionNotFound; FailedPrecondition of
/// kProjectionFailed, the server refuses it as the projection now is (it gives no reason);
/// PermissionDenied, Unauthenticated; Unimplemented, the server does not offer it (an embedded node
/// runs the system's projections alone); Unavailable, DeadlineExceeded, Unknown: of a change,
/// outcome unknown, unless GetErrorKind says more. A change of unknown outcome is not repeated.
class Projections {
 public:
  /// Starts it at once. A query that does not compile is no error: the projection is Faulted.
  /// Errors: also AlreadyExists of kProjectionExists; Unimplemented, the server cannot track
  /// streams.
  absl::Status Create(CreateProjectionRequest request, CallOptions options = {}) const;
  absl::Status Update(UpdateProjectionRequest request, CallOptions options = {}) const;
  /// Only one that was disabled, or is Faulted; not one that was aborted, nor a system's.
  absl::Status Delete(DeleteProjectionRequest request, CallOptions options = {}) const;

  absl::Status Enable(std::string name, absl::Time deadline = absl::InfiniteFuture(),
                      CallOptions options = {}) const;
  /// Stops it in order: its place is written first, and it goes on from there.
  absl::Status Disable(std::string name, absl::Time deadline = absl::InfiniteFuture(),
                       CallOptions options = {}) const;
  /// Stops it at once: it goes on from its last checkpoint.
  absl::Status Abort(std::string name, absl::Time deadline = absl::InfiniteFuture(),
                     CallOptions options = {}) const;
  /// Begins anew with the first event.
  absl::Status Reset(std::string name, absl::Time deadline = absl::InfiniteFuture(),
                     CallOptions options = {}) const;

  /// JSON text, its keys in order; `{}` where there is none (yet, or in that partition). Numbers
  /// have passed through a double: whole ones are exact up to 2^53. Of a query that does not
  /// compile real servers never answer: DeadlineExceeded. Errors: also DataLoss, the answer is no
  /// JSON.
  absl::StatusOr<std::string> GetState(ProjectionPart part, CallOptions options = {}) const;
  absl::StatusOr<std::string> GetResult(ProjectionPart part, CallOptions options = {}) const;

  absl::StatusOr<ProjectionStatistics> GetStatistics(std::string name,
                                                     absl::Time deadline = absl::InfiniteFuture(),
                                                     CallOptions options = {}) const;
  /// In the server's order. Errors: also ResourceExhausted, more than
  /// ClientOptions::listed_max.
  absl::StatusOr<std::vector<ProjectionStatistics>> List(ListProjectionsRequest request = {},
                                                         CallOptions options = {}) const;

  /// Restarts all projections of the server. Errors: also FailedPrecondition of kOther, they are
  /// just starting or stopping.
  absl::Status RestartSubsystem(absl::Time deadline = absl::InfiniteFuture(),
                                CallOptions options = {}) const;

 private:
  friend class Client;
  explicit Projections(std::shared_ptr<client::ClientCore> core) : core_(std::move(core)) {}
  /// Disable or Abort.
  absl::Status Stop(std::string name, bool write_checkpoint, absl::Time deadline,
                    CallOptions options) const;

  std::shared_ptr<client::ClientCore> core_;
};

}  // namespace eventstoredb
