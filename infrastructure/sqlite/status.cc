#include "infrastructure/sqlite/status.h"

#include <sqlite3.h>

#include "absl/strings/cord.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace sqlite {
namespace {

constexpr char kSqliteCodeUrl[] = "sqlite/code";

absl::StatusCode IoErrorCode(int extended_code) {
  switch (extended_code) {
    case SQLITE_IOERR_READ:
    case SQLITE_IOERR_SHORT_READ:
    case SQLITE_IOERR_CORRUPTFS:
    case SQLITE_IOERR_DATA:
      return absl::StatusCode::kDataLoss;
    case SQLITE_IOERR_NOMEM:
      return absl::StatusCode::kResourceExhausted;
    default:
      return absl::StatusCode::kUnavailable;
  }
}

absl::StatusCode Code(int extended_code) {
  switch (extended_code & 0xFF) {
    case SQLITE_FULL:
    case SQLITE_NOMEM:
      return absl::StatusCode::kResourceExhausted;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return absl::StatusCode::kDataLoss;
    case SQLITE_IOERR:
      return IoErrorCode(extended_code);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return absl::StatusCode::kUnavailable;
    case SQLITE_PERM:
    case SQLITE_READONLY:
    case SQLITE_AUTH:
      return absl::StatusCode::kPermissionDenied;
    case SQLITE_CANTOPEN:
      return absl::StatusCode::kFailedPrecondition;
    case SQLITE_TOOBIG:
      return absl::StatusCode::kInvalidArgument;
    case SQLITE_INTERRUPT:
      return absl::StatusCode::kDeadlineExceeded;
    default:
      return absl::StatusCode::kInternal;
  }
}

}  // namespace

absl::Status ToStatus(int extended_code, const std::string& text) {
  if (extended_code == SQLITE_OK) return absl::OkStatus();
  absl::Status status(Code(extended_code), absl::StrCat(text, " (sqlite ", extended_code, ", ",
                                                        sqlite3_errstr(extended_code), ")"));
  status.SetPayload(kSqliteCodeUrl, absl::Cord(absl::StrCat(extended_code)));
  return status;
}

std::optional<int> GetSqliteCode(const absl::Status& status) {
  const absl::optional<absl::Cord> payload = status.GetPayload(kSqliteCodeUrl);
  int code = 0;
  if (!payload.has_value() || !absl::SimpleAtoi(std::string(*payload), &code)) return std::nullopt;
  return code;
}

}  // namespace sqlite
