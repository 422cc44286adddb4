#pragma once

#include <string>

#include "absl/status/status.h"

namespace eventstoredb {

/// Empty files beside a log that say something of it to whoever opens it next. Set and cleared
/// durably. Errors: as ErrnoStatus.
class StoreMarks {
 public:
  /// Its tokens and read models are not to fit: see EmbeddedEventStoreOptions::new_generation.
  static constexpr char kNewGeneration[] = "new-generation";
  /// A copy that was begun: no store until this is gone.
  static constexpr char kUnfinishedBackup[] = "backup-unfinished";

  static std::string LogPath(const std::string& directory) { return directory + "/events.db"; }
  static std::string WitnessPath(const std::string& directory) {
    return directory + "/head.witness";
  }

  static bool IsSet(const std::string& directory, const char* mark);
  static bool IsUnfinishedBackup(const std::string& directory) {
    return IsSet(directory, kUnfinishedBackup);
  }
  static absl::Status Set(const std::string& directory, const char* mark);
  /// Nothing to do if it is not set.
  static absl::Status Clear(const std::string& directory, const char* mark);

  /// Of a file or directory.
  static absl::Status Sync(const std::string& path);
};

}  // namespace eventstoredb
