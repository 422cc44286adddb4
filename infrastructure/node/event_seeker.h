#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "absl/status/statusor.h"

#include "eventstoredb/event_store.h"
#include "infrastructure/node/event_row.h"
#include "infrastructure/sqlite/database.h"

namespace eventstoredb {

/// Finds the rows of events at positions that grow, or fall, from call to call. Positions that
/// stand close together, as those of a category do, cost a step each instead of a search of the
/// table.
class EventSeeker {
 public:
  static absl::StatusOr<EventSeeker> Open(sqlite::Database& database, Direction direction);

  /// Whether there is an event at `position`, which lies behind the one before.
  absl::StatusOr<bool> Find(std::uint64_t position);

  /// Of what Find has found: kEventColumns, then the name of the stream.
  const sqlite::Statement& row() const { return *select_; }
  std::string_view stream() const { return select_->ColumnText(kEventColumnCount); }

 private:
  EventSeeker(sqlite::Statement* select, bool forwards) : select_(select), forwards_(forwards) {}

  // The connection's own, which lends it.
  struct ResetStatement {
    void operator()(sqlite::Statement* statement) const { statement->Reset(); }
  };
  std::unique_ptr<sqlite::Statement, ResetStatement> select_;
  bool forwards_;
  std::uint64_t at_ = 0;  ///< 0: on no row.
};

}  // namespace eventstoredb
