#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"

#include "application/log_position.h"
#include "application/ports/clock.h"
#include "application/ports/order_feed.h"
#include "application/ports/order_store.h"
#include "application/ports/random.h"
#include "application/ports/scheduler.h"
#include "application/ports/telemetry.h"
#include "application/projections/projection.h"
#include "application/projections/shared_feed.h"
#include "application/queries/freshness_gate.h"

namespace orders::application {

struct ProjectionHostOptions {
  std::size_t live_events_max = 1'000;  ///< In one commit, once caught up.
  /// Before that a commit comes when one of these is reached.
  std::size_t build_events_max = 1'000'000;
  std::size_t build_bytes_max = 48 << 20;  ///< Of the states that wait for it.
  int tries_max = 3;  ///< Of the same event, or the same commit, the first one included.
  absl::Duration backoff_min = absl::Milliseconds(20);  ///< Doubles, with jitter, up to the max.
  absl::Duration backoff_max = absl::Seconds(5);
  absl::Duration check_timeout = absl::Seconds(10);  ///< Of the look at the checkpoint's event.
  SharedFeedOptions feed;
};

enum class ProjectionState { kStarting, kRunning, kRetrying, kStopped };

struct ProjectionStatus {
  std::string name;
  ProjectionState state = ProjectionState::kStarting;
  absl::Status error;  ///< Of kRetrying and kStopped: why.
  LogPosition position;
  std::optional<std::uint64_t> lag_events;  ///< Absent: not known.
  absl::Duration lag;                       ///< As Freshness::lag.
  bool caught_up = false;
  bool building = false;             ///< See ViewWriter::building.
  std::uint64_t events_applied = 0;  ///< By this process.
  std::uint64_t batches = 0;         ///< Committed by this process.
  std::uint64_t events_skipped = 0;  ///< Delivered again, at or below the checkpoint.
  std::size_t waiters = 0;           ///< Queries that wait for a position.
};

class ProjectionRunner;

/// Runs each projection on a thread of its own, from its own checkpoint: events in the log's
/// order, each once, a batch and the checkpoint in one commit. What cannot be read or applied
/// after `tries_max` tries stops its projection, with an alarm; all before it stays applied, and
/// the others go on. Add, Start and Stop by one thread; Statuses by any.
class ProjectionHost {
 public:
  /// All of them outlive the host.
  struct Ports {
    OrderFeed& feed;
    OrderStore& store;  ///< To check that the checkpoint's event is still there.
    Clock& clock;
    Scheduler& scheduler;
    Random& random;
    Telemetry& telemetry;
  };
  ProjectionHost(Ports ports, ProjectionHostOptions options);
  /// As Stop.
  ~ProjectionHost();

  /// Before Start. `gate` outlives the host; it is told of each commit.
  void Add(std::unique_ptr<Projection> projection, FreshnessGate& gate);
  void Start();
  /// Ends all threads, the last added first. What was not committed is forgotten, and comes again
  /// after the next start.
  void Stop();

  std::vector<ProjectionStatus> Statuses() const;
  /// True when every projection has applied all history and none has stopped.
  bool AllCaughtUp() const;

 private:
  const Ports ports_;
  const ProjectionHostOptions options_;
  SharedFeed feed_;
  std::vector<std::unique_ptr<ProjectionRunner>> runners_;
};

}  // namespace orders::application
