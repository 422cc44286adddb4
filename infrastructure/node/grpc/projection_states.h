#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "eventstoredb/node/embedded_event_store.h"
#include "eventstoredb/node/system_projections.h"

namespace eventstoredb {

/// Whether a projection runs, as its management stream says.
struct ProjectionState {
  bool runs = true;
  std::optional<std::uint64_t> revision;  ///< Of the stream's last event; absent: it has none.
  std::uint64_t stopped_at = 0;           ///< A position; of one that does not run.
};

/// Error: NotFound, naming what there is.
absl::StatusOr<SystemProjection> FindProjection(const std::string& name);
/// Reads from disk. Errors: as EventStore::ReadStream.
absl::StatusOr<ProjectionState> ReadProjectionState(EmbeddedEventStore& store,
                                                    SystemProjection projection);
/// Starts or stops it, and waits until that is durable. One that is so already stays as it is.
/// Errors: as EventStore::Append; Aborted, lost every race against others.
absl::Status SetProjectionState(EmbeddedEventStore& store, SystemProjection projection, bool runs,
                                absl::Time deadline);

}  // namespace eventstoredb
