#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

namespace eventstoredb::testing_support {

/// A directory that goes with this object.
class TempDirectory {
 public:
  /// Inside `parent`; empty: where the system keeps temporary files.
  explicit TempDirectory(const std::string& parent = "") {
    const std::filesystem::path within =
        parent.empty() ? std::filesystem::temp_directory_path() : std::filesystem::path(parent);
    std::string path = (within / "eventstore-XXXXXX").string();
    path_ = mkdtemp(path.data());
  }
  ~TempDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempDirectory(const TempDirectory&) = delete;
  TempDirectory& operator=(const TempDirectory&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace eventstoredb::testing_support
