#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

#include "application/log_position.h"
#include "application/ports/clock.h"
#include "application/ports/order_feed.h"
#include "application/ports/order_store.h"
#include "application/ports/random.h"
#include "application/ports/read_model.h"
#include "application/ports/scheduler.h"
#include "application/ports/telemetry.h"
#include "application/projections/event_applier.h"
#include "application/projections/projection.h"
#include "application/projections/shared_feed.h"
#include "application/projections/work_pacer.h"
#include "application/queries/freshness_gate.h"

namespace orders::application {

struct ProjectionHostOptions {
  std::size_t live_events_max = 1'000;  ///< In one commit, once caught up.
  /// Before that a commit comes when one of these is reached.
  std::size_t build_events_max = 1'000'000;
  std::size_t build_bytes_max = 48 << 20;  ///< Of the states that wait for it.
  int tries_max = 3;                       ///< Of the same commit, the first one included.
  EventApplierOptions events;
  absl::Duration backoff_min = absl::Milliseconds(20);  ///< Doubles, with jitter, up to the max.
  absl::Duration backoff_max = absl::Seconds(5);
  absl::Duration check_timeout = absl::Seconds(10);  ///< Of the look at the checkpoint's event.
  SharedFeedOptions feed;
  std::function<void()> on_thread;  ///< Called first by the thread of a projection.
  /// The same in a rebuild, which is to leave the processor to the others.
  std::function<void()> on_rebuild_thread;
  /// Called by a projection's thread after each turn: what it had waiting, taken.
  std::function<void()> between_turns;
  WorkPacer::ThreadTime thread_time;  ///< For verifications in the background; without: no pauses.
  absl::Duration retired_grace = absl::Minutes(5);  ///< Of a file that is no more live.
};

enum class ProjectionState { kStarting, kRunning, kRetrying, kStopped };

/// How fast a verification may go.
enum class VerificationPace {
  kAtOnce,
  kInBackground,  ///< With kAuditShare of a processor.
};
inline constexpr double kAuditShare = 0.05;

/// kSwitching is of a rebuild alone.
enum class RebuildPhase { kFilling, kComparing, kSwitching, kDone, kCancelled, kFailed };

/// Of a rebuild, or of a verification, which is one that ends with the comparison.
struct RebuildStatus {
  BesideUse use = BesideUse::kReplace;
  RebuildPhase phase = RebuildPhase::kFilling;
  absl::Status error;  ///< Of kFailed.
  absl::Time started;
  absl::Time ended = absl::InfiniteFuture();
  LogPosition position;              ///< Filled up to here.
  std::optional<LogPosition> end;    ///< The log's, if known.
  std::uint64_t events_applied = 0;  ///< Since it started, or went on after a start.
  double events_per_second = 0;
  std::optional<absl::Duration> left;  ///< Until it has caught up, at this rate.
  /// Of kDone: what the live file had wrong. Null before.
  std::shared_ptr<const ViewComparison> comparison;
};

struct ProjectionStatus {
  std::string name;
  ProjectionState state = ProjectionState::kStarting;
  absl::Status error;  ///< Of kRetrying and kStopped: why.
  LogPosition position;
  std::optional<std::uint64_t> lag_events;  ///< Absent: not known.
  absl::Duration lag;                       ///< As Freshness::lag.
  bool caught_up = false;
  bool building = false;                      ///< See ViewWriter::building.
  std::uint64_t events_applied = 0;           ///< By this process.
  std::uint64_t batches = 0;                  ///< Committed by this process.
  std::uint64_t events_skipped = 0;           ///< Delivered again, at or below the checkpoint.
  std::size_t waiters = 0;                    ///< Queries that wait for a position.
  std::uint64_t blocked_orders = 0;           ///< Each by a dead letter.
  std::uint64_t events_set_aside = 0;         ///< The dead letters, and what waits behind them.
  std::optional<RebuildStatus> rebuild;       ///< The last one since the start.
  std::optional<RebuildStatus> verification;  ///< The same.
};

class ProjectionRunner;
class ReadModelRebuild;

/// Runs each read model's projection on a thread of its own, from its own checkpoint: events in the
/// log's order, each once, a batch and the checkpoint in one commit. What cannot be read or applied
/// is set aside with its order (EventApplier), and the others go on. What the read model's file is
/// at fault for stops its projection after `tries_max` tries, with an alarm. Add, Start and Stop by
/// one thread; everything else by any.
class ProjectionHost {
 public:
  /// All of them outlive the host.
  struct Ports {
    OrderFeed& feed;
    OrderStore& store;  ///< To check the checkpoint's event, and to try blocked orders again.
    Clock& clock;
    Scheduler& scheduler;
    Random& random;
    Telemetry& telemetry;
    EventApplier::EventJson event_json = nullptr;  ///< For what is set aside; none: without bytes.
  };
  ProjectionHost(Ports ports, ProjectionHostOptions options);
  /// As Stop.
  ~ProjectionHost();

  /// Before Start. Both outlive the host; the gate is told of each commit.
  void Add(ReadModel& model, FreshnessGate& gate);
  /// Goes on with a rebuild, too, that was under way when the service ended.
  void Start();
  /// Ends all threads, the last added first. What was not committed is forgotten, and comes again
  /// after the next start.
  void Stop();

  std::vector<ProjectionStatus> Statuses() const;
  /// True when every projection has applied all history and none has stopped.
  bool AllCaughtUp() const;

  // Rebuilds and verifications. Errors of all: NotFound, no such read model.
  /// Fills a new file beside the live one, compares both, and switches; returns at once. Aborted:
  /// it is being rebuilt or verified; Unavailable, the service ends.
  absl::Status StartRebuild(std::string_view read_model);
  /// The same without the switch: what it finds is told, and the live file stays as it is. Errors:
  /// as StartRebuild; FailedPrecondition, the live file is of an older version.
  absl::Status StartVerification(std::string_view read_model, VerificationPace pace);
  /// Of either. FailedPrecondition: there is none, or it switches at this moment.
  absl::Status CancelRebuild(std::string_view read_model);
  /// Of the last one since the start, if any.
  absl::StatusOr<std::optional<RebuildStatus>> FindRebuild(std::string_view read_model) const;
  absl::StatusOr<std::optional<RebuildStatus>> FindVerification(std::string_view read_model) const;

  /// Dead letters of one read model: see ProjectionRunner. Errors: NotFound; Unavailable, it has no
  /// projection at the moment.
  absl::StatusOr<std::shared_ptr<ProjectionRunner>> FindRunner(std::string_view read_model) const;
  std::vector<std::string> Names() const;

 private:
  struct Slot {
    ReadModel& model;
    FreshnessGate& gate;
    std::shared_ptr<ProjectionRunner> runner;  ///< Null: the live file is of an older version.
    std::optional<RebuildStatus> last_rebuild;
    std::optional<RebuildStatus> last_verification;
    std::unique_ptr<ReadModelRebuild> rebuild;  ///< The last one; under rebuild_mutex_ too.
  };

  absl::StatusOr<const Slot*> Find(std::string_view read_model) const
      ABSL_SHARED_LOCKS_REQUIRED(mutex_);
  absl::StatusOr<std::size_t> IndexOf(std::string_view read_model) const
      ABSL_LOCKS_EXCLUDED(mutex_);
  absl::Status StartOf(std::size_t slot, BesideUse use, VerificationPace pace)
      ABSL_LOCKS_EXCLUDED(mutex_);
  // Called by the rebuild when its file holds all history: the end of it.
  absl::Status Conclude(std::size_t slot, BesideUse use,
                        const std::shared_ptr<ProjectionRunner>& rebuilt,
                        ViewComparison& comparison);
  absl::Status Settle(ReadModel& model, ProjectionRunner& live, ProjectionRunner& rebuilt,
                      ViewComparison& comparison);
  std::shared_ptr<ProjectionRunner> RunnerOf(std::size_t slot) const;

  const Ports ports_;
  const ProjectionHostOptions options_;
  SharedFeed feed_;
  SharedFeed rebuild_feed_;
  mutable absl::Mutex mutex_;
  std::vector<Slot> slots_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  /// Serializes the starts and ends of rebuilds.
  absl::Mutex rebuild_mutex_ ABSL_ACQUIRED_BEFORE(mutex_);
};

}  // namespace orders::application
