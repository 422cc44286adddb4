#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

#include "eventstoredb/event_store.h"
#include "eventstoredb/node/embedded_event_store.h"
#include "infrastructure/node/log_file.h"
#include "infrastructure/sqlite/database.h"

namespace eventstoredb {

/// Some events read in one short transaction.
struct EventPage {
  std::vector<RecordedEvent> events;
  std::size_t examined = 0;       ///< Rows looked at.
  std::uint64_t examined_to = 0;  ///< Position of the last one; as asked if none.
  bool at_end = false;            ///< Nothing lay behind, when the page was read.
  absl::Status status;            ///< Of what follows `events`.
};

/// Reads pages of the log, on a bounded number of connections. Thread-safe.
class LogReader {
 public:
  /// `shared` (of a log in memory) is used for all reads, under `shared_mutex()`; else null.
  LogReader(LogPlace place, const EmbeddedEventStoreOptions& options, sqlite::Database* shared);

  /// Null for a log on disk: there readers and the writer have connections of their own.
  absl::Mutex* shared_mutex() { return shared_ == nullptr ? nullptr : &shared_mutex_; }

  /// Waits for the pages that are being read; all further ones are Unavailable.
  void Close();

  struct StreamQuery {
    std::string stream;
    Direction direction = Direction::kForwards;
    std::uint64_t from = 0;  ///< Inclusive, in the direction.
    std::size_t events_max = 0;
    absl::Time deadline = absl::InfiniteFuture();
  };
  /// Events from `from` on, revisions contiguous. Errors: NotFound, no such stream;
  /// DeadlineExceeded.
  absl::StatusOr<EventPage> ReadStream(const StreamQuery& query);

  struct AllQuery {
    Direction direction = Direction::kForwards;
    std::uint64_t bound = 0;  ///< Exclusive: above it forwards, below it backwards.
    const FilterMatcher* filter = nullptr;
    std::size_t events_max = 0;
    std::size_t examined_max = 0;
    absl::Time deadline = absl::InfiniteFuture();
  };
  absl::StatusOr<EventPage> ReadAll(const AllQuery& query);

  /// Runs `work` on a connection of its own.
  absl::Status With(absl::Time deadline, absl::FunctionRef<absl::Status(sqlite::Database&)> work);

 private:
  // A connection with the types that it has looked up: ids never change their meaning.
  struct Connection {
    std::unique_ptr<sqlite::Database> owned;
    sqlite::Database* database = nullptr;
    std::unordered_map<std::int64_t, std::string> types;
  };
  class Lease;

  absl::StatusOr<Connection*> Acquire(absl::Time deadline);
  void Release(Connection* connection);
  static absl::StatusOr<const std::string*> TypeName(Connection& connection, std::int64_t id);
  absl::Status FillStreamPage(Connection& connection, const StreamQuery& query, EventPage& page);
  absl::Status FillAllPage(Connection& connection, const AllQuery& query, EventPage& page);

  const LogPlace place_;
  const EmbeddedEventStoreOptions options_;
  sqlite::Database* const shared_;
  absl::Mutex shared_mutex_;
  absl::Mutex mutex_;
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::unique_ptr<Connection>> connections_ ABSL_GUARDED_BY(mutex_);
  std::vector<Connection*> idle_ ABSL_GUARDED_BY(mutex_);
  std::size_t opening_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace eventstoredb
