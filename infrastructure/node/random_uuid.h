#pragma once

#include "absl/status/statusor.h"

#include "eventstoredb/uuid.h"

namespace eventstoredb {

/// A version 4 UUID (RFC 9562 section 5.4). Error: Internal, the system has no random bytes.
absl::StatusOr<Uuid> MakeRandomUuid();

}  // namespace eventstoredb
