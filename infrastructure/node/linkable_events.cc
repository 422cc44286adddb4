#include "infrastructure/node/linkable_events.h"

#include <algorithm>
#include <limits>

#include "absl/status/statusor.h"

namespace eventstoredb {

absl::Status VisitLinkableEvents(
    sqlite::Database& database, std::uint64_t from, std::uint64_t end,
    absl::FunctionRef<absl::Status(const LinkableEvent& event, std::uint64_t position)> visit) {
  absl::StatusOr<sqlite::Statement*> rows = database.PrepareCached(
      "SELECT e.position,s.name,e.revision,t.name,e.flags,CASE WHEN substr(s.name,1,2)='$$' THEN "
      "e.data ELSE x'' END,e.metadata FROM events e LEFT JOIN streams s ON s.id=e.stream LEFT JOIN "
      "types t ON t.id=e.type WHERE e.position>=? AND e.position<? ORDER BY e.position");
  if (!rows.ok()) return rows.status();
  const sqlite::ResetAtExit reset(**rows);
  constexpr std::uint64_t kEndMax = std::numeric_limits<std::int64_t>::max();
  (*rows)
      ->BindInt64(1, static_cast<std::int64_t>(from))
      .BindInt64(2, static_cast<std::int64_t>(std::min(end, kEndMax)));
  while (true) {
    const absl::StatusOr<bool> row = (*rows)->Step();
    if (!row.ok()) return row.status();
    if (!*row) return absl::OkStatus();
    const LinkableEvent event = {.stream = (*rows)->ColumnText(1),
                                 .revision = static_cast<std::uint64_t>((*rows)->ColumnInt64(2)),
                                 .type = (*rows)->ColumnText(3),
                                 .is_json = (*rows)->ColumnInt64(4) == 1,
                                 .data = (*rows)->ColumnBlob(5),
                                 .metadata = (*rows)->ColumnBlob(6)};
    const absl::Status visited = visit(event, static_cast<std::uint64_t>((*rows)->ColumnInt64(0)));
    if (!visited.ok()) return visited;
  }
}

}  // namespace eventstoredb
