#pragma once

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

struct sqlite3_vfs;

namespace eventstoredb {

/// An SQLite VFS over another one that gives every page of a database file a checksum when it is
/// written and proves it when it is read, so that no flipped bit in an index goes unseen: SQLite
/// itself would answer that a row is not there. The checksum lies in the page's reserved bytes.
/// What does not fit is SQLITE_IOERR_DATA, which is DataLoss. Registered as long as it lives.
class CheckedVfs {
 public:
  static constexpr int kPageBytes = 4096;
  static constexpr int kReservedBytes = 8;

  /// `base` empty: the default one, which outlives this.
  static absl::StatusOr<std::unique_ptr<CheckedVfs>> Register(const std::string& base);
  ~CheckedVfs();
  CheckedVfs(const CheckedVfs&) = delete;
  CheckedVfs& operator=(const CheckedVfs&) = delete;

  const std::string& name() const { return name_; }

 private:
  CheckedVfs() = default;

  std::string name_;
  std::unique_ptr<sqlite3_vfs> vfs_;
};

}  // namespace eventstoredb
