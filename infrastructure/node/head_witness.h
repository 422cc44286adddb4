#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "eventstoredb/uuid.h"
#include "infrastructure/node/event_row.h"
#include "infrastructure/node/vfs_file.h"

namespace eventstoredb {

/// How far the log had come when this was written.
struct WitnessedHead {
  Uuid store_id;
  std::uint64_t generation = 0;
  std::uint64_t position = 0;        ///< The last one handed out.
  std::uint64_t event_position = 0;  ///< Of the last event; 0: none.
  ChainHash chain{};                 ///< Of the last event.
};

/// A side file that says how far the log had come, so that a log that lost its tail is noticed.
/// Two slots are written in turn, so that a torn write harms the older one. Written after every
/// commit and before its answers, synced now and then: after a kill it is exact, after a power cut
/// possibly older, never ahead of the log. One thread.
class HeadWitness {
 public:
  static absl::StatusOr<HeadWitness> Open(const std::string& vfs, const std::string& path);

  /// The newest head that was written and survived; absent: none.
  const std::optional<WitnessedHead>& found() const { return found_; }

  absl::Status Write(const WitnessedHead& head);
  /// Nothing to do if nothing was written since the last one.
  absl::Status Sync();

 private:
  explicit HeadWitness(VfsFile file) : file_(std::move(file)) {}

  VfsFile file_;
  std::optional<WitnessedHead> found_;
  std::uint64_t sequence_ = 0;
  bool unsynced_ = false;
};

}  // namespace eventstoredb
