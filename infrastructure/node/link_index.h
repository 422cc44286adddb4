#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "infrastructure/node/linked_streams.h"
#include "infrastructure/sqlite/database.h"

namespace eventstoredb {

/// The tables of the index: docs/storage-format.md.
inline constexpr std::string_view kLinkSchema = R"sql(
CREATE TABLE link_streams(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE links(place INTEGER PRIMARY KEY, positions BLOB NOT NULL);
)sql";

/// In `meta`: the first position whose links are not in the index. Absent: the log was written by a
/// program that wrote all of them at once.
inline constexpr std::string_view kLinksFrom = "links_from";
/// How many events the index may be behind the log while it is kept: readers look at these
/// themselves (link_rows.h). An index that writes a few rows for each commit of one event would
/// cost that commit a quarter; this way a row takes many links at once.
inline constexpr std::size_t kUnwrittenEventsMax = 64;

/// Writes at which positions the events of each stream of links stand: what it is told, in rows of
/// up to kLinksPerRow positions. Within the caller's transaction.
class LinkIndex {
 public:
  explicit LinkIndex(sqlite::Database& database) : database_(database) {}

  /// Positions grow from call to call; the event stands in the log already.
  absl::Status Add(const LinkableEvent& event, std::uint64_t position);
  /// Before the commit, of which `position` is the last one: writes what was added, if it is enough
  /// to be worth it.
  absl::Status Seal(std::uint64_t position);
  /// Writes all links from `links_from` to `last`, the log's last position.
  absl::Status Fill(std::uint64_t last);
  /// The transaction was rolled back.
  void Forget();

 private:
  // The row that a stream's next link goes into.
  struct Tail {
    std::int64_t stream = 0;  ///< 0: it has no row yet.
    std::uint64_t row = 0;
    std::size_t count = 0;
    std::uint64_t last = 0;
    std::string positions;
    bool is_changed = false;
  };
  using Tails = std::unordered_map<std::string, Tail>;
  using NamedTail = Tails::value_type;
  absl::Status CatchUp(std::uint64_t position);
  absl::Status AddLinks(const LinkableEvent& event, std::uint64_t position);
  absl::Status AddTo(std::string&& name, std::uint64_t position);
  absl::StatusOr<Tail> Load(const std::string& name);
  absl::Status Write(NamedTail& named);
  absl::Status WriteAll(std::uint64_t position);

  sqlite::Database& database_;
  // Whether it holds all links from `links_from` on; else they are read from the log again.
  bool is_caught_up_ = false;
  bool has_written_ = false;  // A full row, in this transaction.
  std::size_t unwritten_events_ = 0;
  Tails tails_;
  std::vector<NamedTail*> changed_;
};

}  // namespace eventstoredb
