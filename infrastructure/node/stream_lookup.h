#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "eventstoredb/event_store.h"
#include "infrastructure/sqlite/database.h"

namespace eventstoredb {

/// A stream as its rows say. Functions here read within the caller's transaction.
struct FoundStream {
  std::int64_t id = 0;                ///< 0: nothing was ever written to it.
  std::optional<std::uint64_t> last;  ///< Absent also with a tombstone, whatever came before it.
  bool is_tombstoned = false;
};
absl::StatusOr<FoundStream> FindStream(sqlite::Database& database, std::string_view name);

/// Absent: there is no such row. Errors: DataLoss, it is not what was written.
absl::StatusOr<std::optional<RecordedEvent>> ReadEventAt(sqlite::Database& database,
                                                         std::int64_t stream_id,
                                                         const std::string& name,
                                                         std::uint64_t revision);

/// The first revision from `first` to `last` whose event was created at `since` or later; `last` +
/// 1: none. Asks for the logarithm of their number of rows: time does not fall along a stream.
absl::StatusOr<std::uint64_t> FirstCreatedSince(sqlite::Database& database, std::int64_t stream_id,
                                                std::uint64_t first, std::uint64_t last,
                                                absl::Time since);

/// Whether any stream has metadata: if not, none need be looked for.
absl::StatusOr<bool> HasMetastreams(sqlite::Database& database);

/// Whether any stream may have a tombstone: false if no event ever had its type.
absl::StatusOr<bool> HasTombstones(sqlite::Database& database);

}  // namespace eventstoredb
