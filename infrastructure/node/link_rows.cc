#include "infrastructure/node/link_rows.h"

#include <algorithm>
#include <limits>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

#include "infrastructure/node/link_index.h"
#include "infrastructure/node/linkable_events.h"
#include "infrastructure/node/log_meta.h"

namespace eventstoredb {
namespace {

constexpr int kRowBits = 32;
constexpr int kVarintBits = 7;
constexpr std::uint64_t kVarintMore = 0x80;

absl::StatusOr<std::vector<std::uint64_t>> ReadRow(sqlite::Database& database, std::int64_t stream,
                                                   std::uint64_t row) {
  absl::StatusOr<sqlite::Statement*> get =
      database.PrepareCached("SELECT positions FROM links WHERE place=?");
  if (!get.ok()) return get.status();
  const sqlite::ResetAtExit reset(**get);
  const absl::StatusOr<bool> found = (*get)->BindInt64(1, LinkPlace(stream, row)).Step();
  if (!found.ok()) return found.status();
  if (!*found) {
    return absl::DataLossError(
        absl::StrCat("row ", row, " of link stream ", stream, " is missing"));
  }
  return DecodeLinks((*get)->ColumnBlob(0));
}

}  // namespace

std::int64_t LinkPlace(std::int64_t stream, std::uint64_t row) {
  return (stream << kRowBits) | static_cast<std::int64_t>(row);
}

void AppendLink(std::uint64_t last, std::uint64_t position, std::string& positions) {
  std::uint64_t value = position - last;
  for (; value >= kVarintMore; value >>= kVarintBits) {
    positions.push_back(static_cast<char>(value | kVarintMore));
  }
  positions.push_back(static_cast<char>(value));
}

absl::StatusOr<std::vector<std::uint64_t>> DecodeLinks(std::string_view positions) {
  std::vector<std::uint64_t> decoded;
  decoded.reserve(kLinksPerRow);
  std::uint64_t last = 0;
  std::uint64_t value = 0;
  int shift = 0;
  for (const char c : positions) {
    const auto byte = static_cast<unsigned char>(c);
    if (shift > 63) return absl::DataLossError("a row of links is damaged");
    value |= (byte & (kVarintMore - 1)) << shift;
    shift += kVarintBits;
    if ((byte & kVarintMore) != 0) continue;
    if (value == 0) return absl::DataLossError("a row of links is damaged");
    last += value;
    decoded.push_back(last);
    value = 0;
    shift = 0;
  }
  if (shift != 0 || decoded.empty() || decoded.size() > kLinksPerRow) {
    return absl::DataLossError("a row of links is damaged");
  }
  return decoded;
}

absl::StatusOr<FoundLinks> FindLinkRows(sqlite::Database& database, const std::string& name) {
  absl::StatusOr<sqlite::Statement*> find = database.PrepareCached(
      "SELECT s.id,l.place,l.positions FROM link_streams s CROSS JOIN links l ON "
      "l.place>=(s.id<<32) AND l.place<((s.id+1)<<32) WHERE s.name=? ORDER BY l.place DESC LIMIT "
      "1");
  if (!find.ok()) return find.status();
  const sqlite::ResetAtExit reset(**find);
  const absl::StatusOr<bool> row = (*find)->BindTextView(1, name).Step();
  if (!row.ok()) return row.status();
  FoundLinks found;
  if (!*row) return found;
  const absl::StatusOr<std::vector<std::uint64_t>> last = DecodeLinks((*find)->ColumnBlob(2));
  if (!last.ok()) return last.status();
  found.stream = (*find)->ColumnInt64(0);
  const auto rows_before =
      static_cast<std::uint64_t>((*find)->ColumnInt64(1) - LinkPlace(found.stream, 0));
  found.in_rows = rows_before * kLinksPerRow + last->size();
  found.count = found.in_rows;
  return found;
}

absl::StatusOr<FoundLinks> FindLinks(sqlite::Database& database, const std::string& name) {
  absl::StatusOr<FoundLinks> found = FindLinkRows(database, name);
  if (!found.ok()) return found;
  const absl::StatusOr<std::uint64_t> from = GetMetaNumber(database, kLinksFrom);
  if (!from.ok()) return from.status();
  if (*from == 0) return found;
  const auto add = [&](const LinkableEvent& event, std::uint64_t position) {
    ForEachLinkedStream(event, [&](std::string&& stream) {
      if (stream == name) found->unwritten.push_back(position);
    });
    return absl::OkStatus();
  };
  const absl::Status read =
      VisitLinkableEvents(database, *from, std::numeric_limits<std::uint64_t>::max(), add);
  if (!read.ok()) return read;
  found->count += found->unwritten.size();
  return found;
}

absl::StatusOr<std::vector<std::uint64_t>> ReadLinkPositions(sqlite::Database& database,
                                                             const FoundLinks& links,
                                                             std::uint64_t low,
                                                             std::uint64_t high) {
  std::vector<std::uint64_t> positions;
  positions.reserve(high - low + 1);
  // Behind the last link that is wanted from rows.
  const std::uint64_t rows_end = low < links.in_rows ? std::min(high + 1, links.in_rows) : 0;
  for (std::uint64_t row = low / kLinksPerRow; row * kLinksPerRow < rows_end; ++row) {
    const absl::StatusOr<std::vector<std::uint64_t>> found = ReadRow(database, links.stream, row);
    if (!found.ok()) return found.status();
    const std::uint64_t first = row * kLinksPerRow;
    const std::uint64_t begin = std::max(low, first) - first;
    const std::uint64_t end = std::min<std::uint64_t>(rows_end - first, kLinksPerRow);
    if (end > found->size()) return absl::DataLossError("a row of links is too short");
    positions.insert(positions.end(), found->begin() + static_cast<std::ptrdiff_t>(begin),
                     found->begin() + static_cast<std::ptrdiff_t>(end));
  }
  for (std::uint64_t link = std::max(low, links.in_rows); link <= high; ++link) {
    positions.push_back(links.unwritten[link - links.in_rows]);
  }
  return positions;
}

absl::StatusOr<std::uint64_t> CountLinksUpTo(sqlite::Database& database, const FoundLinks& links,
                                             std::uint64_t position) {
  // Rows before `low` begin at `position` or before it; those from `high` on begin behind it.
  std::uint64_t low = 0;
  std::uint64_t high = (links.in_rows + kLinksPerRow - 1) / kLinksPerRow;
  std::uint64_t count = 0;
  while (low < high) {
    const std::uint64_t middle = low + (high - low) / 2;
    const absl::StatusOr<std::vector<std::uint64_t>> row = ReadRow(database, links.stream, middle);
    if (!row.ok()) return row.status();
    if (row->front() > position) {
      high = middle;
      continue;
    }
    low = middle + 1;
    const auto behind = std::upper_bound(row->begin(), row->end(), position);
    count = middle * kLinksPerRow + static_cast<std::uint64_t>(behind - row->begin());
  }
  const auto behind = std::upper_bound(links.unwritten.begin(), links.unwritten.end(), position);
  return count + static_cast<std::uint64_t>(behind - links.unwritten.begin());
}

}  // namespace eventstoredb
