#include "infrastructure/views/view_file.h"

#include <filesystem>
#include <fstream>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"

#include "infrastructure/sqlite/statement.h"
#include "infrastructure/sqlite/transaction.h"
#include "infrastructure/views/view_directory.h"

namespace orders::infrastructure {
namespace {

using application::Severity;
using application::ViewCheckpoint;

constexpr char kMetaTables[] =
    "CREATE TABLE meta("
    " id INTEGER PRIMARY KEY CHECK(id=1), store_id TEXT NOT NULL, generation INTEGER NOT NULL,"
    " boot_id TEXT NOT NULL, clean INTEGER NOT NULL, building INTEGER NOT NULL);"
    "CREATE TABLE checkpoint("
    " id INTEGER PRIMARY KEY CHECK(id=1), commit_position INTEGER NOT NULL,"
    " prepare_position INTEGER NOT NULL, order_id TEXT NOT NULL, revision INTEGER NOT NULL,"
    " event_id TEXT NOT NULL, created INTEGER NOT NULL, events_applied INTEGER NOT NULL);";

std::string DamagedMark(const std::string& path) { return path + ".damaged"; }

struct Meta {
  application::StoreIdentity store;
  std::string boot_id;
  bool clean = false;
  bool building = false;
};

absl::StatusOr<Meta> ReadMeta(sqlite::Database& database) {
  absl::StatusOr<sqlite::Statement> read =
      database.Prepare("SELECT store_id,generation,boot_id,clean,building FROM meta WHERE id=1");
  if (!read.ok()) return read.status();
  const absl::StatusOr<bool> row = read->Step();
  if (!row.ok()) return row.status();
  if (!*row) return absl::DataLossError("it says of no store whose it is");
  return Meta{.store = {.id = std::string(read->ColumnText(0)),
                        .generation = static_cast<std::uint64_t>(read->ColumnInt64(1))},
              .boot_id = std::string(read->ColumnText(2)),
              .clean = read->ColumnInt64(3) != 0,
              .building = read->ColumnInt64(4) != 0};
}

// Why the file cannot be used; Ok: it can.
absl::Status CheckUsable(sqlite::Database& database, int version_min, int version_max,
                         const ViewFileOptions& options) {
  const absl::StatusOr<std::int64_t> version = database.QueryInt64("PRAGMA user_version");
  if (!version.ok()) return version.status();
  if (*version < version_min || *version > version_max) {
    return absl::FailedPreconditionError(
        absl::StrCat("it is of version ", *version, ", this is ", version_max));
  }
  const absl::StatusOr<Meta> meta = ReadMeta(database);
  if (!meta.ok()) return meta.status();
  if (meta->store != options.store) {
    return absl::FailedPreconditionError(absl::StrCat("it belongs to store ", meta->store.id,
                                                      " generation ", meta->store.generation));
  }
  if (!meta->clean && (options.boot_id.empty() || meta->boot_id != options.boot_id)) {
    return absl::FailedPreconditionError("it was open when the machine went down");
  }
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<sqlite::Database>> OpenDatabase(const std::string& path) {
  absl::StatusOr<std::unique_ptr<sqlite::Database>> database =
      sqlite::Database::Open({.path = path, .checkpoint_pages = 0});
  if (!database.ok()) return database;
  const absl::Status set = (*database)->Execute(
      "PRAGMA journal_mode=WAL;PRAGMA synchronous=OFF;PRAGMA temp_store=FILE;"
      "PRAGMA journal_size_limit=67108864;");
  if (!set.ok()) return set;
  return database;
}

absl::Status MakeTables(sqlite::Database& database, const ViewSchema& schema,
                        const ViewFileOptions& options) {
  absl::StatusOr<sqlite::Transaction> transaction =
      sqlite::Transaction::Begin(database, sqlite::TransactionKind::kWrite);
  if (!transaction.ok()) return transaction.status();
  absl::Status made = database.Execute(absl::StrCat(kMetaTables, kDeadLetterTables, schema.tables,
                                                    "PRAGMA user_version=", schema.version, ";"));
  if (!made.ok()) return made;
  absl::StatusOr<sqlite::Statement> insert =
      database.Prepare("INSERT INTO meta VALUES(1,?,?,?,0,1)");
  if (!insert.ok()) return insert.status();
  made = insert->BindText(1, options.store.id)
             .BindInt64(2, static_cast<std::int64_t>(options.store.generation))
             .BindText(3, options.boot_id)
             .Run();
  if (!made.ok()) return made;
  return transaction->Commit();
}

}  // namespace

std::string ReadBootId() {
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::string id;
  std::getline(file, id);
  return id;
}

absl::StatusOr<std::unique_ptr<ViewFile>> ViewFile::Open(const ViewSchema& schema,
                                                         const ViewFileOptions& options,
                                                         application::Telemetry& telemetry) {
  const auto discard = [&](const std::string& why) {
    telemetry.Log(Severity::kWarning,
                  absl::StrCat("projection=", schema.name, " file=", options.path,
                               " is deleted and built anew: ", why));
    DeleteViewFile(options.path);
  };
  std::error_code ignored;
  std::unique_ptr<sqlite::Database> database;
  if (std::filesystem::exists(DamagedMark(options.path), ignored)) {
    discard("it was found damaged");
  } else if (std::filesystem::exists(options.path, ignored)) {
    absl::StatusOr<std::unique_ptr<sqlite::Database>> found = OpenDatabase(options.path);
    const absl::Status usable =
        found.ok() ? CheckUsable(**found, schema.version, schema.version, options) : found.status();
    if (usable.ok()) {
      database = *std::move(found);
    } else {
      found = absl::CancelledError("closed");  // Before its file goes.
      discard(std::string(usable.message()));
    }
  }
  if (database == nullptr) {
    absl::StatusOr<std::unique_ptr<sqlite::Database>> made = OpenDatabase(options.path);
    if (!made.ok()) return made.status();
    const absl::Status tables = MakeTables(**made, schema, options);
    if (!tables.ok()) return tables;
    database = *std::move(made);
  }
  std::unique_ptr<ViewFile> file(new ViewFile(schema, options, std::move(database)));
  const absl::Status marked = file->MarkOpen();
  if (!marked.ok()) return marked;
  return file;
}

bool ViewFile::IsReadableOlder(const ViewSchema& schema, const ViewFileOptions& options) {
  std::error_code ignored;
  if (!std::filesystem::exists(options.path, ignored) ||
      std::filesystem::exists(DamagedMark(options.path), ignored)) {
    return false;
  }
  absl::StatusOr<std::unique_ptr<sqlite::Database>> found =
      sqlite::Database::Open({.path = options.path, .mode = sqlite::OpenMode::kQueryOnly});
  if (!found.ok()) return false;
  const absl::StatusOr<Meta> meta = ReadMeta(**found);
  // One that is still without its indexes serves nobody.
  return meta.ok() && !meta->building &&
         CheckUsable(**found, schema.readable_since, schema.version - 1, options).ok();
}

absl::Status ViewFile::Seal() {
  absl::Status sealed = database_->Execute("PRAGMA synchronous=FULL;UPDATE meta SET clean=0;");
  if (!sealed.ok()) return NoteFailure(sealed);
  const absl::StatusOr<sqlite::CheckpointResult> moved =
      database_->Checkpoint(sqlite::CheckpointMode::kTruncate);
  if (!moved.ok()) return NoteFailure(moved.status());
  return database_->Execute("PRAGMA synchronous=OFF;");
}

// The mark must be on the disk before the first change that may not be.
absl::Status ViewFile::MarkOpen() {
  const absl::StatusOr<Meta> meta = ReadMeta(*database_);
  if (!meta.ok()) return meta.status();
  building_ = meta->building;
  absl::Status marked = database_->Execute("PRAGMA synchronous=FULL;");
  if (!marked.ok()) return marked;
  absl::StatusOr<sqlite::Statement> update =
      database_->Prepare("UPDATE meta SET clean=0, boot_id=?");
  if (!update.ok()) return update.status();
  marked = update->BindText(1, options_.boot_id).Run();
  if (!marked.ok()) return marked;
  const absl::StatusOr<sqlite::CheckpointResult> moved =
      database_->Checkpoint(sqlite::CheckpointMode::kTruncate);
  if (!moved.ok()) return moved.status();
  marked = database_->Execute("PRAGMA synchronous=OFF;");
  if (!marked.ok()) return marked;
  return SetCache();
}

// Twice: the file's pages must be on the disk before the mark that vouches for them. The first
// update makes sure that there is a page to move, without which SQLite would not sync the file.
absl::Status ViewFile::MarkClean() {
  absl::Status marked = database_->Execute("PRAGMA synchronous=FULL;");
  for (const char* const update :
       {"UPDATE meta SET clean=0, building=building;", "UPDATE meta SET clean=1;"}) {
    if (!marked.ok()) return marked;
    marked = database_->Execute(update);
    if (!marked.ok()) return marked;
    const absl::StatusOr<sqlite::CheckpointResult> moved =
        database_->Checkpoint(sqlite::CheckpointMode::kTruncate);
    marked = moved.status();
  }
  return marked;
}

ViewFile::~ViewFile() {
  if (damaged_ || abandoned_) return;
  // A failure leaves the mark as it is: the file is then good for this boot only.
  (void)MarkClean();
}

absl::Status ViewFile::SetCache() {
  return database_->Execute(absl::StrCat(
      "PRAGMA cache_size=-", building_ ? options_.cache_kib_building : options_.cache_kib_live,
      ";PRAGMA shrink_memory;"));
}

absl::StatusOr<std::optional<ViewCheckpoint>> ReadViewCheckpoint(sqlite::Database& database) {
  absl::StatusOr<sqlite::Statement*> read = database.PrepareCached(
      "SELECT commit_position,prepare_position,order_id,revision,event_id,created,events_applied"
      " FROM checkpoint WHERE id=1");
  if (!read.ok()) return read.status();
  const sqlite::ResetAtExit reset(**read);
  const absl::StatusOr<bool> row = (*read)->Step();
  if (!row.ok()) return row.status();
  if (!*row) return std::nullopt;
  return ViewCheckpoint{
      .position = {.commit = static_cast<std::uint64_t>((*read)->ColumnInt64(0)),
                   .prepare = static_cast<std::uint64_t>((*read)->ColumnInt64(1))},
      .order_id = {std::string((*read)->ColumnText(2))},
      .revision = static_cast<std::uint64_t>((*read)->ColumnInt64(3)),
      .event_id = std::string((*read)->ColumnText(4)),
      .created = absl::FromUnixNanos((*read)->ColumnInt64(5)),
      .events_applied = static_cast<std::uint64_t>((*read)->ColumnInt64(6))};
}

absl::StatusOr<std::optional<ViewCheckpoint>> ViewFile::ReadCheckpoint() {
  absl::StatusOr<std::optional<ViewCheckpoint>> checkpoint = ReadViewCheckpoint(*database_);
  if (!checkpoint.ok()) return NoteFailure(checkpoint.status());
  return checkpoint;
}

absl::Status ViewFile::WriteCheckpoint(const ViewCheckpoint& checkpoint) {
  absl::StatusOr<sqlite::Statement*> write =
      database_->PrepareCached("INSERT OR REPLACE INTO checkpoint VALUES(1,?,?,?,?,?,?,?)");
  if (!write.ok()) return write.status();
  return (*write)
      ->BindInt64(1, static_cast<std::int64_t>(checkpoint.position.commit))
      .BindInt64(2, static_cast<std::int64_t>(checkpoint.position.prepare))
      .BindTextView(3, checkpoint.order_id.value)
      .BindInt64(4, static_cast<std::int64_t>(checkpoint.revision))
      .BindTextView(5, checkpoint.event_id)
      .BindInt64(6, absl::ToUnixNanos(checkpoint.created))
      .BindInt64(7, static_cast<std::int64_t>(checkpoint.events_applied))
      .Run();
}

absl::Status ViewFile::Commit(const ViewCheckpoint& checkpoint,
                              absl::FunctionRef<absl::Status()> write) {
  absl::Status committed = Tidy();
  if (committed.ok()) {
    absl::StatusOr<sqlite::Transaction> transaction =
        sqlite::Transaction::Begin(*database_, sqlite::TransactionKind::kWrite);
    committed = transaction.status();
    if (committed.ok()) committed = write();
    if (committed.ok()) committed = dead_letters_.Write();
    if (committed.ok()) committed = WriteCheckpoint(checkpoint);
    if (committed.ok()) committed = transaction->Commit();
  }
  dead_letters_.Discard();
  return NoteFailure(committed);
}

absl::Status ViewFile::Tidy() {
  const int pages_max =
      building_ ? options_.checkpoint_pages_building : options_.checkpoint_pages_live;
  if (database_->wal_pages() < pages_max) return absl::OkStatus();
  const absl::StatusOr<sqlite::CheckpointResult> moved =
      database_->Checkpoint(sqlite::CheckpointMode::kPassive);
  return moved.ok() ? absl::OkStatus() : NoteFailure(moved.status());
}

absl::Status ViewFile::FinishBuild() {
  absl::StatusOr<sqlite::Transaction> transaction =
      sqlite::Transaction::Begin(*database_, sqlite::TransactionKind::kWrite);
  if (!transaction.ok()) return transaction.status();
  for (const std::string& index : schema_.indexes) {
    if (absl::Status stop = CheckInterrupted(); !stop.ok()) return stop;
    if (absl::Status made = database_->Execute(index); !made.ok()) return NoteFailure(made);
  }
  absl::Status marked = database_->Execute("UPDATE meta SET building=0;");
  if (!marked.ok()) return NoteFailure(marked);
  if (absl::Status committed = transaction->Commit(); !committed.ok()) {
    return NoteFailure(committed);
  }
  building_ = false;
  if (absl::Status tidied = Tidy(); !tidied.ok()) return tidied;
  return SetCache();
}

void ViewFile::Interrupt() {
  interrupted_ = true;
  database_->Interrupt();
}

absl::Status ViewFile::CheckInterrupted() const {
  if (!interrupted_) return absl::OkStatus();
  return absl::DeadlineExceededError("interrupted");
}

absl::Status ViewFile::NoteFailure(const absl::Status& status) {
  if (!absl::IsDataLoss(status) || damaged_) return status;
  damaged_ = true;
  std::ofstream(DamagedMark(options_.path)) << status.ToString() << "\n";
  return status;
}

}  // namespace orders::infrastructure
