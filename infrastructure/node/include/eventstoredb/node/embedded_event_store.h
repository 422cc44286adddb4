#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "eventstoredb/event_store.h"
#include "eventstoredb/node/distribution.h"
#include "eventstoredb/node/read_pages.h"
#include "eventstoredb/uuid.h"

namespace eventstoredb {

struct EmbeddedEventStoreOptions {
  /// Made (0700) if missing; its parent must exist. Files inside are 0600.
  std::string directory;
  /// No files, nothing kept; the other options hold. `directory` is not looked at.
  bool in_memory = false;

  /// Names such as $ce-order are streams of links that the store answers from its index, and nobody
  /// else's to write (docs/architecture.md, "System projections"). False: streams like others, and
  /// no index; what is missing in it is added by the first Open that wants it, at 1 to 2 million
  /// events a second.
  bool system_projections = false;

  std::size_t append_bytes_max = 1'048'576;  ///< Of one append: sum of its data (section 3.3).
  std::size_t event_bytes_max = 16'767'216;  ///< Of one event: data, metadata, type and stream.
  std::size_t events_per_append_max = 10'000;
  std::size_t stream_name_bytes_max = 1'024;
  std::size_t type_bytes_max = 1'024;
  std::size_t appends_in_flight_max = 4'096;           ///< Then ResourceExhausted at once.
  std::size_t in_flight_bytes_max = 64 * 1024 * 1024;  ///< Then ResourceExhausted at once.
  std::size_t group_events_max = 4'096;           ///< Events per sync; one append may exceed it.
  std::size_t group_bytes_max = 8 * 1024 * 1024;  ///< Bytes per sync; one append may exceed it.
  std::size_t recent_events_max = 65'536;         ///< Kept in memory for live subscriptions.
  std::size_t recent_bytes_max = 64 * 1024 * 1024;
  std::size_t streams_cached_max = 100'000;  ///< Heads kept in memory.
  std::size_t readers_max = 8;               ///< Connections; a further read waits.
  std::size_t page_events_max = 512;         ///< Of one read transaction.
  std::size_t page_bytes_max = 4 * 1024 * 1024;
  /// A filtered subscription says a Checkpoint when it has examined this many events.
  std::size_t checkpoint_interval_events = 1'000;
  int wal_pages_idle_max = 1'000;  ///< Checkpointed from here on when no append waits. 4 KiB each.
  int wal_pages_busy_max = 4'096;  ///< Checkpointed from here on in any case.
  int wal_pages_max = 65'536;      ///< Appends are ResourceExhausted until a checkpoint succeeds.
  absl::Duration witness_sync_interval = absl::Seconds(1);  ///< Zero: with every group.
  /// Below this much free disk appends are ResourceExhausted and reads go on.
  std::uint64_t free_space_min_bytes = 256ULL * 1024 * 1024;
  int free_space_min_percent = 5;  ///< Of the file system; the larger of the two counts.

  /// The log ends before what was once acknowledged, an operator has seen that, and wants to go on
  /// from the log's end, which must be at this position: see TruncationToAccept. Mints a new
  /// generation. Of a log that is whole it is InvalidArgument, so it cannot stay set by mistake.
  std::optional<std::uint64_t> accept_truncation;
  /// The files were restored or imported: checkpoints and tokens made before must not fit.
  bool new_generation = false;

  std::function<absl::Time()> clock;  ///< Empty: the system's.
  /// Called once, from the store's thread, after a failed write or sync was answered: what is on
  /// disk is unknown until the log is opened anew. Empty: one line to stderr and _exit(74).
  std::function<void(const absl::Status&)> on_fatal;

  std::string vfs;  ///< For tests: a registered SQLite VFS to use as the disk.
  /// For tests: false loses acknowledged appends at a power cut.
  bool durability_for_tests = true;
};

/// Of an error of EmbeddedEventStore::Open: where the log ends, if that is all that is wrong with
/// it, and so what EmbeddedEventStoreOptions::accept_truncation would have to be.
std::optional<std::uint64_t> TruncationToAccept(const absl::Status& status);

struct EmbeddedEventStoreStats {
  std::uint64_t groups = 0;  ///< Commits, each with one sync.
  /// Events of a group.
  Distribution<10> group_events{.bounds = {1, 2, 4, 8, 16, 32, 64, 128, 512, 2'048}};
  /// Of COMMIT with its sync, in seconds.
  Distribution<12> commit_seconds{
      .bounds = {.00025, .0005, .001, .0025, .005, .01, .025, .05, .1, .25, 1, 5}};
  std::uint64_t events = 0;       ///< Written since open.
  std::uint64_t event_bytes = 0;  ///< Their data and metadata.
  std::uint64_t appends_written = 0;
  std::uint64_t appends_idempotent = 0;
  std::uint64_t appends_refused = 0;     ///< Wrong expected revision, or deleted.
  std::uint64_t appends_overloaded = 0;  ///< Too many in flight.
  std::uint64_t appends_no_space = 0;    ///< Too little disk is free, or the WAL cannot be emptied.
  std::uint64_t appends_in_flight = 0;
  std::uint64_t checkpoints = 0;
  int wal_pages = 0;                ///< After the last commit; 4 KiB each.
  std::uint64_t last_position = 0;  ///< Of the last durable event or empty append; 0: none.
};

struct BackupSummary {
  std::uint64_t last_position = 0;  ///< Of the last event in it; 0: none.
  std::uint64_t bytes = 0;          ///< Of the copied log.
};

/// An EventStore in a directory of this machine (docs/storage-format.md): SQLite, one writer thread
/// with group commit. An append is answered after the sync of its group; a position once answered
/// is never handed out again. What is refused without a look at the log (InvalidArgument, too many
/// in flight, closing) is answered on the caller's thread, all else on the writer's. An append to a
/// stream whose stored events cannot be read is DataLoss: nothing written, others go on.
class EmbeddedEventStore : public EventStore {
 public:
  /// Errors, and the exit code a program should end with:
  ///   DataLoss            65: the log is corrupt, or shorter than what it had acknowledged
  ///   NotFound            73: the parent directory is missing
  ///   OutOfRange          73: the path is a file, or the directory cannot be made
  ///   Unavailable         74: an I/O error; ResourceExhausted: the disk is full
  ///   AlreadyExists       75: another process has it open; the text names it
  ///   PermissionDenied    77: not ours to read and write, or a read-only file system
  ///   FailedPrecondition  78: written by a newer version, or not an event store; untouched
  ///   InvalidArgument     78: an option out of range, or accept_truncation of a log that is whole
  static absl::StatusOr<std::unique_ptr<EmbeddedEventStore>> Open(
      EmbeddedEventStoreOptions options);

  /// Reads in steps, for a caller that waits for its own consumer between them. Each step is one
  /// view of the log. A stored event that cannot be read ends a page before it, and is the error of
  /// the page that begins with it. Errors: as ReadStream; InvalidArgument, a bound is zero.
  virtual absl::StatusOr<StreamPage> ReadStreamPage(const StreamPageRequest& request) = 0;
  /// Errors: as ReadAll; InvalidArgument also for a backwards read from behind the log's end.
  virtual absl::StatusOr<AllPage> ReadAllPage(const AllPageRequest& request) = 0;

  /// Who this store is: made when it is created.
  virtual const Uuid& store_id() const = 0;
  /// Counts from 1; one more after each restore, import or accepted truncation.
  virtual std::uint64_t generation() const = 0;
  /// False: the process before this one did not close the store.
  virtual bool was_closed_cleanly() const = 0;
  /// As of the options.
  virtual bool has_system_projections() const = 0;
  /// False: no stream has metadata yet.
  virtual bool may_have_metadata() const = 0;
  /// For caches of what streams say: another number after each write to the metadata of `stream`
  /// and, if its name begins with $, to the stream itself, before that write is answered. What was
  /// read after it was this number holds for as long as it is. May change without cause.
  virtual std::uint64_t ChangeMark(std::string_view stream) const = 0;
  virtual EmbeddedEventStoreStats Stats() const = 0;
  /// Reads everything and checks each event, the hash chain and the indexes. Errors: DataLoss.
  virtual absl::Status Verify(absl::Time deadline) = 0;

  /// Durably: the next Open counts one generation more (see new_generation), however this process
  /// ends. Errors: FailedPrecondition, the store is in memory; as Open.
  virtual absl::Status RequestNewGeneration() = 0;
  /// A consistent copy of the log as it is now, into `directory`, an absolute path that is new or
  /// empty; appends and reads go on, and the write-ahead log is not emptied meanwhile. A store
  /// opened there is of a new generation. One that was cut off is refused by Open.
  /// Blocks; asks `is_cancelled` every few megabytes. Errors: FailedPrecondition, the directory is
  /// not empty or the store is in memory; Cancelled; NotFound, its parent is missing; OutOfRange,
  /// no absolute path, or a file; PermissionDenied; ResourceExhausted, the disk is full;
  /// Unavailable; DataLoss, the log cannot be read.
  virtual absl::StatusOr<BackupSummary> BackUp(const std::string& directory,
                                               absl::FunctionRef<bool()> is_cancelled) = 0;
};

}  // namespace eventstoredb
