#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace eventstoredb {

/// The directory of a store, held for this process by a lock file that says who holds it.
class StoreDirectory {
 public:
  /// Makes the directory (0700) if its parent exists, locks it, and makes the log and witness files
  /// (0600, empty) if missing. Errors: as EmbeddedEventStore::Open.
  static absl::StatusOr<StoreDirectory> Open(const std::string& path);
  StoreDirectory(StoreDirectory&& other) noexcept;
  StoreDirectory& operator=(StoreDirectory&& other) = delete;
  ~StoreDirectory();

  std::string log_path() const { return path_ + "/events.db"; }
  std::string witness_path() const { return path_ + "/head.witness"; }
  const std::string& path() const { return path_; }

  struct Space {
    std::uint64_t free_bytes = 0;
    std::uint64_t total_bytes = 0;
  };
  absl::StatusOr<Space> MeasureSpace() const;

 private:
  StoreDirectory() = default;

  std::string path_;
  int lock_ = -1;
};

}  // namespace eventstoredb
