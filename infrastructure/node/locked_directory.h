#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace eventstoredb {

/// A directory held for this process by a lock file, `lock`, that says who holds it.
class LockedDirectory {
 public:
  /// Makes the directory (0700) if its parent exists, and locks it. Errors: as
  /// EmbeddedEventStore::Open.
  static absl::StatusOr<LockedDirectory> Open(const std::string& path);
  LockedDirectory(LockedDirectory&& other) noexcept;
  LockedDirectory& operator=(LockedDirectory&& other) = delete;
  ~LockedDirectory();

  const std::string& path() const { return path_; }

 private:
  explicit LockedDirectory(std::string path) : path_(std::move(path)) {}

  std::string path_;
  int lock_ = -1;
};

/// What `error`, an errno, means for `what`; codes as of EmbeddedEventStore::Open.
absl::Status ErrnoStatus(int error, const std::string& what);

}  // namespace eventstoredb
