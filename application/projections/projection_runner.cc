#include "application/projections/projection_runner.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"

namespace orders::application {
namespace {

constexpr int kBackoffDoublingsMax = 20;

}  // namespace

ProjectionRunner::ProjectionRunner(std::unique_ptr<Projection> projection, FreshnessGate& gate,
                                   SharedFeed& feed, const ProjectionHost::Ports& ports,
                                   const ProjectionHostOptions& options)
    : projection_(std::move(projection)),
      gate_(gate),
      feed_(feed),
      ports_(ports),
      options_(options) {
  status_.name = std::string(projection_->name());
}

ProjectionRunner::~ProjectionRunner() {
  RequestStop();
  Join();
}

void ProjectionRunner::Start() {
  thread_ = std::thread([this] { Run(); });
}

void ProjectionRunner::RequestStop() {
  const absl::MutexLock lock(&mutex_);
  stopping_ = true;
  if (reader_ != nullptr) reader_->Cancel();
  projection_->writer().Interrupt();
}

void ProjectionRunner::Join() {
  if (thread_.joinable()) thread_.join();
}

ProjectionStatus ProjectionRunner::Status() const {
  const Freshness freshness = gate_.Current();
  const std::size_t waiters = gate_.waiters();
  const absl::MutexLock lock(&mutex_);
  ProjectionStatus status = status_;
  status.position = freshness.position;
  status.lag_events = freshness.lag_events;
  status.lag = freshness.lag;
  status.waiters = waiters;
  return status;
}

void ProjectionRunner::Run() {
  while (!stopping()) {
    const absl::Status ended = Pass();
    projection_->Discard();
    pending_.reset();
    pending_events_ = 0;
    if (stopping()) return;
    if (!absl::IsUnavailable(ended) && ++failures_ >= options_.tries_max) {
      SetState(ProjectionState::kStopped, ended);
      Log(Severity::kError,
          absl::StrCat("stopped, its answers stay as they are: ", ended.ToString()));
      gate_.MarkStopped(ended);
      return;
    }
    SetState(ProjectionState::kRetrying, ended);
    Log(Severity::kWarning, absl::StrCat("tries again: ", ended.ToString()));
    BackOff();
  }
}

absl::Status ProjectionRunner::Pass() {
  const absl::Status resumed = Resume();
  if (!resumed.ok()) return resumed;
  std::optional<LogPosition> after;
  if (committed_.has_value()) after = committed_->position;
  absl::StatusOr<std::unique_ptr<SharedFeed::Reader>> reader = feed_.Open(after);
  if (!reader.ok()) return reader.status();
  {
    const absl::MutexLock lock(&mutex_);
    if (stopping_) return absl::CancelledError("stopping");
    reader_ = reader->get();
  }
  SetState(ProjectionState::kRunning, absl::OkStatus());
  const absl::Status ended = Follow(**reader);
  const absl::MutexLock lock(&mutex_);
  reader_ = nullptr;
  return ended;
}

absl::Status ProjectionRunner::Resume() {
  // What the file says counts: a commit that failed here may have been made.
  absl::StatusOr<std::optional<ViewCheckpoint>> checkpoint = projection_->writer().ReadCheckpoint();
  if (!checkpoint.ok()) return checkpoint.status();
  committed_ = *std::move(checkpoint);
  caught_up_ = false;
  if (committed_.has_value()) {
    const std::optional<LogPosition> end = ports_.feed.KnownEnd();
    if (end.has_value() && committed_->position > *end) {
      failures_ = options_.tries_max;
      return absl::FailedPreconditionError(absl::StrCat(
          "the read model is at position ", committed_->position.commit, ", the log ends at ",
          end->commit, ": it is another log, or one that was cut"));
    }
    if (!checked_) {
      const absl::Status checked = CheckLastEvent(*committed_);
      if (!checked.ok()) return checked;
    }
    delivered_ = std::max(delivered_, committed_->position);
  }
  checked_ = true;
  {
    const absl::MutexLock lock(&mutex_);
    status_.building = projection_->writer().building();
    status_.caught_up = false;
  }
  Announce();
  return absl::OkStatus();
}

absl::Status ProjectionRunner::CheckLastEvent(const ViewCheckpoint& checkpoint) {
  const CallContext call{.deadline = ports_.clock.Now() + options_.check_timeout};
  bool same = false;
  const absl::Status read = ports_.store.Read(
      call, checkpoint.order_id, checkpoint.revision, [&](RecordedOrderEvent&& event) {
        same = event.event_id == checkpoint.event_id && event.position == checkpoint.position;
        return false;
      });
  if (absl::IsDataLoss(read)) {
    Log(Severity::kWarning,
        absl::StrCat("cannot compare its last event with the log: ", read.ToString()));
    return absl::OkStatus();
  }
  if (!read.ok() && !absl::IsNotFound(read)) return absl::UnavailableError(read.message());
  if (same) return absl::OkStatus();
  failures_ = options_.tries_max;
  return absl::FailedPreconditionError(
      absl::StrCat("the log holds another event than event_id=", checkpoint.event_id,
                   " of order=", checkpoint.order_id.value, " revision=", checkpoint.revision,
                   " that the read model has applied: it was replaced or cut"));
}

absl::Status ProjectionRunner::Follow(SharedFeed::Reader& reader) {
  std::vector<std::shared_ptr<const FeedChunk>> chunks;
  while (true) {
    chunks.clear();
    const absl::Status read = reader.Next(options_.live_events_max, chunks);
    if (!read.ok()) {
      // What was applied before the feed broke is good; but after a failed commit nothing is.
      const absl::Status committed = Commit();
      return committed.ok() ? read : committed;
    }
    for (const std::shared_ptr<const FeedChunk>& chunk : chunks) {
      const absl::Status taken = Take(*chunk);
      if (taken.ok()) continue;
      const absl::Status committed = Commit();
      return committed.ok() ? taken : committed;
    }
    if (caught_up_ || BatchIsFull()) {
      const absl::Status committed = Commit();
      if (!committed.ok()) return committed;
    }
    if (stopping()) return absl::CancelledError("stopping");
  }
}

absl::Status ProjectionRunner::Take(const FeedChunk& chunk) {
  for (const FeedItem& item : chunk.items) {
    absl::Status taken;
    if (const auto* event = std::get_if<RecordedOrderEvent>(&item)) {
      taken = TakeEvent(*event);
    } else if (const auto* unreadable = std::get_if<UnreadableOrderEvent>(&item)) {
      taken = TakeUnreadable(*unreadable);
    } else if (const auto* progress = std::get_if<FeedProgress>(&item)) {
      delivered_ = std::max(delivered_, progress->position);
    } else {
      taken = TakeCaughtUp();
    }
    if (!taken.ok()) return taken;
  }
  return absl::OkStatus();
}

absl::Status ProjectionRunner::TakeEvent(const RecordedOrderEvent& event) {
  const std::optional<ViewCheckpoint>& last = pending_.has_value() ? pending_ : committed_;
  if (committed_.has_value() && event.position <= committed_->position) {
    const absl::MutexLock lock(&mutex_);
    ++status_.events_skipped;
    return absl::OkStatus();
  }
  if (last.has_value() && event.position <= last->position) {
    return absl::DataLossError(
        absl::StrCat("the feed went back to position=", event.position.commit, " after ",
                     last->position.commit));
  }
  const absl::Status applied = projection_->Apply(event);
  if (!applied.ok()) return applied;

  const std::uint64_t applied_before = last.has_value() ? last->events_applied : 0;
  if (pending_events_ == 0) pending_since_ = event.created;
  if (!pending_.has_value()) pending_.emplace();
  pending_->position = event.position;
  pending_->order_id = event.order_id;
  pending_->revision = event.revision;
  pending_->event_id = event.event_id;
  pending_->created = event.created;
  pending_->events_applied = applied_before + 1;
  ++pending_events_;
  delivered_ = event.position;
  return absl::OkStatus();
}

absl::Status ProjectionRunner::TakeUnreadable(const UnreadableOrderEvent& event) {
  if (committed_.has_value() && event.position <= committed_->position) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat(
      "event_id=", event.event_id, " of order=", event.order_id.value, " revision=", event.revision,
      " type=", event.type, " cannot be read: ", event.error));
}

absl::Status ProjectionRunner::TakeCaughtUp() {
  if (caught_up_) return absl::OkStatus();
  const absl::Status committed = Commit();
  if (!committed.ok()) return committed;
  if (projection_->writer().building()) {
    const absl::Status finished = projection_->writer().FinishBuild();
    if (!finished.ok()) return finished;
  }
  caught_up_ = true;
  {
    const absl::MutexLock lock(&mutex_);
    status_.caught_up = true;
    status_.building = false;
  }
  Announce();
  return absl::OkStatus();
}

bool ProjectionRunner::BatchIsFull() {
  return pending_events_ >= options_.build_events_max ||
         projection_->writer().pending_bytes() >= options_.build_bytes_max;
}

absl::Status ProjectionRunner::Commit() {
  if (pending_events_ == 0) {
    Announce();
    return absl::OkStatus();
  }
  gate_.NoteWaiting(pending_since_, pending_events_);
  const absl::Status committed = projection_->Commit(*pending_);
  if (!committed.ok()) {
    // They are forgotten in the writer as well; a second try would commit the checkpoint alone.
    pending_.reset();
    pending_events_ = 0;
    delivered_ = committed_.has_value() ? committed_->position : LogPosition{};
    return committed;
  }
  committed_ = std::exchange(pending_, std::nullopt);
  const std::size_t events = std::exchange(pending_events_, 0);
  failures_ = 0;
  backoffs_ = 0;
  {
    const absl::MutexLock lock(&mutex_);
    status_.events_applied += events;
    ++status_.batches;
  }
  Announce();
  ports_.telemetry.BatchApplied(projection_->name(), static_cast<int>(events),
                                ports_.clock.Now() - pending_since_);
  return absl::OkStatus();
}

void ProjectionRunner::Announce() {
  gate_.Announce({.position = std::max(delivered_, gate_.Current().position),
                  .caught_up = caught_up_,
                  .last_created = committed_.has_value() ? committed_->created : absl::Time()});
}

bool ProjectionRunner::stopping() const {
  const absl::MutexLock lock(&mutex_);
  return stopping_;
}

void ProjectionRunner::SetState(ProjectionState state, const absl::Status& error) {
  const absl::MutexLock lock(&mutex_);
  status_.state = state;
  status_.error = error;
}

void ProjectionRunner::BackOff() {
  const int doublings = std::min(backoffs_++, kBackoffDoublingsMax);
  const absl::Duration longest =
      std::min(options_.backoff_max, options_.backoff_min * (std::int64_t{1} << doublings));
  const absl::Duration pause = longest * (0.5 + 0.5 * ports_.random.Uniform());
  {
    const absl::MutexLock lock(&mutex_);
    woken_ = false;
  }
  const Scheduler::TimerId timer = ports_.scheduler.After(pause, [this] {
    const absl::MutexLock lock(&mutex_);
    woken_ = true;
  });
  // Too many timers: then this thread waits by itself.
  if (timer == 0) return ports_.scheduler.Sleep(pause);
  {
    const absl::MutexLock lock(&mutex_);
    const auto over = [this]()
                          ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return woken_ || stopping_; };
    mutex_.Await(absl::Condition(&over));
    if (woken_) return;
  }
  if (ports_.scheduler.Cancel(timer)) return;
  // It runs right now and still needs this object.
  const absl::MutexLock lock(&mutex_);
  mutex_.Await(absl::Condition(&woken_));
}

void ProjectionRunner::Log(Severity severity, const std::string& text) {
  ports_.telemetry.Log(severity, absl::StrCat("projection=", status_.name, " ", text));
}

}  // namespace orders::application
