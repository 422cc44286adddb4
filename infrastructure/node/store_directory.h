#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "infrastructure/node/locked_directory.h"
#include "infrastructure/node/store_marks.h"

namespace eventstoredb {

/// The directory of a store, held for this process.
class StoreDirectory {
 public:
  /// As LockedDirectory::Open; FailedPrecondition, a backup into it was not finished. Makes the log
  /// and witness files (0600, empty) if missing.
  static absl::StatusOr<StoreDirectory> Open(const std::string& path);

  std::string log_path() const { return StoreMarks::LogPath(path()); }
  std::string witness_path() const { return StoreMarks::WitnessPath(path()); }
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
