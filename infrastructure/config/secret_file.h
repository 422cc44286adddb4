#pragma once

#include <string>

#include "absl/status/statusor.h"

namespace orders::infrastructure {

/// 32 random bytes of the system's generator.
absl::StatusOr<std::string> MakeSecret();

/// The secret kept in `path`, made (0600) and synced if it is missing, so that it outlives a
/// restart. Errors: PermissionDenied; Unavailable, I/O; ResourceExhausted, the disk is full;
/// DataLoss, the file does not hold 32 bytes.
absl::StatusOr<std::string> ReadOrMakeSecret(const std::string& path);

}  // namespace orders::infrastructure
