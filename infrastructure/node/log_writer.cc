#include "infrastructure/node/log_writer.h"

#include <algorithm>
#include <cstdio>
#include <utility>
#include <variant>

#include <sqlite3.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

#include "infrastructure/node/append_limits.h"
#include "infrastructure/sqlite/status.h"
#include "infrastructure/sqlite/transaction.h"

namespace eventstoredb {
namespace {

constexpr int kExitIoError = 74;

Position At(std::uint64_t position) { return {position, position}; }

bool IsBusy(const absl::Status& status) {
  const std::optional<int> code = sqlite::GetSqliteCode(status);
  return code.has_value() && (*code & 0xFF) == SQLITE_BUSY;
}

// True: what was asked for is not on disk, for sure. Else it may be or not, and the file's state in
// memory may differ from the one on disk.
bool IsCertainlyRolledBack(const absl::Status& status) {
  return absl::IsResourceExhausted(status) || absl::IsInternal(status) || IsBusy(status);
}

}  // namespace

LogWriter::LogWriter(const EmbeddedEventStoreOptions& options, OpenedLog& log, HeadWitness* witness,
                     const StoreDirectory* directory, RecentEvents& recent,
                     absl::Mutex* shared_mutex, std::atomic<bool>& has_metastreams)
    : options_(options),
      database_(*log.writer),
      identity_(log.identity),
      witness_(witness),
      directory_(directory),
      recent_(recent),
      shared_mutex_(shared_mutex),
      head_(log.head),
      group_writer_(*log.writer, has_metastreams, options.system_projections,
                    [this](const std::string& name) {
                      absl::MutexLock lock(&mutex_);
                      return streams_.Pin(name);
                    }),
      streams_(options.streams_cached_max),
      end_(log.head.position),
      thread_([this] { Run(); }) {}

LogWriter::~LogWriter() {
  {
    absl::MutexLock lock(&mutex_);
    closed_.Update(absl::UnavailableError("the store is closing"));
  }
  thread_.join();
  if (failed_ || directory_ == nullptr) return;
  const absl::Status closed = CloseLog(database_);
  // Not marked as closed: the next open looks more closely, nothing else.
  if (closed.ok()) witness_->Sync().IgnoreError();
}

void LogWriter::Start(AppendRequest request, AppendCallback done) {
  if (absl::Status refused = CheckAppend(request, options_); !refused.ok()) {
    done(std::move(refused));
    return;
  }
  Enqueue({.request = std::move(request), .deletion = std::nullopt, .done = std::move(done)});
}

void LogWriter::StartDelete(DeleteRequest request, DeleteCallback done) {
  if (absl::Status refused = CheckDelete(request, options_); !refused.ok()) {
    done(std::move(refused));
    return;
  }
  Enqueue({.request = {.stream = std::move(request.stream),
                       .expected = request.expected,
                       .events = {},
                       .deadline = request.deadline},
           .deletion = request.kind,
           .done = [done = std::move(done)](WriteAnswer answer) mutable {
             if (!answer.ok()) return done(answer.status());
             done(DeleteResult{answer->position});
           }});
}

void LogWriter::Enqueue(PendingWrite write) {
  write.bytes = AppendBytes(write.request);
  absl::Status refused;
  {
    absl::MutexLock lock(&mutex_);
    if (!closed_.ok()) {
      refused = closed_;
    } else if (in_flight_ >= options_.appends_in_flight_max ||
               (in_flight_ > 0 && in_flight_bytes_ + write.bytes > options_.in_flight_bytes_max)) {
      ++stats_.appends_overloaded;
      refused = absl::ResourceExhaustedError("too many appends in flight");
    } else {
      ++in_flight_;
      in_flight_bytes_ += write.bytes;
      write.stream = streams_.Pin(write.request.stream);
      queue_.push_back(std::move(write));
      return;
    }
  }
  write.done(std::move(refused));
}

std::optional<std::optional<std::uint64_t>> LogWriter::KnownHead(const std::string& stream) const {
  absl::MutexLock lock(&mutex_);
  if (!closed_.ok()) return std::nullopt;
  const CachedStream* const cached = streams_.Find(stream);
  if (cached == nullptr || !cached->known || cached->pending > 0) return std::nullopt;
  return cached->head;
}

std::optional<Position> LogWriter::KnownEnd() const {
  absl::MutexLock lock(&mutex_);
  if (!closed_.ok() || in_flight_ > 0) return std::nullopt;
  return At(end_);
}

EmbeddedEventStoreStats LogWriter::Stats() const {
  absl::MutexLock lock(&mutex_);
  EmbeddedEventStoreStats stats = stats_;
  stats.appends_in_flight = in_flight_;
  stats.last_position = end_;
  return stats;
}

void LogWriter::Run() {
  while (true) {
    WriteGroup group;
    if (!TakeGroup(group)) return;
    if (!group.writes.empty()) Process(group);
    DoIdleWork();
  }
}

bool LogWriter::TakeGroup(WriteGroup& group) {
  absl::MutexLock lock(&mutex_);
  const auto has_work = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return !queue_.empty() || !closed_.ok();
  };
  mutex_.AwaitWithDeadline(absl::Condition(&has_work), witness_sync_at_);
  if (queue_.empty()) return closed_.ok();
  std::size_t bytes = 0;
  std::size_t events = 0;
  while (!queue_.empty()) {
    const PendingWrite& next = queue_.front();
    bytes += next.bytes;
    events += next.request.events.size();
    const bool fits = bytes <= options_.group_bytes_max && events <= options_.group_events_max;
    if (!fits && !group.writes.empty()) break;
    group.writes.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  return true;
}

void LogWriter::DoIdleWork() {
  if (failed_ || directory_ == nullptr) return;
  bool idle = false;
  {
    absl::MutexLock lock(&mutex_);
    idle = queue_.empty();
  }
  const int pages = database_.wal_pages();
  if (pages >= (idle ? options_.wal_pages_idle_max : options_.wal_pages_busy_max)) Checkpoint();
  if (failed_ || absl::Now() < witness_sync_at_) return;
  witness_sync_at_ = absl::InfiniteFuture();
  if (const absl::Status synced = witness_->Sync(); !synced.ok()) Fail(synced);
}

void LogWriter::Checkpoint() {
  // A WAL that grows although every page is moved is held by readers: then wait for them.
  const bool grown = database_.wal_pages() >= 2 * options_.wal_pages_busy_max;
  const absl::StatusOr<sqlite::CheckpointResult> moved = database_.Checkpoint(
      grown ? sqlite::CheckpointMode::kTruncate : sqlite::CheckpointMode::kPassive);
  if (!moved.ok() && !IsCertainlyRolledBack(moved.status())) {
    Fail(moved.status());
    return;
  }
  absl::MutexLock lock(&mutex_);
  ++stats_.checkpoints;
}

absl::Status LogWriter::CheckSpace() {
  if (directory_ == nullptr || !options_.vfs.empty()) return absl::OkStatus();
  if (database_.wal_pages() >= options_.wal_pages_max) {
    return absl::ResourceExhaustedError("the write-ahead log cannot be emptied");
  }
  const absl::StatusOr<StoreDirectory::Space> space = directory_->MeasureSpace();
  if (!space.ok()) return absl::ResourceExhaustedError(space.status().message());
  const std::uint64_t needed = std::max(
      options_.free_space_min_bytes,
      space->total_bytes / 100 * static_cast<std::uint64_t>(options_.free_space_min_percent));
  if (space->free_bytes >= needed) return absl::OkStatus();
  return absl::ResourceExhaustedError(
      absl::StrCat("only ", space->free_bytes, " bytes of disk are free; appends need ", needed));
}

void LogWriter::Process(WriteGroup& group) {
  absl::Status outcome = failed_ ? absl::UnavailableError("the store has failed") : CheckSpace();
  group.head = head_;
  if (outcome.ok()) {
    if (shared_mutex_ != nullptr) shared_mutex_->Lock();
    outcome = CommitGroup(group);
    if (shared_mutex_ != nullptr) shared_mutex_->Unlock();
  }
  Finish(group, outcome);
}

absl::Status LogWriter::CommitGroup(WriteGroup& group) {
  const absl::Time now = options_.clock ? options_.clock() : absl::Now();
  const absl::Time wall_now = absl::Now();
  // Whatever the clock does, time does not fall along the log.
  group.now_micros = std::max(group.head.created_micros, absl::ToUnixMicros(now));
  absl::StatusOr<sqlite::Transaction> transaction =
      sqlite::Transaction::Begin(database_, sqlite::TransactionKind::kWrite);
  if (!transaction.ok()) return transaction.status();
  group.answers.reserve(group.writes.size());
  for (PendingWrite& write : group.writes) {
    if (write.request.deadline <= wall_now) {
      group.answers.push_back(
          absl::DeadlineExceededError("the write waited until its deadline; nothing written"));
      continue;
    }
    const std::uint64_t before = group.head.position;
    absl::StatusOr<WriteAnswer> answer = group_writer_.Handle(group, write);
    if (answer.ok()) {
      group.answers.push_back(*std::move(answer));
      continue;
    }
    // A stream that cannot be read is its own trouble, not that of the others in the group.
    const bool is_its_own = absl::IsDataLoss(answer.status()) && database_.in_transaction() &&
                            group.head.position == before;
    if (!is_its_own) return answer.status();
    write.stream->unreadable = true;
    group.answers.push_back(answer.status());
  }
  if (group.head.position == head_.position) return absl::OkStatus();  // Nothing to write.
  if (const absl::Status sealed = group_writer_.Seal(group); !sealed.ok()) return sealed;

  const absl::Time begun = absl::Now();
  if (const absl::Status committed = transaction->Commit(); !committed.ok()) return committed;
  const absl::Duration took = absl::Now() - begun;
  if (witness_ != nullptr) {
    absl::Status witnessed = witness_->Write({.store_id = identity_.store_id,
                                              .generation = identity_.generation,
                                              .position = group.head.position,
                                              .event_position = group.head.event_position,
                                              .chain = group.head.chain});
    const bool at_once = options_.witness_sync_interval <= absl::ZeroDuration();
    if (witnessed.ok() && at_once) witnessed = witness_->Sync();
    if (!witnessed.ok()) return absl::UnavailableError(witnessed.message());
    if (!at_once) {
      witness_sync_at_ = std::min(witness_sync_at_, absl::Now() + options_.witness_sync_interval);
    }
  }
  absl::MutexLock lock(&mutex_);
  ++stats_.groups;
  stats_.commit_seconds.Add(absl::ToDoubleSeconds(took));
  stats_.wal_pages = database_.wal_pages();
  return absl::OkStatus();
}

void LogWriter::Finish(WriteGroup& group, const absl::Status& outcome) {
  const bool done = outcome.ok();
  bool fatal = false;
  absl::Status answer = outcome;
  if (!done) {
    group_writer_.Forget(group);
    fatal = !failed_ && absl::IsUnavailable(outcome) && !IsBusy(outcome);
    if (!absl::IsResourceExhausted(outcome) && !absl::IsInternal(outcome) &&
        !absl::IsDataLoss(outcome)) {
      answer = absl::UnavailableError(
          absl::StrCat("the outcome is unknown: ", std::string(outcome.message())));
    }
  } else {
    head_ = group.head;
  }
  if (fatal) {
    failed_ = true;
    absl::MutexLock lock(&mutex_);
    closed_.Update(absl::UnavailableError("the store has failed: what is on disk is not known"));
  }
  for (CachedStream* const stream : group.touched) {
    stream->touched = false;
    if (!done || stream->unreadable) stream->loaded = false;
  }
  std::uint64_t event_bytes = 0;
  for (const SharedEvent& event : group.events) {
    event_bytes += event->data.size() + event->metadata.size();
    // Before anybody is answered: who then looks at a mark must find it moved.
    if (done) changes_.Note(event->stream);
  }
  {
    absl::MutexLock lock(&mutex_);
    for (CachedStream* const stream : group.touched) {
      if (!done) continue;
      stream->known = !stream->unreadable && !stream->is_tombstoned && !stream->has_metadata;
      stream->head = stream->last;
    }
    for (const PendingWrite& write : group.writes) {
      streams_.Unpin(write.stream);
      --in_flight_;
      in_flight_bytes_ -= write.bytes;
    }
    for (CachedStream* const stream : group.pinned) streams_.Unpin(stream);
    end_ = head_.position;
    if (done) {
      stats_.events += group.events.size();
      stats_.event_bytes += event_bytes;
      if (!group.events.empty()) {
        stats_.group_events.Add(static_cast<double>(group.events.size()));
      }
      stats_.appends_written += group.written;
      stats_.appends_idempotent += group.idempotent;
      stats_.appends_refused += group.refused;
    } else if (absl::IsResourceExhausted(outcome)) {
      stats_.appends_no_space += group.writes.size();
    }
  }
  if (done && !group.checksums.empty()) {
    recent_.Publish(std::move(group.events), head_.position);
  }
  for (std::size_t i = 0; i < group.writes.size(); ++i) {
    group.writes[i].done(done ? std::move(group.answers[i]) : WriteAnswer(answer));
  }
  if (fatal) Fail(outcome);
}

void LogWriter::Fail(const absl::Status& status) {
  failed_ = true;
  std::vector<PendingWrite> queued;
  {
    absl::MutexLock lock(&mutex_);
    closed_.Update(absl::UnavailableError("the store has failed: what is on disk is not known"));
    for (PendingWrite& append : queue_) {
      streams_.Unpin(append.stream);
      --in_flight_;
      in_flight_bytes_ -= append.bytes;
      queued.push_back(std::move(append));
    }
    queue_.clear();
  }
  for (PendingWrite& append : queued) append.done(absl::UnavailableError("the store has failed"));
  if (options_.on_fatal) {
    options_.on_fatal(status);
    return;
  }
  std::fprintf(stderr, "event store failed, exit=%d error=\"%s\"\n", kExitIoError,
               std::string(status.message()).c_str());
  _exit(kExitIoError);
}

}  // namespace eventstoredb
