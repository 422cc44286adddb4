#include "application/projections/read_model_rebuild.h"

#include <utility>

#include "absl/strings/str_cat.h"

#include "domain/order/absl_view.h"

namespace orders::application {
namespace {

constexpr absl::Duration kLook = absl::Milliseconds(100);
constexpr absl::Duration kAskTimeout = absl::Seconds(10);

ProjectionHostOptions InBackground(ProjectionHostOptions options) {
  options.on_thread = options.on_rebuild_thread;
  return options;
}

const char* Name(RebuildPhase phase) {
  switch (phase) {
    case RebuildPhase::kFilling:
      return "filling";
    case RebuildPhase::kComparing:
      return "comparing";
    case RebuildPhase::kSwitching:
      return "switching";
    case RebuildPhase::kDone:
      return "done";
    case RebuildPhase::kCancelled:
      return "cancelled";
    case RebuildPhase::kFailed:
      return "failed";
  }
  return "";
}

}  // namespace

ReadModelRebuild::ReadModelRebuild(ReadModel& model, SharedFeed& feed,
                                   const ProjectionHost::Ports& ports,
                                   const ProjectionHostOptions& options, Callbacks callbacks)
    : model_(model),
      feed_(feed),
      ports_(ports),
      options_(InBackground(options)),
      callbacks_(std::move(callbacks)),
      gate_({ports.feed, ports.clock, ports.scheduler}, {}) {
  {
    const absl::MutexLock lock(&mutex_);
    status_.started = ports_.clock.Now();
  }
  thread_ = std::thread([this] { Run(); });
}

ReadModelRebuild::~ReadModelRebuild() {
  {
    const absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  thread_.join();
}

bool ReadModelRebuild::Cancel() {
  const absl::MutexLock lock(&mutex_);
  if (status_.phase != RebuildPhase::kFilling && status_.phase != RebuildPhase::kComparing) {
    return false;
  }
  cancelled_ = true;
  return true;
}

bool ReadModelRebuild::IsOver() const {
  const absl::MutexLock lock(&mutex_);
  return status_.phase > RebuildPhase::kSwitching;
}

bool ReadModelRebuild::ShallEnd() const {
  const absl::MutexLock lock(&mutex_);
  return stopping_ || cancelled_;
}

// False: it is to end.
bool ReadModelRebuild::Wait(absl::Duration time) {
  const absl::MutexLock lock(&mutex_);
  const auto over = [this]()
                        ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return stopping_ || cancelled_; };
  return !mutex_.AwaitWithTimeout(absl::Condition(&over), time);
}

void ReadModelRebuild::Run() {
  if (options_.on_thread) options_.on_thread();
  End(Build());
}

void ReadModelRebuild::End(const absl::Status& status) {
  bool stopping = false;
  RebuildStatus ended;
  {
    const absl::MutexLock lock(&mutex_);
    stopping = stopping_ && !status.ok();
    if (!stopping) {
      status_.phase = status.ok()  ? RebuildPhase::kDone
                      : cancelled_ ? RebuildPhase::kCancelled
                                   : RebuildPhase::kFailed;
      status_.error = status_.phase == RebuildPhase::kFailed ? status : absl::OkStatus();
      status_.ended = ports_.clock.Now();
    }
    ended = status_;
  }
  if (stopping) {
    runner_.reset();
    return;
  }
  ports_.telemetry.Log(
      ended.phase == RebuildPhase::kFailed ? Severity::kError : Severity::kInfo,
      absl::StrCat("projection=", domain::View(model_.name()), " rebuild ", Name(ended.phase),
                   ended.error.ok() ? "" : absl::StrCat(": ", ended.error.ToString()),
                   ended.phase == RebuildPhase::kDone
                       ? absl::StrCat(" rows=", ended.comparison->rows,
                                      " differences=", ended.comparison->differences)
                       : ""));
  runner_.reset();
  if (ended.phase == RebuildPhase::kDone) {
    callbacks_.tell(ended);
    const absl::MutexLock lock(&mutex_);
    mutex_.AwaitWithTimeout(absl::Condition(&stopping_), options_.retired_grace);
  } else if (absl::Status dropped = model_.DropBeside(); !dropped.ok()) {
    ports_.telemetry.Log(Severity::kWarning,
                         absl::StrCat("projection=", domain::View(model_.name()),
                                      " cannot delete its unfinished file: ", dropped.ToString()));
  }
  model_.DropRetired();
  if (ended.phase != RebuildPhase::kDone) callbacks_.tell(ended);
}

absl::Status ReadModelRebuild::Build() {
  absl::StatusOr<std::vector<SkippedEvent>> skips = callbacks_.skips();
  if (!skips.ok()) return skips.status();
  if (absl::Status opened = model_.OpenBeside(*skips); !opened.ok()) return opened;
  Enter(RebuildPhase::kFilling);
  runner_ = std::make_shared<ProjectionRunner>(*model_.beside(), gate_, feed_, ports_, options_,
                                               /*is_live=*/false);
  runner_->Start();
  if (absl::Status filled = Fill(); !filled.ok()) return filled;

  Enter(RebuildPhase::kComparing);
  absl::StatusOr<ViewComparison> comparison = model_.Compare([this] { return ShallEnd(); });
  if (!comparison.ok()) return comparison.status();
  if (absl::Status adopted = AdoptSkips(); !adopted.ok()) return adopted;

  {
    const absl::MutexLock lock(&mutex_);
    if (stopping_ || cancelled_) return absl::CancelledError("cancelled");
    status_.phase = RebuildPhase::kSwitching;  // Cancel comes too late from here on.
  }
  Enter(RebuildPhase::kSwitching);
  const absl::Status switched = callbacks_.switch_over(runner_, *comparison);
  if (!switched.ok()) return switched;
  const absl::MutexLock lock(&mutex_);
  status_.comparison = std::make_shared<const ViewComparison>(*std::move(comparison));
  return absl::OkStatus();
}

absl::Status ReadModelRebuild::Fill() {
  while (true) {
    NoteProgress();
    const ProjectionStatus status = runner_->Status();
    if (status.state == ProjectionState::kStopped) return status.error;
    if (status.caught_up) return absl::OkStatus();
    if (!Wait(kLook)) return absl::CancelledError("cancelled");
  }
}

// What an operator has skipped in the live one meanwhile.
absl::Status ReadModelRebuild::AdoptSkips() {
  absl::StatusOr<std::vector<SkippedEvent>> skips = callbacks_.skips();
  if (!skips.ok()) return skips.status();
  for (const SkippedEvent& skipped : *skips) {
    const absl::StatusOr<RetryOutcome> outcome =
        runner_->Skip(skipped.order_id, skipped.revision, skipped.reason, skipped.skipped_by,
                      ports_.clock.Now() + kAskTimeout);
    // NotFound, Aborted: it did without it from the beginning.
    if (!outcome.ok() && !absl::IsNotFound(outcome.status()) &&
        !absl::IsAborted(outcome.status())) {
      return outcome.status();
    }
  }
  return absl::OkStatus();
}

void ReadModelRebuild::Enter(RebuildPhase phase) {
  RebuildStatus entered;
  {
    const absl::MutexLock lock(&mutex_);
    status_.phase = phase;
    entered = status_;
  }
  ports_.telemetry.Log(Severity::kInfo, absl::StrCat("projection=", domain::View(model_.name()),
                                                     " rebuild ", Name(phase)));
  callbacks_.tell(entered);
}

void ReadModelRebuild::NoteProgress() {
  const ProjectionStatus progress = runner_->Status();
  RebuildStatus noted;
  {
    const absl::MutexLock lock(&mutex_);
    const double seconds = absl::ToDoubleSeconds(ports_.clock.Now() - status_.started);
    status_.position = progress.position;
    status_.end = ports_.feed.KnownEnd();
    status_.events_applied = progress.events_applied;
    status_.events_per_second =
        seconds > 0 ? static_cast<double>(progress.events_applied) / seconds : 0;
    status_.left.reset();
    if (status_.end.has_value() && progress.position.commit > 0 &&
        status_.end->commit >= progress.position.commit) {
      const double done = static_cast<double>(progress.position.commit) /
                          static_cast<double>(std::max<std::uint64_t>(status_.end->commit, 1));
      status_.left = absl::Seconds(seconds * (1 - done) / done);
    }
    noted = status_;
  }
  callbacks_.tell(noted);
}

}  // namespace orders::application
