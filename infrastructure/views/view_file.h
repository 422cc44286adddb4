#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "application/log_position.h"
#include "application/ports/telemetry.h"
#include "application/ports/view_writer.h"
#include "infrastructure/sqlite/database.h"
#include "infrastructure/views/dead_letter_tables.h"

namespace orders::infrastructure {

/// The tables of one read model, as its file has them.
struct ViewSchema {
  std::string name;                  ///< "orders"
  int version = 1;                   ///< Another version's file is not written to.
  int readable_since = 1;            ///< The oldest version that this one's readers understand.
  std::string tables;                ///< SQL; made in an empty file.
  std::vector<std::string> indexes;  ///< SQL, one statement each; made at the end of a build.
};

struct ViewFileOptions {
  std::string path;
  application::StoreIdentity store;
  std::string boot_id;
  int cache_kib_building = 16 << 10;  ///< SQLite's page cache.
  int cache_kib_live = 4 << 10;
  /// WAL pages from which on it is moved to the file: few when live, since the next commit waits.
  int checkpoint_pages_building = 16'000;
  int checkpoint_pages_live = 500;
};

/// One read model's file and its only writing connection. It is never the truth: what belongs to
/// another store, is of another version, is damaged, or may have lost writes in a crash of the
/// machine is deleted and built anew. One thread; Interrupt by any.
///
/// Commits are not synced. After a crash of the process the kernel still has all of them; after
/// one of the machine any of them may be missing, so a file that was not closed cleanly is only
/// good within the boot that wrote it.
class ViewFile {
 public:
  static absl::StatusOr<std::unique_ptr<ViewFile>> Open(const ViewSchema& schema,
                                                        const ViewFileOptions& options,
                                                        application::Telemetry& telemetry);
  /// Syncs all and marks the file as cleanly closed. No reader may be open.
  ~ViewFile();
  ViewFile(const ViewFile&) = delete;
  ViewFile& operator=(const ViewFile&) = delete;

  /// True: a file of an older version that may be read, and not written. Such a one goes on serving
  /// while one of this version is built beside it.
  static bool IsReadableOlder(const ViewSchema& schema, const ViewFileOptions& options);

  /// Syncs all: what the file holds now is there after a crash of the machine too.
  absl::Status Seal();
  /// The file is to be deleted: closes it without a sync.
  void Abandon() { abandoned_ = true; }

  sqlite::Database& database() { return *database_; }
  const std::string& path() const { return options_.path; }
  bool building() const { return building_; }

  absl::StatusOr<std::optional<application::ViewCheckpoint>> ReadCheckpoint();
  DeadLetterTables& dead_letters() { return dead_letters_; }
  /// What `write` does, the dead letters that are put, and the checkpoint, in one transaction.
  /// Errors: as ViewWriter::Commit, and that of `write`; the caller then forgets what is pending.
  absl::Status Commit(const application::ViewCheckpoint& checkpoint,
                      absl::FunctionRef<absl::Status()> write);
  /// Makes the indexes, ends the state of building.
  absl::Status FinishBuild();

  /// Rows between two looks at it.
  static constexpr std::size_t kRowsBetweenChecks = 1'000;
  void Interrupt();
  /// DeadlineExceeded once Interrupt was called.
  absl::Status CheckInterrupted() const;
  /// After DataLoss: the next Open deletes the file. The answer is `status`.
  absl::Status NoteFailure(const absl::Status& status);

 private:
  ViewFile(ViewSchema schema, ViewFileOptions options, std::unique_ptr<sqlite::Database> database)
      : schema_(std::move(schema)),
        options_(std::move(options)),
        database_(std::move(database)),
        dead_letters_(*database_) {}
  absl::Status MarkOpen();
  absl::Status MarkClean();
  absl::Status SetCache();
  absl::Status WriteCheckpoint(const application::ViewCheckpoint& checkpoint);
  /// Before a transaction: moves the WAL to the file when it has grown long.
  absl::Status Tidy();

  const ViewSchema schema_;
  const ViewFileOptions options_;
  const std::unique_ptr<sqlite::Database> database_;
  DeadLetterTables dead_letters_;
  bool building_ = false;
  bool damaged_ = false;
  bool abandoned_ = false;
  std::atomic<bool> interrupted_ = false;
};

/// The checkpoint that a read model's file holds; absent: it is empty.
absl::StatusOr<std::optional<application::ViewCheckpoint>> ReadViewCheckpoint(
    sqlite::Database& database);

/// This boot of the machine; empty where the kernel does not tell.
std::string ReadBootId();

}  // namespace orders::infrastructure
