#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

#include "eventstoredb/event_store.h"
#include "eventstoredb/node/embedded_event_store.h"
#include "infrastructure/node/group_writer.h"
#include "infrastructure/node/head_witness.h"
#include "infrastructure/node/log_file.h"
#include "infrastructure/node/recent_events.h"
#include "infrastructure/node/store_directory.h"
#include "infrastructure/node/stream_cache.h"
#include "infrastructure/node/stream_changes.h"
#include "infrastructure/node/write_group.h"

namespace eventstoredb {

/// The one writer of the log: takes appends from a bounded queue, decides and writes as many as are
/// waiting in one transaction, and answers all of them after its sync. Also the only one that
/// checkpoints. Thread-safe.
class LogWriter {
 public:
  /// The references outlive the writer; `witness`, `directory` and `shared_mutex` are null for a
  /// log in memory resp. on disk.
  LogWriter(const EmbeddedEventStoreOptions& options, OpenedLog& log, HeadWitness* witness,
            const StoreDirectory* directory, RecentEvents& recent, absl::Mutex* shared_mutex,
            std::atomic<bool>& has_metastreams);
  /// Answers everything that is queued, and closes the log unless it failed.
  ~LogWriter();

  void Start(AppendRequest request, AppendCallback done);
  void StartDelete(DeleteRequest request, DeleteCallback done);
  std::optional<std::optional<std::uint64_t>> KnownHead(const std::string& stream) const;
  std::optional<Position> KnownEnd() const;
  EmbeddedEventStoreStats Stats() const;
  const StreamChanges& changes() const { return changes_; }

 private:
  void Run();
  void Enqueue(PendingWrite write);
  bool TakeGroup(WriteGroup& group);
  void DoIdleWork() ABSL_LOCKS_EXCLUDED(mutex_);
  void Process(WriteGroup& group);
  absl::Status CommitGroup(WriteGroup& group);
  absl::Status CheckSpace();
  void Finish(WriteGroup& group, const absl::Status& outcome);
  void Checkpoint();
  void Fail(const absl::Status& status);

  const EmbeddedEventStoreOptions options_;
  sqlite::Database& database_;
  const LogIdentity identity_;
  HeadWitness* const witness_;
  const StoreDirectory* const directory_;
  RecentEvents& recent_;
  absl::Mutex* const shared_mutex_;
  StreamChanges changes_;

  // The writer thread's own.
  LogHead head_;
  GroupWriter group_writer_;
  absl::Time witness_sync_at_ = absl::InfiniteFuture();
  bool failed_ = false;

  mutable absl::Mutex mutex_;
  std::deque<PendingWrite> queue_ ABSL_GUARDED_BY(mutex_);
  StreamCache streams_ ABSL_GUARDED_BY(mutex_);
  std::size_t in_flight_ ABSL_GUARDED_BY(mutex_) = 0;
  std::size_t in_flight_bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  std::uint64_t end_ ABSL_GUARDED_BY(mutex_);
  absl::Status closed_ ABSL_GUARDED_BY(mutex_);
  EmbeddedEventStoreStats stats_ ABSL_GUARDED_BY(mutex_);
  std::thread thread_;
};

}  // namespace eventstoredb
