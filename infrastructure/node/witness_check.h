#pragma once

#include <cstdint>
#include <optional>

#include "absl/status/statusor.h"

#include "infrastructure/node/head_witness.h"
#include "infrastructure/node/log_file.h"
#include "infrastructure/sqlite/database.h"

namespace eventstoredb {

/// What follows from the head witness for a log that may be opened.
struct WitnessVerdict {
  std::uint64_t position_floor = 0;    ///< The last one that must not be handed out again.
  std::uint64_t generation_floor = 0;  ///< A new generation is above it.
};

/// Whether the log holds all that was once acknowledged. Errors: DataLoss, it does not, with what
/// TruncationToAccept tells if `accept_truncation` could help; InvalidArgument, it does, and a
/// truncation was to be accepted.
absl::StatusOr<WitnessVerdict> CheckWitness(sqlite::Database& database, const LogIdentity& identity,
                                            const LogHead& head,
                                            const std::optional<WitnessedHead>& witnessed,
                                            std::optional<std::uint64_t> accept_truncation);

}  // namespace eventstoredb
