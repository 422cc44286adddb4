#include "application/projections/projection_runner.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"

namespace orders::application {
namespace {

constexpr int kBackoffDoublingsMax = 20;
constexpr std::size_t kRequestsMax = 100;

std::optional<absl::Time> CreatedOf(const FeedItem& item) {
  return std::visit(
      [](const auto& one) -> std::optional<absl::Time> {
        if constexpr (requires { one.created; }) return one.created;
        return std::nullopt;
      },
      item);
}

}  // namespace

ProjectionRunner::ProjectionRunner(Projection& projection, FreshnessGate& gate, SharedFeed& feed,
                                   const ProjectionHost::Ports& ports,
                                   const ProjectionHostOptions& options, bool is_live)
    : projection_(projection),
      is_live_(is_live),
      gate_(&gate),
      feed_(&feed),
      on_thread_(options.on_thread),
      ports_(ports),
      options_(options),
      applier_({projection, ports.store, ports.clock, ports.event_json}, options.events),
      requests_(kRequestsMax) {
  status_.name = std::string(projection_.name());
}

ProjectionRunner::~ProjectionRunner() {
  RequestStop();
  Join();
}

void ProjectionRunner::Start() {
  {
    const absl::MutexLock lock(&mutex_);
    if (stopping_) return;
    resting_ = false;
  }
  thread_ = std::thread([this] { Run(); });
}

void ProjectionRunner::Rest() {
  {
    const absl::MutexLock lock(&mutex_);
    resting_ = true;
    if (reader_ != nullptr) reader_->Cancel();
  }
  Join();
}

absl::Status ProjectionRunner::AdvanceTo(const Bound& bound) {
  until_ = bound;
  Start();
  Join();
  until_.reset();
  if (std::exchange(has_come_, false)) return absl::OkStatus();
  const ProjectionStatus status = Status();
  return status.error.ok() ? absl::CancelledError("stopping") : status.error;
}

void ProjectionRunner::TakeOver(FreshnessGate& gate, SharedFeed& feed,
                                std::function<void()> on_thread) {
  is_live_ = true;
  gate_ = &gate;
  feed_ = &feed;
  on_thread_ = std::move(on_thread);
  gate.MarkRunning();
  applier_.blocked().TellAll(gate);
  Announce();
}

void ProjectionRunner::RequestStop() {
  requests_.Close();
  const absl::MutexLock lock(&mutex_);
  if (std::exchange(stopping_, true)) return;
  if (reader_ != nullptr) reader_->Cancel();
  projection_.writer().Interrupt();
}

void ProjectionRunner::Join() {
  if (thread_.joinable()) thread_.join();
}

ProjectionStatus ProjectionRunner::Status() const {
  const Freshness freshness = gate_->Current();
  const std::size_t waiters = gate_->waiters();
  const absl::MutexLock lock(&mutex_);
  ProjectionStatus status = status_;
  status.position = freshness.position;
  status.lag_events = freshness.lag_events;
  status.lag = freshness.lag;
  status.waiters = waiters;
  return status;
}

void ProjectionRunner::Run() {
  if (on_thread_) on_thread_();
  // After a rest it is as far behind as the rest was long: it still holds all history.
  for (bool was_at_rest = true; !ending(); was_at_rest = false) {
    caught_up_ = caught_up_ && was_at_rest;
    const absl::Status ended = Pass();
    projection_.Discard();
    pending_.reset();
    pending_events_ = 0;
    if (ending() || has_come_) return;
    if (!absl::IsUnavailable(ended) && ++failures_ >= options_.tries_max) {
      SetState(ProjectionState::kStopped, ended);
      Log(Severity::kError,
          absl::StrCat("stopped, its answers stay as they are: ", ended.ToString()));
      gate_->MarkStopped(ended);
      return WaitStopped();
    }
    SetState(ProjectionState::kRetrying, ended);
    Log(Severity::kWarning, absl::StrCat("tries again: ", ended.ToString()));
    if (until_.has_value()) return;
    BackOff();
  }
}

// It still tells what it has set aside.
void ProjectionRunner::WaitStopped() {
  while (!ending() && !until_.has_value()) {
    requests_.AnswerAll();
    const absl::MutexLock lock(&mutex_);
    const auto news = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
      return woken_ || stopping_ || resting_;
    };
    mutex_.Await(absl::Condition(&news));
    woken_ = false;
  }
}

absl::Status ProjectionRunner::Pass() {
  const absl::Status resumed = Resume();
  if (!resumed.ok()) return resumed;
  std::optional<LogPosition> after;
  if (committed_.has_value()) after = committed_->position;
  absl::StatusOr<std::unique_ptr<SharedFeed::Reader>> reader = feed_->Open(after);
  if (!reader.ok()) return reader.status();
  {
    const absl::MutexLock lock(&mutex_);
    if (stopping_ || resting_) return absl::CancelledError("stopping");
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
  absl::StatusOr<std::optional<ViewCheckpoint>> checkpoint = projection_.writer().ReadCheckpoint();
  if (!checkpoint.ok()) return checkpoint.status();
  committed_ = *std::move(checkpoint);
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
  if (const absl::Status loaded = applier_.blocked().Load(); !loaded.ok()) return loaded;
  applier_.blocked().TellAll(*gate_);
  NoteBlocked();
  {
    const absl::MutexLock lock(&mutex_);
    status_.building = projection_.writer().building();
    status_.caught_up = caught_up_;
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
    NoteWhetherItHasCome();
    if (has_come_) return Commit();
    if (stopping()) return absl::CancelledError("stopping");
    requests_.AnswerAll();
    RetryNextBlocked();
    if (options_.between_turns) options_.between_turns();
  }
}

absl::Status ProjectionRunner::Take(const FeedChunk& chunk) {
  for (const FeedItem& item : chunk.items) {
    if (IsBeyond(item)) {
      if (until_->position.has_value()) delivered_ = std::max(delivered_, *until_->position);
      has_come_ = true;
      return absl::CancelledError("it has come as far as it was told to");
    }
    const absl::Status taken = TakeOne(item);
    if (!taken.ok()) return taken;
  }
  return absl::OkStatus();
}

bool ProjectionRunner::IsBeyond(const FeedItem& item) const {
  if (!until_.has_value()) return false;
  if (until_->position.has_value() &&
      PositionOf(item).value_or(LogPosition{}) > *until_->position) {
    return true;
  }
  return until_->created.has_value() &&
         CreatedOf(item).value_or(absl::InfinitePast()) > *until_->created;
}

void ProjectionRunner::NoteWhetherItHasCome() {
  if (!until_.has_value()) return;
  has_come_ = (until_->position.has_value() && delivered_ >= *until_->position) ||
              (until_->or_caught_up && caught_up_);
}

absl::Status ProjectionRunner::TakeOne(const FeedItem& item) {
  if (const auto* const event = std::get_if<RecordedOrderEvent>(&item)) return TakeEvent(event);
  if (const auto* const event = std::get_if<UnreadableOrderEvent>(&item)) return TakeEvent(event);
  if (const auto* const event = std::get_if<UnknownOrderEvent>(&item)) return TakeEvent(event);
  if (const auto* const progress = std::get_if<FeedProgress>(&item)) {
    delivered_ = std::max(delivered_, progress->position);
    return absl::OkStatus();
  }
  return TakeCaughtUp();
}

absl::Status ProjectionRunner::TakeEvent(OrderStreamItemRef item) {
  const LogPosition position = std::visit([](const auto* event) { return event->position; }, item);
  if (committed_.has_value() && position <= committed_->position) {
    const absl::MutexLock lock(&mutex_);
    ++status_.events_skipped;
    return absl::OkStatus();
  }
  const std::optional<ViewCheckpoint>& last = pending_.has_value() ? pending_ : committed_;
  if (last.has_value() && position <= last->position) {
    return absl::DataLossError(absl::StrCat("the feed went back to position=", position.commit,
                                            " after ", last->position.commit));
  }
  const absl::Status applied = applier_.Take(item);
  if (!applied.ok()) {
    if (absl::IsResourceExhausted(applied)) failures_ = options_.tries_max;
    return applied;
  }
  std::visit([this](const auto* event) { NotePending(*event); }, item);
  delivered_ = position;
  return absl::OkStatus();
}

template <typename Event>
void ProjectionRunner::NotePending(const Event& event) {
  const std::optional<ViewCheckpoint>& last = pending_.has_value() ? pending_ : committed_;
  const std::uint64_t applied_before = last.has_value() ? last->events_applied : 0;
  const absl::Time created_before = last.has_value() ? last->created : absl::Time();
  if (!pending_.has_value()) pending_.emplace();
  pending_->position = event.position;
  pending_->order_id = event.order_id;
  pending_->revision = event.revision;
  pending_->events_applied = applied_before + 1;
  if constexpr (requires { event.created; }) {
    pending_->event_id = event.event_id;
    pending_->created = event.created;
  } else {
    // Of a type not known here, and told with nothing more.
    pending_->event_id.clear();
    pending_->created = created_before;
  }
  if (pending_events_++ == 0) pending_since_ = pending_->created;
}

absl::Status ProjectionRunner::TakeCaughtUp() {
  if (caught_up_) return absl::OkStatus();
  const absl::Status committed = Commit();
  if (!committed.ok()) return committed;
  if (projection_.writer().building()) {
    const absl::Status finished = projection_.writer().FinishBuild();
    if (!finished.ok()) return finished;
  }
  caught_up_ = true;
  {
    const absl::MutexLock lock(&mutex_);
    status_.caught_up = true;
    status_.building = false;
  }
  Announce();
  // This build may be the one that can read or apply them.
  if (!std::exchange(has_retried_, true)) {
    for (domain::OrderId& order : applier_.blocked().Orders())
      to_retry_.push_back(std::move(order));
  }
  return absl::OkStatus();
}

void ProjectionRunner::Wake() {
  const absl::MutexLock lock(&mutex_);
  woken_ = true;
  if (reader_ != nullptr) reader_->Wake();
}

bool ProjectionRunner::BatchIsFull() {
  return pending_events_ >= options_.build_events_max ||
         projection_.writer().pending_bytes() >= options_.build_bytes_max;
}

absl::Status ProjectionRunner::Commit() {
  if (pending_events_ == 0) {
    Announce();
    return absl::OkStatus();
  }
  gate_->NoteWaiting(pending_since_, pending_events_);
  const std::size_t events = pending_events_;
  const absl::Time since = pending_since_;
  const absl::Status committed = CommitPending();
  if (!committed.ok()) return committed;
  {
    const absl::MutexLock lock(&mutex_);
    status_.events_applied += events;
    ++status_.batches;
  }
  if (caught_up_ && is_live_) {  // The age of history says nothing of us.
    ports_.telemetry.BatchApplied(projection_.name(), static_cast<int>(events),
                                  ports_.clock.Now() - since);
  }
  return absl::OkStatus();
}

absl::Status ProjectionRunner::CommitPending() {
  const absl::Status committed = projection_.Commit(*pending_);
  pending_events_ = 0;
  if (!committed.ok()) {
    // They are forgotten in the writer as well; a second try would commit the checkpoint alone.
    pending_.reset();
    delivered_ = committed_.has_value() ? committed_->position : LogPosition{};
    has_come_ = false;
    return committed;
  }
  committed_ = std::exchange(pending_, std::nullopt);
  failures_ = 0;
  backoffs_ = 0;
  if (applier_.blocked().has_changes()) {
    applier_.blocked().Committed(*gate_);
    NoteBlocked();
  }
  Announce();
  return absl::OkStatus();
}

void ProjectionRunner::Announce() {
  gate_->Announce({.position = std::max(delivered_, gate_->Current().position),
                   .caught_up = caught_up_,
                   .last_created = committed_.has_value() ? committed_->created : absl::Time()});
}

void ProjectionRunner::NoteBlocked() {
  const std::uint64_t blocked = applier_.blocked().size();
  std::uint64_t before = 0;
  {
    const absl::MutexLock lock(&mutex_);
    before = std::exchange(status_.blocked_orders, blocked);
    status_.events_set_aside = applier_.blocked().events();
  }
  if (blocked > before) {
    Log(Severity::kError, absl::StrCat("cannot apply all events: blocked_orders=", blocked,
                                       "; see `orderctl dead-letters list`"));
  } else if (blocked < before) {
    Log(Severity::kInfo, absl::StrCat("blocked_orders=", blocked));
  }
}

bool ProjectionRunner::ending() const {
  const absl::MutexLock lock(&mutex_);
  return stopping_ || resting_;
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
    const auto over = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
      return woken_ || stopping_ || resting_;
    };
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
