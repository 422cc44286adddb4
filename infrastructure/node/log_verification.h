#pragma once

#include "absl/status/status.h"

#include "infrastructure/sqlite/database.h"

namespace eventstoredb {

/// What was left by a process that did not close the log: the pages, and the chain of the last
/// events. Error: DataLoss.
absl::Status CheckAfterUncleanEnd(sqlite::Database& database);

/// Reads all events: checksums, contiguous revisions and the chain; then the indexes.
absl::Status VerifyLog(sqlite::Database& database);

}  // namespace eventstoredb
