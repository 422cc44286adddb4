#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "infrastructure/sqlite/statement.h"

struct sqlite3;

namespace sqlite {

enum class OpenMode {
  kReadOnly,         ///< The file must exist. Of a WAL database: prefer kQueryOnly.
  kQueryOnly,        ///< Opened for writing, so that the -shm file can be kept, but may not write.
  kReadWrite,        ///< The file must exist.
  kReadWriteCreate,  ///< Made if missing.
};

struct DatabaseOptions {
  std::string path;  ///< A file, or a `file:` URI.
  OpenMode mode = OpenMode::kReadWriteCreate;
  std::string vfs;  ///< Empty: SQLite's default. Tests put a faulty disk here.
  absl::Duration busy_timeout = absl::Seconds(5);
  /// Pages in the WAL from which on a commit also checkpoints; 0: never, the owner calls
  /// Checkpoint. Always 0 with kReadOnly and kQueryOnly.
  int checkpoint_pages = 1000;
  /// False: the last connection to close leaves the WAL as it is. Always false with kReadOnly and
  /// kQueryOnly: only one connection may ever checkpoint (SQLite before 3.51.3 can corrupt a file
  /// when two do so at once).
  bool checkpoint_on_close = true;
};

enum class CheckpointMode { kPassive, kTruncate };

struct CheckpointResult {
  int pages_in_wal = 0;
  int pages_checkpointed = 0;
};

/// One connection; used by one thread at a time (Interrupt: by any). Every connection has extended
/// result codes, cell_size_check on, mmap off, trusted_schema off and is defensive.
class Database {
 public:
  /// Errors: as ToStatus; a missing or unreadable path is FailedPrecondition or PermissionDenied.
  static absl::StatusOr<std::unique_ptr<Database>> Open(const DatabaseOptions& options);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  /// Runs every statement in `sql`, ignoring rows.
  absl::Status Execute(std::string_view sql);
  /// The first column of the first row; absent rows are NotFound.
  absl::StatusOr<std::int64_t> QueryInt64(std::string_view sql);
  absl::StatusOr<std::string> QueryText(std::string_view sql);

  absl::StatusOr<Statement> Prepare(std::string_view sql);
  /// A statement kept by this connection, reset and without bindings; the pointer stays good as
  /// long as the connection. For a fixed set of texts: at most `kCachedStatementsMax`, then
  /// Internal.
  absl::StatusOr<Statement*> PrepareCached(std::string_view sql);
  static constexpr std::size_t kCachedStatementsMax = 256;

  std::int64_t last_insert_rowid() const;
  std::int64_t changes() const;
  bool in_transaction() const;

  /// Statements that still run at `deadline` end with DeadlineExceeded. InfiniteFuture: none.
  /// Looked at every few thousand steps of SQLite's machine, by the monotonic clock.
  void SetDeadline(absl::Time deadline);
  /// Ends what runs now with DeadlineExceeded. From any thread.
  void Interrupt();

  /// Moves pages from the WAL to the file. Passive: what no reader holds back, without waiting.
  absl::StatusOr<CheckpointResult> Checkpoint(CheckpointMode mode);

  /// Of WAL pages after the last commit of this connection; -1 before the first.
  int wal_pages() const { return wal_pages_; }

  sqlite3* handle() { return handle_; }

 private:
  Database() = default;
  absl::Status Configure(const DatabaseOptions& options);
  absl::Status Failure(int code, const std::string& what) const;
  static int OnProgress(void* self);
  static int OnWalCommit(void* self, sqlite3* handle, const char* name, int pages);

  sqlite3* handle_ = nullptr;
  std::map<std::string, Statement, std::less<>> cached_;
  std::int64_t deadline_monotonic_nanos_ = 0;
  int checkpoint_pages_ = 0;
  int wal_pages_ = -1;
};

}  // namespace sqlite
