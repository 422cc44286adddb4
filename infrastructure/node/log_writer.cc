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
#include "infrastructure/node/event_row.h"
#include "infrastructure/sqlite/status.h"
#include "infrastructure/sqlite/transaction.h"

namespace eventstoredb {
namespace {

constexpr int kExitIoError = 74;
constexpr std::size_t kTypesCachedMax = 10'000;

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

absl::StatusOr<std::optional<StandingEvent>> ReadStanding(sqlite::Statement& statement) {
  const sqlite::ResetAtExit reset(statement);
  const absl::StatusOr<bool> row = statement.Step();
  if (!row.ok()) return row.status();
  if (!*row) return std::nullopt;
  StandingEvent found;
  const std::string_view id = statement.ColumnBlob(0);
  if (id.size() != found.id.bytes.size()) return absl::DataLossError("an event's id is damaged");
  std::copy(id.begin(), id.end(), found.id.bytes.begin());
  found.revision = static_cast<std::uint64_t>(statement.ColumnInt64(1));
  found.position = At(static_cast<std::uint64_t>(statement.ColumnInt64(2)));
  return found;
}

}  // namespace

LogWriter::LogWriter(const EmbeddedEventStoreOptions& options, OpenedLog& log, HeadWitness* witness,
                     const StoreDirectory* directory, RecentEvents& recent,
                     absl::Mutex* shared_mutex)
    : options_(options),
      database_(*log.writer),
      identity_(log.identity),
      witness_(witness),
      directory_(directory),
      recent_(recent),
      shared_mutex_(shared_mutex),
      head_(log.head),
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
  absl::Status refused = CheckAppend(request, options_);
  if (!refused.ok()) {
    done(std::move(refused));
    return;
  }
  const std::size_t bytes = AppendBytes(request);
  {
    absl::MutexLock lock(&mutex_);
    if (!closed_.ok()) {
      refused = closed_;
    } else if (in_flight_ >= options_.appends_in_flight_max ||
               (in_flight_ > 0 && in_flight_bytes_ + bytes > options_.in_flight_bytes_max)) {
      ++stats_.appends_exhausted;
      refused = absl::ResourceExhaustedError("too many appends in flight");
    } else {
      ++in_flight_;
      in_flight_bytes_ += bytes;
      CachedStream* const stream = streams_.Pin(request.stream);
      queue_.push_back({std::move(request), std::move(done), stream, bytes});
      return;
    }
  }
  done(std::move(refused));
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
    Group group;
    if (!TakeGroup(group)) return;
    if (!group.appends.empty()) Process(group);
    DoIdleWork();
  }
}

bool LogWriter::TakeGroup(Group& group) {
  absl::MutexLock lock(&mutex_);
  const auto has_work = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return !queue_.empty() || !closed_.ok();
  };
  mutex_.AwaitWithDeadline(absl::Condition(&has_work), witness_sync_at_);
  if (queue_.empty()) return closed_.ok();
  std::size_t bytes = 0;
  std::size_t events = 0;
  while (!queue_.empty()) {
    const Pending& next = queue_.front();
    bytes += next.bytes;
    events += next.request.events.size();
    const bool fits = bytes <= options_.group_bytes_max && events <= options_.group_events_max;
    if (!fits && !group.appends.empty()) break;
    group.appends.push_back(std::move(queue_.front()));
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

void LogWriter::Process(Group& group) {
  absl::Status outcome = failed_ ? absl::UnavailableError("the store has failed") : CheckSpace();
  group.head = head_;
  if (outcome.ok()) {
    if (shared_mutex_ != nullptr) shared_mutex_->Lock();
    outcome = WriteGroup(group);
    if (shared_mutex_ != nullptr) shared_mutex_->Unlock();
  }
  Finish(group, outcome);
}

absl::Status LogWriter::WriteGroup(Group& group) {
  const absl::Time now = options_.clock ? options_.clock() : absl::Now();
  const absl::Time wall_now = absl::Now();
  // Whatever the clock does, time does not fall along the log.
  group.head.created_micros = std::max(group.head.created_micros, absl::ToUnixMicros(now));
  absl::StatusOr<sqlite::Transaction> transaction =
      sqlite::Transaction::Begin(database_, sqlite::TransactionKind::kWrite);
  if (!transaction.ok()) return transaction.status();
  group.answers.reserve(group.appends.size());
  for (Pending& append : group.appends) {
    if (append.request.deadline <= wall_now) {
      group.answers.push_back(
          absl::DeadlineExceededError("the append waited until its deadline; nothing written"));
      continue;
    }
    const absl::StatusOr<AppendDecision> decision = Decide(group, append);
    if (!decision.ok()) {
      // A stream that cannot be read is its own trouble, not that of the others in the group.
      if (!absl::IsDataLoss(decision.status()) || !database_.in_transaction()) {
        return decision.status();
      }
      append.stream->unreadable = true;
      group.answers.push_back(decision.status());
      continue;
    }
    Answer answer = Apply(group, append, *decision);
    if (!answer.ok() && !absl::IsAborted(answer.status())) return answer.status();
    group.answers.push_back(std::move(answer));
  }
  if (group.head.position == head_.position) return absl::OkStatus();  // Nothing to write.
  if (const absl::Status chained = WriteChain(group); !chained.ok()) return chained;

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
  stats_.commit_time_sum += took;
  stats_.commit_time_max = std::max(stats_.commit_time_max, took);
  stats_.wal_pages = database_.wal_pages();
  return absl::OkStatus();
}

absl::StatusOr<bool> LogWriter::AddStream(CachedStream& stream) {
  absl::StatusOr<sqlite::Statement*> add =
      database_.PrepareCached("INSERT OR IGNORE INTO streams(name) VALUES(?)");
  if (!add.ok()) return add.status();
  if (const absl::Status added = (*add)->BindTextView(1, stream.name).Run(); !added.ok()) {
    return added;
  }
  if (database_.changes() == 0) return false;
  stream.id = database_.last_insert_rowid();
  return true;
}

absl::Status LogWriter::LoadStream(Group& group, const AppendRequest& request,
                                   CachedStream& stream) {
  if (stream.touched) return absl::OkStatus();
  stream.touched = true;
  group.touched.push_back(&stream);
  if (stream.loaded) return absl::OkStatus();
  stream.unreadable = false;
  stream.id = 0;
  stream.last.reset();
  // A stream that must not exist mostly does not: then it is made without being looked for.
  if (request.expected == ExpectedRevision::NoStream() && !request.events.empty()) {
    const absl::StatusOr<bool> added = AddStream(stream);
    if (!added.ok()) return added.status();
    stream.loaded = *added;
    if (stream.loaded) return absl::OkStatus();
  }
  absl::StatusOr<sqlite::Statement*> find =
      database_.PrepareCached("SELECT id FROM streams WHERE name=?");
  if (!find.ok()) return find.status();
  {
    const sqlite::ResetAtExit reset(**find);
    const absl::StatusOr<bool> row = (*find)->BindText(1, stream.name).Step();
    if (!row.ok()) return row.status();
    if (*row) stream.id = (*find)->ColumnInt64(0);
  }
  if (stream.id != 0) {
    absl::StatusOr<sqlite::Statement*> last = database_.PrepareCached(
        "SELECT revision FROM events INDEXED BY events_by_stream WHERE stream=? ORDER BY revision "
        "DESC LIMIT 1");
    if (!last.ok()) return last.status();
    const sqlite::ResetAtExit reset(**last);
    const absl::StatusOr<bool> row = (*last)->BindInt64(1, stream.id).Step();
    if (!row.ok()) return row.status();
    if (*row) stream.last = static_cast<std::uint64_t>((*last)->ColumnInt64(0));
  }
  stream.loaded = true;
  return absl::OkStatus();
}

absl::StatusOr<AppendDecision> LogWriter::Decide(Group& group, Pending& append) {
  CachedStream& stream = *append.stream;
  const absl::Status loaded = LoadStream(group, append.request, stream);
  if (!loaded.ok()) return loaded;

  const auto first_with_id = [&](const Uuid& id) -> absl::StatusOr<std::optional<StandingEvent>> {
    absl::StatusOr<sqlite::Statement*> get = database_.PrepareCached(
        "SELECT id,revision,position FROM events INDEXED BY events_by_id WHERE stream=? AND id=? "
        "ORDER BY position LIMIT 1");
    if (!get.ok()) return get.status();
    (*get)->BindInt64(1, stream.id).BindBlob(2, AsBlob(id));
    return ReadStanding(**get);
  };
  const auto at = [&](std::uint64_t revision) -> absl::StatusOr<std::optional<StandingEvent>> {
    absl::StatusOr<sqlite::Statement*> get = database_.PrepareCached(
        "SELECT id,revision,position FROM events INDEXED BY events_by_stream WHERE stream=? AND "
        "revision=?");
    if (!get.ok()) return get.status();
    (*get)->BindInt64(1, stream.id).BindInt64(2, static_cast<std::int64_t>(revision));
    return ReadStanding(**get);
  };
  return DecideAppend(append.request.expected, append.request.events, stream.last,
                      {.first_with_id = first_with_id, .at = at});
}

absl::StatusOr<AppendResult> LogWriter::Apply(Group& group, Pending& append,
                                              const AppendDecision& decision) {
  const CachedStream& stream = *append.stream;
  if (const auto* written = std::get_if<AlreadyWritten>(&decision)) {
    ++group.idempotent;
    return AppendResult{written->revision, written->position};
  }
  if (std::holds_alternative<WrongRevision>(decision)) {
    ++group.refused;
    return WrongExpectedRevisionError(stream.name, stream.last);
  }
  ++group.written;
  if (append.request.events.empty()) {
    ++group.head.position;
    group.hands_out_bare_position = true;
    return AppendResult{stream.last, At(group.head.position)};
  }
  if (const absl::Status wrote = WriteEvents(group, append); !wrote.ok()) return wrote;
  return AppendResult{stream.last, At(group.head.position)};
}

absl::StatusOr<std::int64_t> LogWriter::TypeId(Group& group, const std::string& type) {
  if (const auto found = type_ids_.find(type); found != type_ids_.end()) return found->second;
  absl::StatusOr<sqlite::Statement*> find =
      database_.PrepareCached("SELECT id FROM types WHERE name=?");
  if (!find.ok()) return find.status();
  std::int64_t id = 0;
  {
    const sqlite::ResetAtExit reset(**find);
    const absl::StatusOr<bool> row = (*find)->BindText(1, type).Step();
    if (!row.ok()) return row.status();
    if (*row) id = (*find)->ColumnInt64(0);
  }
  if (id == 0) {
    absl::StatusOr<sqlite::Statement*> add =
        database_.PrepareCached("INSERT INTO types(name) VALUES(?)");
    if (!add.ok()) return add.status();
    if (const absl::Status added = (*add)->BindText(1, type).Run(); !added.ok()) return added;
    id = database_.last_insert_rowid();
    group.new_types.push_back(type);
  }
  if (type_ids_.size() >= kTypesCachedMax) type_ids_.clear();
  type_ids_.emplace(type, id);
  return id;
}

absl::Status LogWriter::WriteEvents(Group& group, Pending& append) {
  CachedStream& stream = *append.stream;
  if (stream.id == 0) {
    const absl::StatusOr<bool> added = AddStream(stream);
    if (!added.ok()) return added.status();
    if (!*added) return absl::InternalError(absl::StrCat("stream ", stream.name, " is there"));
  }
  static const std::string* const kInsert = new std::string(absl::StrCat(
      "INSERT INTO events(", std::string(kEventColumns), ",chain) VALUES(?,?,?,?,?,?,?,?,?,?,?)"));
  absl::StatusOr<sqlite::Statement*> insert = database_.PrepareCached(*kInsert);
  if (!insert.ok()) return insert.status();

  for (ProposedEvent& proposed : append.request.events) {
    const absl::StatusOr<std::int64_t> type_id = TypeId(group, proposed.type);
    if (!type_id.ok()) return type_id.status();
    const std::uint64_t revision = stream.last.has_value() ? *stream.last + 1 : 0;
    const EventFields fields = {.position = group.head.position + 1,
                                .stream = stream.name,
                                .revision = revision,
                                .id = proposed.id,
                                .type = proposed.type,
                                .is_json = proposed.is_json,
                                .created_micros = group.head.created_micros,
                                .data = proposed.data,
                                .metadata = proposed.metadata};
    const std::uint32_t checksum = Checksum(fields);
    group.checksums.push_back(checksum);
    BindRow(**insert, fields, stream.id, *type_id, checksum, nullptr);
    if (const absl::Status inserted = (*insert)->Run(); !inserted.ok()) return inserted;
    stream.last = revision;
    group.head.position = fields.position;
    group.head.event_position = fields.position;

    auto event = std::make_shared<RecordedEvent>();
    event->stream = stream.name;
    event->revision = revision;
    event->id = proposed.id;
    event->type = std::move(proposed.type);
    event->is_json = proposed.is_json;
    event->created = absl::FromUnixMicros(fields.created_micros);
    event->position = At(fields.position);
    event->data = std::move(proposed.data);
    event->metadata = std::move(proposed.metadata);
    group.events.push_back(std::move(event));
  }
  return absl::OkStatus();
}

absl::Status LogWriter::WriteChain(Group& group) {
  if (!group.checksums.empty()) {
    group.head.chain = ExtendChain(group.head.chain, group.checksums);
    absl::StatusOr<sqlite::Statement*> update =
        database_.PrepareCached("UPDATE events SET chain=? WHERE position=?");
    if (!update.ok()) return update.status();
    const absl::Status updated =
        (*update)
            ->BindBlob(1, AsBlob(group.head.chain))
            .BindInt64(2, static_cast<std::int64_t>(group.head.event_position))
            .Run();
    if (!updated.ok()) return updated;
  }
  if (!group.hands_out_bare_position) return absl::OkStatus();
  // Nothing else keeps the position of an append without events from being handed out again.
  absl::StatusOr<sqlite::Statement*> put =
      database_.PrepareCached("INSERT OR REPLACE INTO meta(key,value) VALUES('position',?)");
  if (!put.ok()) return put.status();
  return (*put)->BindText(1, absl::StrCat(group.head.position)).Run();
}

void LogWriter::Finish(Group& group, const absl::Status& outcome) {
  const bool done = outcome.ok();
  bool fatal = false;
  absl::Status answer = outcome;
  if (!done) {
    for (const std::string& type : group.new_types) type_ids_.erase(type);
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
  {
    absl::MutexLock lock(&mutex_);
    for (CachedStream* const stream : group.touched) {
      if (!done || stream->unreadable) continue;
      stream->known = true;
      stream->head = stream->last;
    }
    for (const Pending& append : group.appends) {
      streams_.Unpin(append.stream);
      --in_flight_;
      in_flight_bytes_ -= append.bytes;
    }
    end_ = head_.position;
    if (done) {
      stats_.events += group.events.size();
      stats_.group_events_max =
          std::max<std::uint64_t>(stats_.group_events_max, group.events.size());
      stats_.appends_written += group.written;
      stats_.appends_idempotent += group.idempotent;
      stats_.appends_refused += group.refused;
    } else if (absl::IsResourceExhausted(outcome)) {
      stats_.appends_exhausted += group.appends.size();
    }
  }
  if (done && !group.checksums.empty()) {
    recent_.Publish(std::move(group.events), head_.position);
  }
  for (std::size_t i = 0; i < group.appends.size(); ++i) {
    group.appends[i].done(done ? std::move(group.answers[i]) : Answer(answer));
  }
  if (fatal) Fail(outcome);
}

void LogWriter::Fail(const absl::Status& status) {
  failed_ = true;
  std::vector<Pending> queued;
  {
    absl::MutexLock lock(&mutex_);
    closed_.Update(absl::UnavailableError("the store has failed: what is on disk is not known"));
    for (Pending& append : queue_) {
      streams_.Unpin(append.stream);
      --in_flight_;
      in_flight_bytes_ -= append.bytes;
      queued.push_back(std::move(append));
    }
    queue_.clear();
  }
  for (Pending& append : queued) append.done(absl::UnavailableError("the store has failed"));
  if (options_.on_fatal) {
    options_.on_fatal(status);
    return;
  }
  std::fprintf(stderr, "event store failed, exit=%d error=\"%s\"\n", kExitIoError,
               std::string(status.message()).c_str());
  _exit(kExitIoError);
}

}  // namespace eventstoredb
