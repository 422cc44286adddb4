#include "infrastructure/node/log_file.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <string_view>
#include <utility>

#include <sqlite3.h>

#include "absl/strings/str_cat.h"

#include "infrastructure/node/checked_vfs.h"
#include "infrastructure/node/link_index.h"
#include "infrastructure/node/log_meta.h"
#include "infrastructure/node/log_verification.h"
#include "infrastructure/node/random_uuid.h"
#include "infrastructure/node/stream_lookup.h"
#include "infrastructure/node/vfs_file.h"
#include "infrastructure/node/witness_check.h"
#include "infrastructure/sqlite/transaction.h"

namespace eventstoredb {
namespace {

constexpr std::int64_t kApplicationId = 0x4F455331;  // "OES1"
// 1 knew no deleted streams, 2 no index of links, 3 none by correlation.
constexpr std::int64_t kFormatVersion = 4;
constexpr std::int64_t kFirstVersionWithLinks = 4;
constexpr int kWriterCacheKib = 32 * 1024;
constexpr int kReaderCacheKib = 2 * 1024;

constexpr std::string_view kSchema = R"sql(
CREATE TABLE meta(key TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID;
CREATE TABLE streams(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE types(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE events(
  position INTEGER PRIMARY KEY,
  stream INTEGER NOT NULL,
  revision INTEGER NOT NULL,
  type INTEGER NOT NULL,
  id BLOB NOT NULL,
  flags INTEGER NOT NULL,
  created INTEGER NOT NULL,
  data BLOB NOT NULL,
  metadata BLOB NOT NULL,
  crc INTEGER NOT NULL,
  chain BLOB);
CREATE UNIQUE INDEX events_by_stream ON events(stream, revision);
CREATE INDEX events_by_id ON events(stream, id);
)sql";

std::uint32_t BigEndian32(std::string_view header, std::size_t offset) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    value = (value << 8) | static_cast<unsigned char>(header[offset + i]);
  }
  return value;
}

// Looks at the file's header before SQLite does: a file of a newer version stays as it is.
absl::Status CheckHeader(const std::string& path, const std::string& vfs) {
  constexpr int kHeaderBytes = 100;
  constexpr std::size_t kReservedOffset = 20;
  constexpr std::size_t kUserVersionOffset = 60;
  constexpr std::size_t kApplicationIdOffset = 68;
  constexpr std::string_view kSqliteMagic("SQLite format 3\0", 16);
  absl::StatusOr<VfsFile> file = VfsFile::Open(vfs, path);
  if (!file.ok()) return file.status();
  const absl::StatusOr<std::string> header = file->Read(0, kHeaderBytes);
  if (!header.ok()) return header.status();
  if (header->empty()) return absl::OkStatus();
  if (header->size() < kHeaderBytes || !header->starts_with(kSqliteMagic)) {
    // The power may have gone while the file was made: then the journal of that is still there, and
    // SQLite makes the file empty again.
    const absl::StatusOr<bool> being_made = VfsFile::Exists(vfs, path + "-journal");
    if (!being_made.ok()) return being_made.status();
    if (*being_made) return absl::OkStatus();
    return absl::DataLossError(absl::StrCat(path, " does not begin like a log"));
  }
  // Ours keep room for a checksum in each page, from the first write on.
  const bool has_checksums = static_cast<unsigned char>((*header)[kReservedOffset]) != 0;
  const std::int64_t application_id = BigEndian32(*header, kApplicationIdOffset);
  const std::int64_t version = BigEndian32(*header, kUserVersionOffset);
  if (!has_checksums || (application_id != 0 && application_id != kApplicationId)) {
    return absl::FailedPreconditionError(absl::StrCat(path, " is not an event store"));
  }
  if (version > kFormatVersion) {
    return absl::FailedPreconditionError(absl::StrCat(path, " has format version ", version,
                                                      "; this program knows up to ", kFormatVersion,
                                                      ": use a newer one"));
  }
  return absl::OkStatus();
}

absl::Status CreateLog(sqlite::Database& database) {
  const absl::StatusOr<Uuid> id = MakeRandomUuid();
  if (!id.ok()) return id.status();
  absl::StatusOr<sqlite::Transaction> transaction =
      sqlite::Transaction::Begin(database, sqlite::TransactionKind::kWrite);
  if (!transaction.ok()) return transaction.status();
  absl::Status made =
      database.Execute(absl::StrCat(std::string(kSchema), std::string(kLinkSchema)));
  if (made.ok()) {
    made = database.Execute(absl::StrCat("PRAGMA application_id=", kApplicationId,
                                         ";PRAGMA user_version=", kFormatVersion));
  }
  if (made.ok()) made = PutMeta(database, "store_id", id->ToString());
  if (made.ok()) made = PutMeta(database, "generation", "1");
  if (made.ok()) made = PutMeta(database, "closed", "1");
  if (!made.ok()) return made;
  if (const absl::Status committed = transaction->Commit(); !committed.ok()) return committed;
  // The version must stand in the file itself, where CheckHeader looks.
  return database.Checkpoint(sqlite::CheckpointMode::kTruncate).status();
}

absl::Status Expect(sqlite::Database& database, const std::string& pragma,
                    const std::string& expected) {
  const absl::StatusOr<std::string> found = database.QueryText(absl::StrCat("PRAGMA ", pragma));
  if (!found.ok()) return found.status();
  if (*found == expected) return absl::OkStatus();
  return absl::InternalError(absl::StrCat("PRAGMA ", pragma, " is ", *found, ", not ", expected));
}

// What the promises rest on is asserted, not assumed.
absl::Status ConfigureWriter(sqlite::Database& database, const EmbeddedEventStoreOptions& options) {
  absl::Status done = database.Execute(absl::StrCat(
      "PRAGMA page_size=4096;PRAGMA cache_spill=OFF;PRAGMA cache_size=-", kWriterCacheKib));
  if (!done.ok() || options.in_memory) return done;
  // Of a file that exists this changes nothing.
  int reserved = CheckedVfs::kReservedBytes;
  sqlite3_file_control(database.handle(), "main", SQLITE_FCNTL_RESERVE_BYTES, &reserved);
  done = database.Execute("PRAGMA journal_mode=WAL");
  if (done.ok()) done = Expect(database, "journal_mode", "wal");
  const bool durable = options.durability_for_tests;
  if (done.ok())
    done = database.Execute(durable ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=OFF");
  if (done.ok()) done = Expect(database, "synchronous", durable ? "2" : "0");
  if (done.ok()) done = Expect(database, "page_size", absl::StrCat(CheckedVfs::kPageBytes));
  reserved = -1;
  sqlite3_file_control(database.handle(), "main", SQLITE_FCNTL_RESERVE_BYTES, &reserved);
  if (done.ok() && reserved != CheckedVfs::kReservedBytes) {
    return absl::DataLossError("the log's pages have no room for checksums");
  }
  return done;
}

// Marks the log as open, and as of this version: an older program would show what is deleted, and
// leave holes in the index of links.
absl::Status MarkOpen(sqlite::Database& database, OpenedLog& log, std::uint64_t generation,
                      bool wants_links) {
  const bool new_generation = generation != log.identity.generation;
  const absl::StatusOr<std::int64_t> version = database.QueryInt64("PRAGMA user_version");
  if (!version.ok()) return version.status();
  const bool is_older = *version < kFormatVersion;
  const bool has_links = *version >= kFirstVersionWithLinks;
  const absl::StatusOr<std::uint64_t> stored_from = GetMetaNumber(database, kLinksFrom);
  if (!stored_from.ok()) return stored_from.status();
  const bool is_index_whole = has_links && *stored_from == 0;
  std::uint64_t links_from = has_links ? *stored_from : 1;
  if (is_index_whole) links_from = log.head.position + 1;
  const bool fills_index = wants_links && log.head.position + 1 > links_from + kUnwrittenEventsMax;
  const bool marks_links = !has_links || is_index_whole || fills_index;
  // Marked already: a store on a full disk must open without a write.
  if (!log.identity.was_closed_cleanly && !new_generation && !is_older && !marks_links) {
    return absl::OkStatus();
  }
  absl::StatusOr<sqlite::Transaction> transaction =
      sqlite::Transaction::Begin(database, sqlite::TransactionKind::kWrite);
  if (!transaction.ok()) return transaction.status();
  absl::Status put = PutMeta(database, "closed", "0");
  if (put.ok() && is_older) {
    put = database.Execute(absl::StrCat("PRAGMA user_version=", kFormatVersion));
  }
  if (put.ok() && !has_links) {
    put = database.Execute(absl::StrCat(
        "DROP TABLE IF EXISTS links;DROP TABLE IF EXISTS link_streams;", std::string(kLinkSchema)));
  }
  if (put.ok() && marks_links) put = PutMeta(database, kLinksFrom, absl::StrCat(links_from));
  if (put.ok() && fills_index) put = LinkIndex(database).Fill(log.head.position);
  if (new_generation) {
    log.identity.generation = generation;
    if (put.ok()) put = PutMeta(database, "generation", absl::StrCat(log.identity.generation));
    if (put.ok()) put = PutMeta(database, "position", absl::StrCat(log.head.position));
  }
  if (!put.ok()) return put;
  if (const absl::Status committed = transaction->Commit(); !committed.ok()) return committed;
  if (!is_older) return absl::OkStatus();
  // The version must stand in the file itself, where CheckHeader looks.
  return database.Checkpoint(sqlite::CheckpointMode::kTruncate).status();
}

absl::StatusOr<bool> IsFresh(sqlite::Database& database) {
  const absl::StatusOr<std::int64_t> application_id = database.QueryInt64("PRAGMA application_id");
  if (!application_id.ok()) return application_id.status();
  if (*application_id == kApplicationId) return false;
  const absl::StatusOr<std::int64_t> tables =
      database.QueryInt64("SELECT count(*) FROM sqlite_schema");
  if (!tables.ok()) return tables.status();
  if (*tables == 0) return true;
  return absl::FailedPreconditionError("the file is an SQLite database, but not an event store");
}

}  // namespace

absl::StatusOr<LogIdentity> ReadLogIdentity(sqlite::Database& database) {
  const absl::StatusOr<std::optional<std::string>> id = GetMeta(database, "store_id");
  if (!id.ok()) return id.status();
  const std::optional<Uuid> store_id = Uuid::Parse(id->value_or(""));
  const absl::StatusOr<std::uint64_t> generation = GetMetaNumber(database, "generation");
  if (!generation.ok()) return generation.status();
  const absl::StatusOr<std::uint64_t> closed = GetMetaNumber(database, "closed");
  if (!closed.ok()) return closed.status();
  if (!store_id.has_value() || *generation == 0) {
    return absl::DataLossError("the log does not say who it is");
  }
  return LogIdentity{*store_id, *generation, *closed == 1};
}

absl::StatusOr<LogHead> ReadLogHead(sqlite::Database& database) {
  LogHead head;
  absl::StatusOr<sqlite::Statement> last =
      database.Prepare("SELECT position,created,chain FROM events ORDER BY position DESC LIMIT 1");
  if (!last.ok()) return last.status();
  const absl::StatusOr<bool> row = last->Step();
  if (!row.ok()) return row.status();
  if (*row) {
    head.event_position = RowPosition(*last);
    head.created_micros = last->ColumnInt64(1);
    const std::string_view chain = last->ColumnBlob(2);
    if (chain.size() != head.chain.size()) {
      return absl::DataLossError("the last event of the log carries no chain");
    }
    std::memcpy(head.chain.data(), chain.data(), chain.size());
  }
  const absl::StatusOr<std::uint64_t> handed_out = GetMetaNumber(database, "position");
  if (!handed_out.ok()) return handed_out.status();
  head.position = std::max(head.event_position, *handed_out);
  return head;
}

absl::StatusOr<OpenedLog> OpenLog(const LogPlace& place, const EmbeddedEventStoreOptions& options,
                                  HeadWitness* witness) {
  if (!options.in_memory) {
    if (const absl::Status fits = CheckHeader(place.path, options.vfs); !fits.ok()) return fits;
  }
  OpenedLog log;
  absl::StatusOr<std::unique_ptr<sqlite::Database>> opened =
      sqlite::Database::Open({.path = options.in_memory ? ":memory:" : place.path,
                              .mode = sqlite::OpenMode::kReadWriteCreate,
                              .vfs = options.in_memory ? "" : place.vfs,
                              .checkpoint_pages = 0,
                              .checkpoint_on_close = false});
  if (!opened.ok()) return opened.status();
  log.writer = *std::move(opened);
  sqlite::Database& database = *log.writer;
  if (const absl::Status done = ConfigureWriter(database, options); !done.ok()) return done;

  const absl::StatusOr<bool> fresh = IsFresh(database);
  if (!fresh.ok()) return fresh.status();
  const std::optional<WitnessedHead> witnessed =
      witness == nullptr ? std::nullopt : witness->found();
  if (*fresh) {
    if (witnessed.has_value()) {
      return absl::DataLossError(absl::StrCat("the log is empty, but position ",
                                              witnessed->position, " was acknowledged"));
    }
    if (const absl::Status made = CreateLog(database); !made.ok()) return made;
  }
  const absl::StatusOr<LogIdentity> identity = ReadLogIdentity(database);
  if (!identity.ok()) return identity.status();
  log.identity = *identity;
  if (!log.identity.was_closed_cleanly) {
    if (const absl::Status checked = CheckAfterUncleanEnd(database); !checked.ok()) return checked;
  }
  const absl::StatusOr<LogHead> head = ReadLogHead(database);
  if (!head.ok()) return head.status();
  log.head = *head;
  const absl::StatusOr<WitnessVerdict> verdict =
      CheckWitness(database, log.identity, log.head, witnessed, options.accept_truncation);
  if (!verdict.ok()) return verdict.status();
  log.head.position = verdict->position_floor;
  const absl::StatusOr<bool> has_metastreams = HasMetastreams(database);
  if (!has_metastreams.ok()) return has_metastreams.status();
  log.has_metastreams = *has_metastreams;
  // Not before the log was found whole: one that is refused stays as it is.
  if (!log.identity.was_closed_cleanly) {
    // After a failed sync pages may be clean in memory and not on disk: everything is written anew.
    const auto moved = database.Checkpoint(sqlite::CheckpointMode::kTruncate);
    // A full disk keeps appends out, not reads.
    if (!moved.ok() && !absl::IsResourceExhausted(moved.status())) return moved.status();
  }
  const bool new_generation = options.new_generation || options.accept_truncation.has_value();
  // Above the witnessed one too: tokens of a generation that was lost must not fit this one.
  const std::uint64_t generation =
      new_generation ? verdict->generation_floor + 1 : log.identity.generation;
  const absl::Status marked = MarkOpen(database, log, generation, options.system_projections);
  if (!marked.ok()) return marked;
  if (witness == nullptr) return log;
  absl::Status written = witness->Write({.store_id = log.identity.store_id,
                                         .generation = log.identity.generation,
                                         .position = log.head.position,
                                         .event_position = log.head.event_position,
                                         .chain = log.head.chain});
  if (written.ok()) written = witness->Sync();
  if (!written.ok()) return written;
  return log;
}

absl::StatusOr<std::unique_ptr<sqlite::Database>> OpenLogReader(const LogPlace& place) {
  absl::StatusOr<std::unique_ptr<sqlite::Database>> reader = sqlite::Database::Open(
      {.path = place.path, .mode = sqlite::OpenMode::kQueryOnly, .vfs = place.vfs});
  if (!reader.ok()) return reader.status();
  const absl::Status done =
      (*reader)->Execute(absl::StrCat("PRAGMA cache_size=-", kReaderCacheKib));
  if (!done.ok()) return done;
  return reader;
}

absl::Status CloseLog(sqlite::Database& writer) {
  if (const absl::Status put = PutMeta(writer, "closed", "1"); !put.ok()) return put;
  return writer.Checkpoint(sqlite::CheckpointMode::kTruncate).status();
}

}  // namespace eventstoredb
