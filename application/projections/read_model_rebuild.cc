#include "application/projections/read_model_rebuild.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

#include "domain/order/absl_view.h"

namespace orders::application {
namespace {

constexpr absl::Duration kLook = absl::Milliseconds(100);
constexpr absl::Duration kAskTimeout = absl::Seconds(10);
constexpr std::size_t kDifferencesLogged = 10;

/// Of the states that wait for a commit, in the background.
constexpr std::size_t kAuditBytesMax = 8 << 20;

ProjectionHostOptions OptionsOf(ProjectionHostOptions options, VerificationPace pace,
                                WorkPacer& pacer) {
  options.on_thread = options.on_rebuild_thread;
  options.feed.on_thread = options.on_rebuild_thread;
  if (pace == VerificationPace::kInBackground && options.thread_time) {
    // Two threads work at a time: one decodes, and one folds or compares.
    options.feed.between_chunks = pacer.PausesFor(kAuditShare / 2);
    options.between_turns = pacer.PausesFor(kAuditShare / 2);
    options.build_bytes_max = std::min(options.build_bytes_max, kAuditBytesMax);
  }
  return options;
}

const char* Name(BesideUse use) {
  return use == BesideUse::kVerify ? " verification " : " rebuild ";
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

ReadModelRebuild::ReadModelRebuild(const Task& task, SharedFeed& feed,
                                   const ProjectionHost::Ports& ports,
                                   const ProjectionHostOptions& options, Callbacks callbacks)
    : task_(task),
      ports_(ports),
      pacer_(options.thread_time),
      options_(OptionsOf(options, task.pace, pacer_)),
      feed_(task.pace == VerificationPace::kInBackground
                ? own_feed_.emplace(ports_.feed, options_.feed)
                : feed),
      callbacks_(std::move(callbacks)),
      gate_({ports.feed, ports.clock, ports.scheduler}, {}) {
  {
    const absl::MutexLock lock(&mutex_);
    status_.use = task_.use;
    status_.started = ports_.clock.Now();
  }
  thread_ = std::thread([this] { Run(); });
}

ReadModelRebuild::~ReadModelRebuild() {
  {
    const absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  pacer_.Stop();
  thread_.join();
}

bool ReadModelRebuild::Cancel() {
  const absl::MutexLock lock(&mutex_);
  if (status_.phase != RebuildPhase::kFilling && status_.phase != RebuildPhase::kComparing) {
    return false;
  }
  cancelled_ = true;
  pacer_.Stop();
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
  runner_.reset();
  if (stopping && task_.use == BesideUse::kReplace) return;
  LogEnd(ended);
  const bool is_switched = ended.phase == RebuildPhase::kDone && task_.use == BesideUse::kReplace;
  if (is_switched) {
    callbacks_.tell(ended);
    const absl::MutexLock lock(&mutex_);
    mutex_.AwaitWithTimeout(absl::Condition(&stopping_), options_.retired_grace);
  } else if (absl::Status dropped = task_.model.DropBeside(); !dropped.ok()) {
    ports_.telemetry.Log(Severity::kWarning,
                         absl::StrCat("projection=", domain::View(task_.model.name()),
                                      " cannot delete its unfinished file: ", dropped.ToString()));
  }
  task_.model.DropRetired();
  if (!is_switched) callbacks_.tell(ended);
}

void ReadModelRebuild::LogEnd(const RebuildStatus& ended) {
  if (ended.phase < RebuildPhase::kDone) return;  // The service ends.
  const std::string name = absl::StrCat("projection=", domain::View(task_.model.name()));
  if (ended.phase != RebuildPhase::kDone) {
    ports_.telemetry.Log(
        ended.phase == RebuildPhase::kFailed ? Severity::kError : Severity::kInfo,
        absl::StrCat(name, Name(task_.use), Name(ended.phase),
                     ended.error.ok() ? "" : absl::StrCat(": ", ended.error.ToString())));
    return;
  }
  const ViewComparison& found = *ended.comparison;
  ports_.telemetry.Log(found.differences > 0 ? Severity::kError : Severity::kInfo,
                       absl::StrCat(name, Name(task_.use), Name(ended.phase), " rows=", found.rows,
                                    " differences=", found.differences));
  for (std::size_t i = 0; i < std::min(found.listed.size(), kDifferencesLogged); ++i) {
    const ViewDifference& one = found.listed[i];
    ports_.telemetry.Log(Severity::kError,
                         absl::StrCat(name, " differs table=", one.table, " key=", one.key,
                                      one.sub_key.empty() ? "" : absl::StrCat("/", one.sub_key),
                                      one.what.empty() ? "" : absl::StrCat(": ", one.what)));
  }
}

absl::Status ReadModelRebuild::Build() {
  absl::StatusOr<std::vector<SkippedEvent>> skips = callbacks_.skips();
  if (!skips.ok()) return skips.status();
  if (absl::Status opened = task_.model.OpenBeside(task_.use, *skips); !opened.ok()) return opened;
  Enter(RebuildPhase::kFilling);
  runner_ = std::make_shared<ProjectionRunner>(*task_.model.beside(), gate_, feed_, ports_,
                                               options_, /*is_live=*/false);
  runner_->Start();
  if (absl::Status filled = Fill(); !filled.ok()) return filled;

  Enter(RebuildPhase::kComparing);
  ViewComparison broken;
  absl::StatusOr<ViewComparison> comparison = Compare(broken);
  if (!comparison.ok()) return comparison.status();
  if (absl::Status near = CatchUp(); !near.ok()) return near;
  if (absl::Status adopted = AdoptSkips(); !adopted.ok()) return adopted;

  {
    const absl::MutexLock lock(&mutex_);
    if (stopping_ || cancelled_) return absl::CancelledError("cancelled");
    // Cancel comes too late from here on.
    if (task_.use == BesideUse::kReplace) status_.phase = RebuildPhase::kSwitching;
  }
  if (task_.use == BesideUse::kReplace) Enter(RebuildPhase::kSwitching);
  const absl::Status concluded = callbacks_.conclude(runner_, *comparison);
  if (!concluded.ok()) return concluded;
  for (ViewDifference& one : broken.listed) AddDifference(std::move(one), *comparison);
  const absl::MutexLock lock(&mutex_);
  status_.comparison = std::make_shared<const ViewComparison>(*std::move(comparison));
  return absl::OkStatus();
}

absl::StatusOr<ViewComparison> ReadModelRebuild::Compare(ViewComparison& broken) {
  std::function<void()> pause;
  if (options_.between_turns) pause = pacer_.PausesFor(kAuditShare / 2);
  const auto is_cancelled = [&] {
    if (pause) pause();
    return ShallEnd();
  };
  if (task_.use == BesideUse::kVerify) {
    const absl::Status checked = task_.model.CheckRules(is_cancelled, broken);
    if (!checked.ok()) return checked;
  }
  return task_.model.Compare(is_cancelled);
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

// At its own speed from here on: the live one is to wait as shortly as can be for the one beside.
absl::Status ReadModelRebuild::CatchUp() {
  pacer_.Stop();
  const LogPosition place = callbacks_.live_position();
  while (true) {
    const ProjectionStatus status = runner_->Status();
    if (status.state == ProjectionState::kStopped) return status.error;
    if (status.position >= place) return absl::OkStatus();
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
  ports_.telemetry.Log(
      Severity::kInfo,
      absl::StrCat("projection=", domain::View(task_.model.name()), Name(task_.use), Name(phase)));
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
