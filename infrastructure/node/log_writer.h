#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

#include "eventstoredb/event_store.h"
#include "eventstoredb/node/embedded_event_store.h"
#include "infrastructure/node/append_decision.h"
#include "infrastructure/node/head_witness.h"
#include "infrastructure/node/log_file.h"
#include "infrastructure/node/recent_events.h"
#include "infrastructure/node/store_directory.h"
#include "infrastructure/node/stream_cache.h"

namespace eventstoredb {

/// The one writer of the log: takes appends from a bounded queue, decides and writes as many as are
/// waiting in one transaction, and answers all of them after its sync. Also the only one that
/// checkpoints. Thread-safe.
class LogWriter {
 public:
  /// The references outlive the writer; `witness`, `directory` and `shared_mutex` are null for a
  /// log in memory resp. on disk.
  LogWriter(const EmbeddedEventStoreOptions& options, OpenedLog& log, HeadWitness* witness,
            const StoreDirectory* directory, RecentEvents& recent, absl::Mutex* shared_mutex);
  /// Answers everything that is queued, and closes the log unless it failed.
  ~LogWriter();

  void Start(AppendRequest request, AppendCallback done);
  std::optional<std::optional<std::uint64_t>> KnownHead(const std::string& stream) const;
  std::optional<Position> KnownEnd() const;
  EmbeddedEventStoreStats Stats() const;

 private:
  struct Pending {
    AppendRequest request;
    AppendCallback done;
    CachedStream* stream = nullptr;
    std::size_t bytes = 0;
  };
  using Answer = absl::StatusOr<AppendResult>;
  // What one transaction is about to change.
  struct Group {
    std::vector<Pending> appends;
    std::vector<Answer> answers;
    std::vector<SharedEvent> events;
    std::vector<std::uint32_t> checksums;
    std::vector<CachedStream*> touched;
    std::vector<std::string> new_types;
    LogHead head;
    bool hands_out_bare_position = false;
    std::uint64_t written = 0;
    std::uint64_t idempotent = 0;
    std::uint64_t refused = 0;
  };

  void Run();
  bool TakeGroup(Group& group);
  void DoIdleWork() ABSL_LOCKS_EXCLUDED(mutex_);
  void Process(Group& group);
  absl::Status WriteGroup(Group& group);
  absl::StatusOr<AppendDecision> Decide(Group& group, Pending& append);
  absl::StatusOr<AppendResult> Apply(Group& group, Pending& append, const AppendDecision& decision);
  /// False: it is there already.
  absl::StatusOr<bool> AddStream(CachedStream& stream);
  absl::Status LoadStream(Group& group, const AppendRequest& request, CachedStream& stream);
  absl::StatusOr<std::int64_t> TypeId(Group& group, const std::string& type);
  absl::Status WriteEvents(Group& group, Pending& append);
  absl::Status WriteChain(Group& group);
  absl::Status CheckSpace();
  void Finish(Group& group, const absl::Status& outcome);
  void Checkpoint();
  void Fail(const absl::Status& status);

  const EmbeddedEventStoreOptions options_;
  sqlite::Database& database_;
  const LogIdentity identity_;
  HeadWitness* const witness_;
  const StoreDirectory* const directory_;
  RecentEvents& recent_;
  absl::Mutex* const shared_mutex_;

  // The writer thread's own.
  LogHead head_;
  std::unordered_map<std::string, std::int64_t> type_ids_;
  absl::Time witness_sync_at_ = absl::InfiniteFuture();
  bool failed_ = false;

  mutable absl::Mutex mutex_;
  std::deque<Pending> queue_ ABSL_GUARDED_BY(mutex_);
  StreamCache streams_ ABSL_GUARDED_BY(mutex_);
  std::size_t in_flight_ ABSL_GUARDED_BY(mutex_) = 0;
  std::size_t in_flight_bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  std::uint64_t end_ ABSL_GUARDED_BY(mutex_);
  absl::Status closed_ ABSL_GUARDED_BY(mutex_);
  EmbeddedEventStoreStats stats_ ABSL_GUARDED_BY(mutex_);
  std::thread thread_;
};

}  // namespace eventstoredb
