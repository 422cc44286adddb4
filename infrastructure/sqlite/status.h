#pragma once

#include <optional>
#include <string>

#include "absl/status/status.h"

namespace sqlite {

/// The Status of an extended result code of SQLite; the code stays in the text and as a payload.
///   ResourceExhausted   FULL, NOMEM: nothing was changed for good; may work later
///   DataLoss            CORRUPT, NOTADB, IOERR of a read: what is stored cannot be trusted
///   Unavailable         IOERR of a write, sync, truncate, lock...: the outcome is unknown;
///                       BUSY, LOCKED: another connection is in the way
///   PermissionDenied    PERM, READONLY, AUTH
///   FailedPrecondition  CANTOPEN
///   InvalidArgument     TOOBIG
///   DeadlineExceeded    INTERRUPT: the database's deadline has passed, or Interrupt was called
///   Internal            the rest, CONSTRAINT among it: our bug
absl::Status ToStatus(int extended_code, const std::string& text);

/// The extended result code which ToStatus was given; absent if the status is not from SQLite.
std::optional<int> GetSqliteCode(const absl::Status& status);

}  // namespace sqlite
