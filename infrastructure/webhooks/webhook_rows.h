#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"

#include "infrastructure/sqlite/statement.h"

namespace orders::infrastructure {

// How values stand in the columns of the book of webhooks: times as microseconds since 1970, a
// missing one as NULL.

inline std::int64_t ToColumn(absl::Time time) { return absl::ToUnixMicros(time); }
inline absl::Time ToTime(std::int64_t column) { return absl::FromUnixMicros(column); }

inline std::optional<absl::Time> ColumnTime(const sqlite::Statement& row, int index) {
  if (row.ColumnIsNull(index)) return std::nullopt;
  return ToTime(row.ColumnInt64(index));
}
inline std::string ColumnString(const sqlite::Statement& row, int index) {
  return std::string(row.ColumnText(index));
}

}  // namespace orders::infrastructure
