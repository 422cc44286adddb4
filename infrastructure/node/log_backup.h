#pragma once

#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "eventstoredb/node/embedded_event_store.h"
#include "infrastructure/node/log_file.h"

namespace eventstoredb {

/// Copies the log that `database`, a reader's connection, sees, into `directory`, which is made if
/// its parent exists and must be empty, with a head witness that fits and the mark of a new
/// generation. All of it is synced before the mark of an unfinished backup goes; what is left after
/// an error or a kill bears that mark, and is no store.
/// Errors: FailedPrecondition, the directory is not empty; Cancelled, `is_cancelled` said so;
/// NotFound, its parent is missing; OutOfRange; PermissionDenied; ResourceExhausted, the disk is
/// full; Unavailable; DataLoss, the log cannot be read.
absl::StatusOr<BackupSummary> BackUpLog(sqlite::Database& database, const std::string& vfs,
                                        const std::string& directory,
                                        absl::FunctionRef<bool()> is_cancelled);

}  // namespace eventstoredb
