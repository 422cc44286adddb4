#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "eventstoredb/node/embedded_event_store.h"
#include "eventstoredb/uuid.h"
#include "infrastructure/node/event_row.h"
#include "infrastructure/node/head_witness.h"
#include "infrastructure/sqlite/database.h"

namespace eventstoredb {

/// Where the log ends.
struct LogHead {
  std::uint64_t position = 0;        ///< The last one handed out, to an event or an empty append.
  std::uint64_t event_position = 0;  ///< Of the last event; 0: none.
  ChainHash chain{};                 ///< Of the last event.
  std::int64_t created_micros = 0;   ///< Of the last event.
};

struct LogIdentity {
  Uuid store_id;
  std::uint64_t generation = 0;
  bool was_closed_cleanly = true;
};

struct OpenedLog {
  std::unique_ptr<sqlite::Database> writer;
  LogIdentity identity;
  LogHead head;
  bool has_metastreams = false;  ///< Some stream has metadata.
};

/// Where a log lies. Of one in memory nothing is looked at.
struct LogPlace {
  std::string path;
  std::string vfs;  ///< A CheckedVfs.
};

/// Opens, or makes, the log at `place`, checks its version, its settings and
/// its end against `witness` (null in memory), and marks it as open. Errors: as
/// EmbeddedEventStore::Open.
absl::StatusOr<OpenedLog> OpenLog(const LogPlace& place, const EmbeddedEventStoreOptions& options,
                                  HeadWitness* witness);

/// What the log says of itself, as `database` sees it. Error: DataLoss.
absl::StatusOr<LogIdentity> ReadLogIdentity(sqlite::Database& database);
absl::StatusOr<LogHead> ReadLogHead(sqlite::Database& database);

/// A connection for reads only.
absl::StatusOr<std::unique_ptr<sqlite::Database>> OpenLogReader(const LogPlace& place);

/// The last act of the writer: everything moved into the file, and marked as closed cleanly.
absl::Status CloseLog(sqlite::Database& writer);

}  // namespace eventstoredb
