#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

#include "infrastructure/node/log_file.h"
#include "infrastructure/node/stream_metadata.h"
#include "infrastructure/sqlite/database.h"

namespace eventstoredb {

/// A connection with what it has looked up and what never changes: the names of types, and
/// the metadata in an event. Used by one thread at a time.
class ReadConnection {
 public:
  sqlite::Database& database() { return *database_; }

  /// The name of a type's id; good until the next call. Error: DataLoss, it has none.
  absl::StatusOr<const std::string*> TypeName(std::int64_t id);
  /// What the last event of `metastream`, at `revision`, says about its stream.
  absl::StatusOr<StreamVisibility> Metadata(std::int64_t metastream_id,
                                            const std::string& metastream, std::uint64_t revision);

 private:
  friend class ReadConnections;
  struct KnownMetadata {
    std::uint64_t revision = 0;
    StreamVisibility parsed;
  };
  std::unique_ptr<sqlite::Database> owned_;
  sqlite::Database* database_ = nullptr;
  std::unordered_map<std::int64_t, std::string> types_;
  std::unordered_map<std::int64_t, KnownMetadata> metadata_;  // By the metastream's id.
};

/// A bounded number of connections to read with, opened as they are needed. Thread-safe.
class ReadConnections {
 public:
  /// `shared` (of a log in memory) is used for all reads, under `shared_mutex()`; else null.
  ReadConnections(LogPlace place, std::size_t connections_max, sqlite::Database* shared);

  /// Null for a log on disk: there readers and the writer have connections of their own.
  absl::Mutex* shared_mutex() { return shared_ == nullptr ? nullptr : &shared_mutex_; }

  /// Has a connection to itself; what still runs on it at the deadline ends.
  class Lease {
   public:
    Lease(Lease&& other) noexcept
        : connections_(other.connections_),
          connection_(std::exchange(other.connection_, nullptr)) {}
    Lease& operator=(Lease&&) = delete;
    ~Lease();
    ReadConnection& operator*() const { return *connection_; }
    ReadConnection* operator->() const { return connection_; }

   private:
    friend class ReadConnections;
    Lease(ReadConnections& connections, ReadConnection* connection)
        : connections_(connections), connection_(connection) {}
    ReadConnections& connections_;
    ReadConnection* connection_;
  };
  /// Waits for a free one. Errors: DeadlineExceeded; Unavailable after Close.
  absl::StatusOr<Lease> Take(absl::Time deadline);

  /// Waits for the leases that are out; no further ones are given.
  void Close();

 private:
  absl::StatusOr<ReadConnection*> Acquire(absl::Time deadline);
  void Release(ReadConnection* connection);

  const LogPlace place_;
  const std::size_t connections_max_;
  sqlite::Database* const shared_;
  absl::Mutex shared_mutex_;
  absl::Mutex mutex_;
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::unique_ptr<ReadConnection>> connections_ ABSL_GUARDED_BY(mutex_);
  std::vector<ReadConnection*> idle_ ABSL_GUARDED_BY(mutex_);
  std::size_t opening_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace eventstoredb
