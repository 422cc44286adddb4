#include "infrastructure/node/log_backup.h"

#include <cerrno>
#include <filesystem>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"

#include "infrastructure/node/checked_vfs.h"
#include "infrastructure/node/head_witness.h"
#include "infrastructure/node/locked_directory.h"
#include "infrastructure/node/store_marks.h"
#include "infrastructure/sqlite/database.h"
#include "infrastructure/sqlite/status.h"
#include "infrastructure/sqlite/transaction.h"

namespace eventstoredb {
namespace {

// 4 MiB at a time: often enough to be cancelled soon.
constexpr int kStepPages = 1'024;

absl::Status MakeEmptyDirectory(const std::string& path) {
  if (path.empty() || path.front() != '/') {
    return absl::OutOfRangeError(
        absl::StrCat(path, " is not an absolute path of the machine that the store runs on"));
  }
  if (mkdir(path.c_str(), 0700) == 0) return absl::OkStatus();
  const int error = errno;
  std::error_code failed;
  if (!std::filesystem::is_directory(path, failed)) {
    return ErrnoStatus(error, absl::StrCat("make ", path));
  }
  const bool is_empty = std::filesystem::is_empty(path, failed);
  if (failed) return ErrnoStatus(failed.value(), path);
  if (is_empty) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      path, StoreMarks::IsUnfinishedBackup(path)
                ? " holds a backup that was not finished; delete it, or name another folder"
                : " is not empty; name a folder that is new or empty"));
}

/// One more connection to write with, of a file that is no log yet.
absl::StatusOr<std::unique_ptr<sqlite::Database>> OpenCopy(const std::string& path,
                                                           const std::string& vfs) {
  auto copy = sqlite::Database::Open({.path = path,
                                      .mode = sqlite::OpenMode::kReadWriteCreate,
                                      .vfs = vfs,
                                      .checkpoint_pages = 0,
                                      .checkpoint_on_close = false});
  if (!copy.ok()) return copy.status();
  int reserved = CheckedVfs::kReservedBytes;
  // Nothing to roll back to: a copy that is cut off is thrown away.
  const absl::Status set =
      (*copy)->Execute(absl::StrCat("PRAGMA page_size=", CheckedVfs::kPageBytes,
                                    ";PRAGMA journal_mode=MEMORY;PRAGMA synchronous=OFF;"));
  if (!set.ok()) return set;
  sqlite3_file_control((*copy)->handle(), "main", SQLITE_FCNTL_RESERVE_BYTES, &reserved);
  return copy;
}

absl::Status CopyPages(sqlite::Database& from, sqlite::Database& to,
                       absl::FunctionRef<bool()> is_cancelled) {
  sqlite3_backup* const backup = sqlite3_backup_init(to.handle(), "main", from.handle(), "main");
  if (backup == nullptr) {
    return sqlite::ToStatus(sqlite3_extended_errcode(to.handle()), "begin the copy");
  }
  int code = SQLITE_OK;
  bool cancelled = false;
  // `from` holds one view of the log open: the number of its pages is fixed, and so are they.
  while (code == SQLITE_OK && !cancelled) {
    code = sqlite3_backup_step(backup, kStepPages);
    cancelled = is_cancelled();
  }
  const int finished = sqlite3_backup_finish(backup);
  if (code == SQLITE_DONE && finished == SQLITE_OK) return absl::OkStatus();
  if (cancelled && code == SQLITE_OK) return absl::CancelledError("the backup was cancelled");
  return sqlite::ToStatus(code == SQLITE_DONE ? finished : code, "copy the log");
}

absl::Status WriteWitness(const std::string& path, const LogIdentity& identity,
                          const LogHead& head) {
  absl::StatusOr<HeadWitness> witness = HeadWitness::Open("", path);
  if (!witness.ok()) return witness.status();
  const absl::Status written = witness->Write({.store_id = identity.store_id,
                                               .generation = identity.generation,
                                               .position = head.position,
                                               .event_position = head.event_position,
                                               .chain = head.chain});
  return written.ok() ? witness->Sync() : written;
}

absl::StatusOr<BackupSummary> Copy(sqlite::Database& database, const std::string& vfs,
                                   const std::string& directory,
                                   absl::FunctionRef<bool()> is_cancelled) {
  absl::StatusOr<sqlite::Transaction> view =
      sqlite::Transaction::Begin(database, sqlite::TransactionKind::kRead);
  if (!view.ok()) return view.status();
  const absl::StatusOr<LogIdentity> identity = ReadLogIdentity(database);
  if (!identity.ok()) return identity.status();
  const absl::StatusOr<LogHead> head = ReadLogHead(database);
  if (!head.ok()) return head.status();

  const std::string log = StoreMarks::LogPath(directory);
  {
    const absl::StatusOr<std::unique_ptr<sqlite::Database>> copy = OpenCopy(log, vfs);
    if (!copy.ok()) return copy.status();
    const absl::Status copied = CopyPages(database, **copy, is_cancelled);
    if (!copied.ok()) return copied;
  }
  const std::string witness = StoreMarks::WitnessPath(directory);
  absl::Status done = WriteWitness(witness, *identity, *head);
  if (done.ok()) done = StoreMarks::Set(directory, StoreMarks::kNewGeneration);
  for (const std::string& file : {log, witness}) {
    if (done.ok()) done = StoreMarks::Sync(file);
  }
  if (done.ok()) done = StoreMarks::Sync(directory);
  if (done.ok()) done = StoreMarks::Clear(directory, StoreMarks::kUnfinishedBackup);
  if (!done.ok()) return done;
  std::error_code failed;
  return BackupSummary{.last_position = head->event_position,
                       .bytes = std::filesystem::file_size(log, failed)};
}

}  // namespace

absl::StatusOr<BackupSummary> BackUpLog(sqlite::Database& database, const std::string& vfs,
                                        const std::string& directory,
                                        absl::FunctionRef<bool()> is_cancelled) {
  if (const absl::Status made = MakeEmptyDirectory(directory); !made.ok()) return made;
  const absl::Status marked = StoreMarks::Set(directory, StoreMarks::kUnfinishedBackup);
  if (!marked.ok()) return marked;
  absl::StatusOr<BackupSummary> copied = Copy(database, vfs, directory, is_cancelled);
  if (copied.ok()) return copied;
  // What was made goes, and the mark last: until then it is no store.
  std::error_code ignored;
  for (const std::string& file :
       {StoreMarks::LogPath(directory), StoreMarks::WitnessPath(directory)}) {
    std::filesystem::remove(file, ignored);
  }
  StoreMarks::Clear(directory, StoreMarks::kNewGeneration).IgnoreError();
  StoreMarks::Clear(directory, StoreMarks::kUnfinishedBackup).IgnoreError();
  return copied;
}

}  // namespace eventstoredb
