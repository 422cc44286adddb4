#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

#include "infrastructure/sqlite/database.h"

namespace eventstoredb {

/// Positions in one row of the index; all rows of a stream but its last one are full.
inline constexpr std::size_t kLinksPerRow = 128;

/// The row id of row `row` of a stream of links.
std::int64_t LinkPlace(std::int64_t stream, std::uint64_t row);

/// Appends `position`, which follows `last` (0 at the beginning of a row), to a row.
void AppendLink(std::uint64_t last, std::uint64_t position, std::string& positions);
/// The positions of a row, ascending. Error: DataLoss, it is none.
absl::StatusOr<std::vector<std::uint64_t>> DecodeLinks(std::string_view positions);

/// A stream of links: as its rows say, and the events that are not in the index yet
/// (kLinksFrom). Functions here read within the caller's transaction.
struct FoundLinks {
  std::int64_t stream = 0;
  std::uint64_t count = 0;               ///< 0: there is no such stream.
  std::uint64_t in_rows = 0;             ///< Links 0 to this; the others are `unwritten`.
  std::vector<std::uint64_t> unwritten;  ///< Positions, ascending.
};
absl::StatusOr<FoundLinks> FindLinks(sqlite::Database& database, const std::string& name);
/// The same without what is not in the index.
absl::StatusOr<FoundLinks> FindLinkRows(sqlite::Database& database, const std::string& name);
/// The positions of links `low` to `high`, ascending; `high` is below the count.
absl::StatusOr<std::vector<std::uint64_t>> ReadLinkPositions(sqlite::Database& database,
                                                             const FoundLinks& links,
                                                             std::uint64_t low, std::uint64_t high);
/// How many links stand at `position` or before. Asks for the logarithm of their number of rows.
absl::StatusOr<std::uint64_t> CountLinksUpTo(sqlite::Database& database, const FoundLinks& links,
                                             std::uint64_t position);

}  // namespace eventstoredb
