#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "eventstoredb/event_store.h"
#include "infrastructure/node/log_file.h"
#include "infrastructure/node/recent_events.h"
#include "infrastructure/node/stream_cache.h"

namespace eventstoredb {

/// A write that waits for its group.
struct PendingWrite {
  AppendRequest request;               ///< Of a deletion: without events.
  std::optional<DeleteKind> deletion;  ///< Absent: an append.
  AppendCallback done;
  CachedStream* stream = nullptr;
  std::size_t bytes = 0;
};
using WriteAnswer = absl::StatusOr<AppendResult>;

/// What one transaction is about to change.
struct WriteGroup {
  std::vector<PendingWrite> writes;
  std::vector<WriteAnswer> answers;
  std::vector<SharedEvent> events;
  std::vector<std::uint32_t> checksums;
  std::vector<CachedStream*> touched;
  std::vector<CachedStream*> pinned;  ///< Besides those of `writes`.
  std::vector<std::string> new_types;
  LogHead head;
  std::int64_t now_micros = 0;  ///< Of events that bring no time; not below the head's.
  bool hands_out_bare_position = false;
  std::uint64_t written = 0;
  std::uint64_t idempotent = 0;
  std::uint64_t refused = 0;
};

}  // namespace eventstoredb
