#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"

#include "application/ports/read_model.h"
#include "application/projections/projection_host.h"
#include "application/projections/projection_runner.h"
#include "application/projections/shared_feed.h"
#include "application/projections/work_pacer.h"
#include "application/queries/freshness_gate.h"

namespace orders::application {

/// Fills a read model's new file beside the live one, compares both, and has it made live or drops
/// it, on a thread of its own. Used by ProjectionHost.
class ReadModelRebuild {
 public:
  struct Task {
    ReadModel& model;  ///< Outlives this.
    BesideUse use = BesideUse::kReplace;
    VerificationPace pace = VerificationPace::kAtOnce;
  };
  struct Callbacks {
    /// Of the live projection, now: the rebuilt one does without the same.
    std::function<absl::StatusOr<std::vector<SkippedEvent>>()> skips;
    /// How far the live projection is, now.
    std::function<LogPosition()> live_position;
    /// Brings the new file and the live one to the same place, completes the comparison; of
    /// kReplace: switches.
    std::function<absl::Status(const std::shared_ptr<ProjectionRunner>& rebuilt,
                               ViewComparison& comparison)>
        conclude;
    /// Each change of the status.
    std::function<void(const RebuildStatus& status)> tell;
  };
  /// `feed` outlives this; one in the background has a feed of its own.
  ReadModelRebuild(const Task& task, SharedFeed& feed, const ProjectionHost::Ports& ports,
                   const ProjectionHostOptions& options, Callbacks callbacks);
  /// Ends it as a stop of the service does: an unfinished file stays, and is gone on with.
  ~ReadModelRebuild();

  /// Deletes what is built. False: it is over, or switches.
  bool Cancel();
  bool IsOver() const;

 private:
  void Run();
  absl::Status Build();
  absl::Status Fill();
  /// Adds to `broken` what breaks a rule, if it is a verification.
  absl::StatusOr<ViewComparison> Compare(ViewComparison& broken);
  absl::Status CatchUp();
  absl::Status AdoptSkips();
  bool Wait(absl::Duration time) ABSL_LOCKS_EXCLUDED(mutex_);
  bool ShallEnd() const;
  void Enter(RebuildPhase phase);
  void NoteProgress();
  void End(const absl::Status& status);
  void LogEnd(const RebuildStatus& ended);

  const Task task_;
  const ProjectionHost::Ports ports_;
  WorkPacer pacer_;
  const ProjectionHostOptions options_;
  std::optional<SharedFeed> own_feed_;
  SharedFeed& feed_;
  const Callbacks callbacks_;
  FreshnessGate gate_;  ///< Nobody asks it; the projection tells it how far it is.
  std::shared_ptr<ProjectionRunner> runner_;

  mutable absl::Mutex mutex_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  bool cancelled_ ABSL_GUARDED_BY(mutex_) = false;
  RebuildStatus status_ ABSL_GUARDED_BY(mutex_);
  std::thread thread_;
};

}  // namespace orders::application
