#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "eventstoredb/event_store.h"
#include "infrastructure/node/link_index.h"
#include "infrastructure/node/write_group.h"
#include "infrastructure/sqlite/database.h"

namespace eventstoredb {

/// Writes events as rows at the head of a group. The writer thread's own.
class EventInserter {
 public:
  /// `indexes_links`: what it inserts is added to the index of links.
  EventInserter(sqlite::Database& database, bool indexes_links)
      : database_(database), indexes_links_(indexes_links), links_(database) {}

  /// Makes `event` the next one of the log, at `revision` of `stream`, which gets a row if it has
  /// none. Moves the group's head, not the stream's.
  absl::Status Insert(WriteGroup& group, CachedStream& stream, std::uint64_t revision,
                      ProposedEvent event);
  /// Gives `stream`, which may have a row or not, one. False: it has one already, which is to be
  /// looked for.
  absl::StatusOr<bool> GiveRow(CachedStream& stream);
  /// The last rows of a group: its chain, and the position handed out without an event.
  absl::Status Seal(WriteGroup& group);
  /// The group was rolled back.
  void Forget(const WriteGroup& group);

 private:
  absl::StatusOr<std::int64_t> TypeId(WriteGroup& group, const std::string& type);

  sqlite::Database& database_;
  const bool indexes_links_;
  LinkIndex links_;
  std::unordered_map<std::string, std::int64_t> type_ids_;
};

}  // namespace eventstoredb
