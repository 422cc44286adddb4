#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

struct sqlite3_file;

namespace eventstoredb {

/// A plain file opened through an SQLite VFS, so that a simulated disk sees it as it sees the log.
class VfsFile {
 public:
  /// `vfs` empty: the default one. Made if missing. Errors: as sqlite::ToStatus.
  static absl::StatusOr<VfsFile> Open(const std::string& vfs, const std::string& path);
  static absl::StatusOr<bool> Exists(const std::string& vfs, const std::string& path);
  VfsFile(VfsFile&& other) noexcept { *this = std::move(other); }
  VfsFile& operator=(VfsFile&&) noexcept;
  ~VfsFile();

  /// Fewer than `bytes` bytes at the end of the file.
  absl::StatusOr<std::string> Read(std::int64_t offset, int bytes);
  absl::Status Write(std::int64_t offset, std::string_view data);
  absl::Status Sync();

 private:
  VfsFile() = default;
  void Close();

  std::string path_;
  char* name_ = nullptr;
  std::unique_ptr<char[]> storage_;
};

}  // namespace eventstoredb
