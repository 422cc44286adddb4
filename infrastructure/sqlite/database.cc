#include "infrastructure/sqlite/database.h"

#include <chrono>
#include <limits>
#include <utility>

#include <sqlite3.h>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

#include "infrastructure/sqlite/status.h"

namespace sqlite {
namespace {

constexpr int kProgressSteps = 4000;

std::int64_t MonotonicNanos() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

bool IsReader(OpenMode mode) { return mode == OpenMode::kReadOnly || mode == OpenMode::kQueryOnly; }

int OpenFlags(OpenMode mode) {
  constexpr int kCommon = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_URI | SQLITE_OPEN_EXRESCODE;
  switch (mode) {
    case OpenMode::kReadOnly:
      return kCommon | SQLITE_OPEN_READONLY;
    case OpenMode::kQueryOnly:
    case OpenMode::kReadWrite:
      return kCommon | SQLITE_OPEN_READWRITE;
    case OpenMode::kReadWriteCreate:
      return kCommon | SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  }
  return kCommon;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Database>> Database::Open(const DatabaseOptions& options) {
  std::unique_ptr<Database> database(new Database());
  const char* vfs = options.vfs.empty() ? nullptr : options.vfs.c_str();
  const int code =
      sqlite3_open_v2(options.path.c_str(), &database->handle_, OpenFlags(options.mode), vfs);
  // A handle exists after a failure as well and says more than the code.
  if (code != SQLITE_OK) return database->Failure(code, absl::StrCat("open ", options.path));
  const absl::Status configured = database->Configure(options);
  if (!configured.ok()) return configured;
  return database;
}

Database::~Database() {
  cached_.clear();
  sqlite3_close_v2(handle_);
}

absl::Status Database::Configure(const DatabaseOptions& options) {
  const bool reader = IsReader(options.mode);
  sqlite3_busy_timeout(handle_, static_cast<int>(absl::ToInt64Milliseconds(options.busy_timeout)));
  sqlite3_db_config(handle_, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_db_config(handle_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  const int keep_wal = reader || !options.checkpoint_on_close ? 1 : 0;
  sqlite3_db_config(handle_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, keep_wal, nullptr);
  checkpoint_pages_ = reader ? 0 : options.checkpoint_pages;
  // In place of wal_autocheckpoint, which is such a hook itself: this one also counts the pages.
  sqlite3_wal_hook(handle_, &Database::OnWalCommit, this);
  return Execute(
      absl::StrCat("PRAGMA cell_size_check=ON;PRAGMA mmap_size=0;PRAGMA foreign_keys=ON;",
                   options.mode == OpenMode::kQueryOnly ? "PRAGMA query_only=ON;" : ""));
}

absl::Status Database::Failure(int code, const std::string& what) const {
  if (handle_ == nullptr) return ToStatus(code, what);
  return ToStatus(code, absl::StrCat(what, ": ", sqlite3_errmsg(handle_)));
}

absl::Status Database::Execute(std::string_view sql) {
  const std::string text(sql);
  const int code = sqlite3_exec(handle_, text.c_str(), nullptr, nullptr, nullptr);
  if (code == SQLITE_OK) return absl::OkStatus();
  return Failure(sqlite3_extended_errcode(handle_), text);
}

absl::StatusOr<Statement> Database::Prepare(std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(handle_, sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (code != SQLITE_OK) return Failure(sqlite3_extended_errcode(handle_), std::string(sql));
  return Statement(statement);
}

absl::StatusOr<Statement*> Database::PrepareCached(std::string_view sql) {
  if (const auto found = cached_.find(sql); found != cached_.end()) {
    Statement& statement = found->second;
    statement.Reset();
    sqlite3_clear_bindings(statement.statement_);
    return &statement;
  }
  if (cached_.size() >= kCachedStatementsMax) {
    return absl::InternalError("too many cached statements: is a text built from values?");
  }
  absl::StatusOr<Statement> prepared = Prepare(sql);
  if (!prepared.ok()) return prepared.status();
  return &cached_.emplace(std::string(sql), *std::move(prepared)).first->second;
}

absl::StatusOr<std::int64_t> Database::QueryInt64(std::string_view sql) {
  absl::StatusOr<Statement> statement = Prepare(sql);
  if (!statement.ok()) return statement.status();
  const absl::StatusOr<bool> row = statement->Step();
  if (!row.ok()) return row.status();
  if (!*row) return absl::NotFoundError(absl::StrCat("no row: ", std::string(sql)));
  return statement->ColumnInt64(0);
}

absl::StatusOr<std::string> Database::QueryText(std::string_view sql) {
  absl::StatusOr<Statement> statement = Prepare(sql);
  if (!statement.ok()) return statement.status();
  const absl::StatusOr<bool> row = statement->Step();
  if (!row.ok()) return row.status();
  if (!*row) return absl::NotFoundError(absl::StrCat("no row: ", std::string(sql)));
  return std::string(statement->ColumnText(0));
}

std::int64_t Database::last_insert_rowid() const { return sqlite3_last_insert_rowid(handle_); }
std::int64_t Database::changes() const { return sqlite3_changes64(handle_); }
bool Database::in_transaction() const { return sqlite3_get_autocommit(handle_) == 0; }

void Database::SetDeadline(absl::Time deadline) {
  if (deadline == absl::InfiniteFuture()) {
    sqlite3_progress_handler(handle_, 0, nullptr, nullptr);
    return;
  }
  const std::int64_t left = absl::ToInt64Nanoseconds(deadline - absl::Now());
  const std::int64_t now = MonotonicNanos();
  deadline_monotonic_nanos_ =
      left > std::numeric_limits<std::int64_t>::max() - now ? left : now + left;
  sqlite3_progress_handler(handle_, kProgressSteps, &Database::OnProgress, this);
}

int Database::OnProgress(void* self) {
  return MonotonicNanos() >= static_cast<Database*>(self)->deadline_monotonic_nanos_ ? 1 : 0;
}

int Database::OnWalCommit(void* self, sqlite3* handle, const char* name, int pages) {
  auto* const database = static_cast<Database*>(self);
  database->wal_pages_ = pages;
  if (database->checkpoint_pages_ > 0 && pages >= database->checkpoint_pages_) {
    // Its failure is no failure of the commit; the next one tries again.
    sqlite3_wal_checkpoint_v2(handle, name, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
  }
  return SQLITE_OK;
}

void Database::Interrupt() { sqlite3_interrupt(handle_); }

absl::StatusOr<CheckpointResult> Database::Checkpoint(CheckpointMode mode) {
  CheckpointResult result;
  const int code = sqlite3_wal_checkpoint_v2(
      handle_, nullptr,
      mode == CheckpointMode::kPassive ? SQLITE_CHECKPOINT_PASSIVE : SQLITE_CHECKPOINT_TRUNCATE,
      &result.pages_in_wal, &result.pages_checkpointed);
  if (code != SQLITE_OK) return Failure(sqlite3_extended_errcode(handle_), "checkpoint");
  return result;
}

}  // namespace sqlite
