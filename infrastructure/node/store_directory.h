#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "infrastructure/node/locked_directory.h"

namespace eventstoredb {

/// The directory of a store, held for this process.
class StoreDirectory {
 public:
  /// As LockedDirectory::Open, and makes the log and witness files (0600, empty) if missing.
  static absl::StatusOr<StoreDirectory> Open(const std::string& path);

  std::string log_path() const { return path() + "/events.db"; }
  std::string witness_path() const { return path() + "/head.witness"; }
  const std::string& path() const { return locked_.path(); }

  struct Space {
    std::uint64_t free_bytes = 0;
    std::uint64_t total_bytes = 0;
  };
  absl::StatusOr<Space> MeasureSpace() const;

 private:
  explicit StoreDirectory(LockedDirectory locked) : locked_(std::move(locked)) {}

  LockedDirectory locked_;
};

}  // namespace eventstoredb
