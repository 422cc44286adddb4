#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

struct sqlite3_vfs;

namespace eventstoredb::testing_support {

/// What happens to 512-byte sectors that were written but not synced when the power goes.
enum class PowerCut {
  kDropAll,  ///< Nothing unsynced survives.
  kKeepAll,  ///< All of it does.
  kTear,     ///< Each sector by itself is dropped, kept, or half new and half old, by seed.
};

/// One file of a simulated disk: what the process sees, and what is surely on the platter.
struct SimulatedFile {
  std::string now;
  std::string durable;
  std::set<std::size_t> unsynced;  ///< Sectors.

  void Write(std::size_t offset, const char* data, std::size_t bytes);
  void Truncate(std::size_t bytes);
  void Sync();
  /// What is found when the power is back.
  std::string AfterPowerCut(PowerCut cut, std::uint64_t seed) const;
};

/// A change of the disk, in the order in which the program made it.
struct DiskOperation {
  enum class Kind { kWrite, kTruncate, kSync, kDelete };
  Kind kind = Kind::kWrite;
  std::string path;
  std::size_t offset = 0;  ///< Of a write; the new length of a truncation.
  std::string data;
};

/// A disk in memory, as an SQLite VFS of its own name. Thread-safe. Outlives its users.
class FaultDisk {
 public:
  FaultDisk();
  ~FaultDisk();
  FaultDisk(const FaultDisk&) = delete;
  FaultDisk& operator=(const FaultDisk&) = delete;

  const std::string& vfs() const { return name_; }

  /// The n-th write or sync from now on fails, counted from 1, over all files; 0: none.
  void FailWrite(std::uint64_t n, int code);
  void FailSync(std::uint64_t n, int code);
  std::uint64_t writes() const;
  std::uint64_t syncs() const;

  /// Called before each change takes effect, under the disk's lock.
  void Observe(std::function<void(const DiskOperation&)> observer);

  void PutFile(const std::string& path, std::string content);
  std::string GetFile(const std::string& path) const;
  std::vector<std::string> Paths() const;
  /// Every file becomes what a power cut leaves of it. Nobody may have it open.
  void CutPower(PowerCut cut, std::uint64_t seed);

  struct Shared;  ///< A file as all who have it open share it.

 private:
  friend struct FaultVfsMethods;

  std::string name_;
  std::unique_ptr<sqlite3_vfs> vfs_;
  mutable absl::Mutex mutex_;
  std::map<std::string, std::shared_ptr<Shared>> files_ ABSL_GUARDED_BY(mutex_);
  std::function<void(const DiskOperation&)> observer_ ABSL_GUARDED_BY(mutex_);
  std::uint64_t writes_ ABSL_GUARDED_BY(mutex_) = 0;
  std::uint64_t syncs_ ABSL_GUARDED_BY(mutex_) = 0;
  std::uint64_t fail_write_ ABSL_GUARDED_BY(mutex_) = 0;
  std::uint64_t fail_sync_ ABSL_GUARDED_BY(mutex_) = 0;
  int write_code_ ABSL_GUARDED_BY(mutex_) = 0;
  int sync_code_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace eventstoredb::testing_support
