#pragma once

#include <cstdint>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"

#include "infrastructure/node/linked_streams.h"
#include "infrastructure/sqlite/database.h"

namespace eventstoredb {

/// Calls `visit` for each event from position `from` on and before `end`, in the order of the log,
/// until it fails. `data` is filled in for metadata streams alone: nothing else is linked by it.
/// Reads within the caller's transaction; `visit` must not call it again.
absl::Status VisitLinkableEvents(
    sqlite::Database& database, std::uint64_t from, std::uint64_t end,
    absl::FunctionRef<absl::Status(const LinkableEvent& event, std::uint64_t position)> visit);

}  // namespace eventstoredb
