#include "tests/support/fault_vfs.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>
#include <random>
#include <utility>

#include <sqlite3.h>

#include "absl/strings/str_cat.h"

namespace eventstoredb::testing_support {
namespace {

constexpr std::size_t kSectorBytes = 512;
constexpr std::size_t kShmLocks = 8;

}  // namespace

void SimulatedFile::Write(std::size_t offset, const char* data, std::size_t bytes) {
  if (bytes == 0) return;
  const std::size_t begin = std::min(now.size(), offset);
  if (now.size() < offset + bytes) now.resize(offset + bytes, '\0');
  std::memcpy(now.data() + offset, data, bytes);
  for (std::size_t sector = begin / kSectorBytes; sector <= (offset + bytes - 1) / kSectorBytes;
       ++sector) {
    unsynced.insert(sector);
  }
}

void SimulatedFile::Truncate(std::size_t bytes) {
  const std::size_t from = std::min(bytes, now.size()) / kSectorBytes;
  const std::size_t to = std::max(bytes, now.size()) / kSectorBytes;
  now.resize(bytes, '\0');
  for (std::size_t sector = from; sector <= to; ++sector) unsynced.insert(sector);
}

void SimulatedFile::Sync() {
  durable.resize(now.size(), '\0');
  for (const std::size_t sector : unsynced) {
    const std::size_t begin = sector * kSectorBytes;
    if (begin >= now.size()) continue;
    const std::size_t bytes = std::min(kSectorBytes, now.size() - begin);
    std::memcpy(durable.data() + begin, now.data() + begin, bytes);
  }
  unsynced.clear();
}

std::string SimulatedFile::AfterPowerCut(PowerCut cut, std::uint64_t seed) const {
  if (cut == PowerCut::kDropAll) return durable;
  if (cut == PowerCut::kKeepAll) return now;
  std::mt19937_64 random(seed);
  std::string found = durable;
  for (const std::size_t sector : unsynced) {
    const std::size_t begin = sector * kSectorBytes;
    const std::uint64_t fate = random() % 3;
    if (fate == 0 || begin >= now.size()) continue;
    const std::size_t all = std::min(kSectorBytes, now.size() - begin);
    const std::size_t bytes = fate == 1 ? all : random() % all;
    if (found.size() < begin + bytes) found.resize(begin + bytes, '\0');
    std::memcpy(found.data() + begin, now.data() + begin, bytes);
  }
  // A file that was made shorter may be found so, or not.
  if (now.size() < found.size() && random() % 2 == 0) found.resize(now.size());
  return found;
}

struct FaultDisk::Shared {
  std::string path;
  SimulatedFile file;
  int opened = 0;
  // SQLite's file locks, by handle.
  std::set<const void*> readers;
  const void* reserved = nullptr;
  const void* exclusive = nullptr;
  // The shared index of the WAL, which no power cut survives.
  std::vector<std::unique_ptr<char[]>> regions;
  std::array<std::set<const void*>, kShmLocks> shm_readers;
  std::array<const void*, kShmLocks> shm_writer{};
};

struct FaultFile {
  sqlite3_file base;
  FaultDisk* disk;
  std::shared_ptr<FaultDisk::Shared>* shared;
  int lock;
  bool delete_on_close;
};

struct FaultVfsMethods {
  static FaultFile& Of(sqlite3_file* file) { return *reinterpret_cast<FaultFile*>(file); }
  static FaultDisk& DiskOf(sqlite3_vfs* vfs) { return *static_cast<FaultDisk*>(vfs->pAppData); }
  static sqlite3_vfs* Real() { return sqlite3_vfs_find(nullptr); }

  static void Observe(FaultDisk& disk, DiskOperation operation)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(disk.mutex_) {
    if (disk.observer_) disk.observer_(operation);
  }

  static int Open(sqlite3_vfs* vfs, const char* name, sqlite3_file* out, int flags,
                  int* out_flags) {
    FaultDisk& disk = DiskOf(vfs);
    absl::MutexLock lock(&disk.mutex_);
    static std::atomic<int> temporaries{0};
    const bool temporary = name == nullptr;
    const std::string path = temporary ? absl::StrCat("temporary-", ++temporaries) : name;
    std::shared_ptr<FaultDisk::Shared>& shared = disk.files_[path];
    if (shared == nullptr) {
      if ((flags & SQLITE_OPEN_CREATE) == 0 && !temporary) {
        disk.files_.erase(path);
        out->pMethods = nullptr;
        return SQLITE_CANTOPEN;
      }
      shared = std::make_shared<FaultDisk::Shared>();
      shared->path = path;
    }
    ++shared->opened;
    FaultFile& file = Of(out);
    file.disk = &disk;
    file.shared = new std::shared_ptr<FaultDisk::Shared>(shared);
    file.lock = SQLITE_LOCK_NONE;
    file.delete_on_close = temporary || (flags & SQLITE_OPEN_DELETEONCLOSE) != 0;
    file.base.pMethods = &kMethods;
    if (out_flags != nullptr) *out_flags = flags;
    return SQLITE_OK;
  }

  static int Close(sqlite3_file* raw) {
    FaultFile& file = Of(raw);
    Unlock(raw, SQLITE_LOCK_NONE);
    absl::MutexLock lock(&file.disk->mutex_);
    FaultDisk::Shared& shared = **file.shared;
    --shared.opened;
    if (file.delete_on_close) file.disk->files_.erase(shared.path);
    delete std::exchange(file.shared, nullptr);
    return SQLITE_OK;
  }

  static int Read(sqlite3_file* raw, void* out, int bytes, sqlite3_int64 offset) {
    FaultFile& file = Of(raw);
    absl::MutexLock lock(&file.disk->mutex_);
    const std::string& content = (*file.shared)->file.now;
    const auto begin = static_cast<std::size_t>(offset);
    const auto wanted = static_cast<std::size_t>(bytes);
    const std::size_t there =
        begin >= content.size() ? 0 : std::min(wanted, content.size() - begin);
    std::memcpy(out, content.data() + (there == 0 ? 0 : begin), there);
    std::memset(static_cast<char*>(out) + there, 0, wanted - there);
    return there == wanted ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
  }

  static int Write(sqlite3_file* raw, const void* data, int bytes, sqlite3_int64 offset) {
    FaultFile& file = Of(raw);
    absl::MutexLock lock(&file.disk->mutex_);
    FaultDisk::Shared& shared = **file.shared;
    const auto* begin = static_cast<const char*>(data);
    const auto count = static_cast<std::size_t>(bytes);
    const auto place = static_cast<std::size_t>(offset);
    Observe(*file.disk, {DiskOperation::Kind::kWrite, shared.path, place, {begin, count}});
    if (++file.disk->writes_ == file.disk->fail_write_) {
      // Half of it got there.
      shared.file.Write(place, begin, count / 2);
      return file.disk->write_code_;
    }
    shared.file.Write(place, begin, count);
    return SQLITE_OK;
  }

  static int Truncate(sqlite3_file* raw, sqlite3_int64 size) {
    FaultFile& file = Of(raw);
    absl::MutexLock lock(&file.disk->mutex_);
    FaultDisk::Shared& shared = **file.shared;
    Observe(*file.disk,
            {DiskOperation::Kind::kTruncate, shared.path, static_cast<std::size_t>(size), ""});
    shared.file.Truncate(static_cast<std::size_t>(size));
    return SQLITE_OK;
  }

  static int Sync(sqlite3_file* raw, int) {
    FaultFile& file = Of(raw);
    absl::MutexLock lock(&file.disk->mutex_);
    FaultDisk::Shared& shared = **file.shared;
    Observe(*file.disk, {DiskOperation::Kind::kSync, shared.path, 0, ""});
    if (++file.disk->syncs_ == file.disk->fail_sync_) return file.disk->sync_code_;
    shared.file.Sync();
    return SQLITE_OK;
  }

  static int FileSize(sqlite3_file* raw, sqlite3_int64* size) {
    FaultFile& file = Of(raw);
    absl::MutexLock lock(&file.disk->mutex_);
    *size = static_cast<sqlite3_int64>((*file.shared)->file.now.size());
    return SQLITE_OK;
  }

  static int Lock(sqlite3_file* raw, int level) {
    FaultFile& file = Of(raw);
    absl::MutexLock lock(&file.disk->mutex_);
    FaultDisk::Shared& shared = **file.shared;
    if (file.lock >= level) return SQLITE_OK;
    const auto is_others = [&](const void* owner) { return owner != nullptr && owner != raw; };
    if (is_others(shared.exclusive)) return SQLITE_BUSY;
    if (level >= SQLITE_LOCK_RESERVED && is_others(shared.reserved)) return SQLITE_BUSY;
    if (level == SQLITE_LOCK_EXCLUSIVE &&
        (shared.readers.size() > 1 || (shared.readers.size() == 1 && !shared.readers.count(raw)))) {
      return SQLITE_BUSY;
    }
    shared.readers.insert(raw);
    if (level >= SQLITE_LOCK_RESERVED) shared.reserved = raw;
    if (level == SQLITE_LOCK_EXCLUSIVE) shared.exclusive = raw;
    file.lock = level;
    return SQLITE_OK;
  }

  static int Unlock(sqlite3_file* raw, int level) {
    FaultFile& file = Of(raw);
    absl::MutexLock lock(&file.disk->mutex_);
    FaultDisk::Shared& shared = **file.shared;
    if (shared.exclusive == raw) shared.exclusive = nullptr;
    if (shared.reserved == raw) shared.reserved = nullptr;
    if (level == SQLITE_LOCK_NONE) shared.readers.erase(raw);
    file.lock = level;
    return SQLITE_OK;
  }

  static int CheckReservedLock(sqlite3_file* raw, int* reserved) {
    FaultFile& file = Of(raw);
    absl::MutexLock lock(&file.disk->mutex_);
    *reserved = (*file.shared)->reserved != nullptr ? 1 : 0;
    return SQLITE_OK;
  }

  static int FileControl(sqlite3_file*, int, void*) { return SQLITE_NOTFOUND; }
  static int SectorSize(sqlite3_file*) { return static_cast<int>(kSectorBytes); }
  // As SQLite assumes of every disk: a write harms no byte outside its range.
  static int DeviceCharacteristics(sqlite3_file*) { return SQLITE_IOCAP_POWERSAFE_OVERWRITE; }

  static int ShmMap(sqlite3_file* raw, int region, int bytes, int extend, void volatile** out) {
    FaultFile& file = Of(raw);
    absl::MutexLock lock(&file.disk->mutex_);
    auto& regions = (*file.shared)->regions;
    const auto index = static_cast<std::size_t>(region);
    while (extend != 0 && regions.size() <= index) {
      regions.push_back(std::make_unique<char[]>(static_cast<std::size_t>(bytes)));
    }
    *out = index < regions.size() ? regions[index].get() : nullptr;
    return SQLITE_OK;
  }

  static int ShmLock(sqlite3_file* raw, int offset, int count, int flags) {
    FaultFile& file = Of(raw);
    absl::MutexLock lock(&file.disk->mutex_);
    FaultDisk::Shared& shared = **file.shared;
    const auto begin = static_cast<std::size_t>(offset);
    const std::size_t end = begin + static_cast<std::size_t>(count);
    for (std::size_t i = begin; i < end; ++i) {
      if ((flags & SQLITE_SHM_UNLOCK) != 0) {
        shared.shm_readers[i].erase(raw);
        if (shared.shm_writer[i] == raw) shared.shm_writer[i] = nullptr;
        continue;
      }
      const bool written = shared.shm_writer[i] != nullptr && shared.shm_writer[i] != raw;
      const std::size_t mine = shared.shm_readers[i].count(raw);
      const bool read = shared.shm_readers[i].size() > mine;
      if (written || ((flags & SQLITE_SHM_EXCLUSIVE) != 0 && read)) return SQLITE_BUSY;
    }
    if ((flags & SQLITE_SHM_LOCK) == 0) return SQLITE_OK;
    for (std::size_t i = begin; i < end; ++i) {
      if ((flags & SQLITE_SHM_EXCLUSIVE) != 0) {
        shared.shm_writer[i] = raw;
      } else {
        shared.shm_readers[i].insert(raw);
      }
    }
    return SQLITE_OK;
  }

  static void ShmBarrier(sqlite3_file* raw) {
    // The lock orders memory for everyone, and thread checkers know it.
    FaultFile& file = Of(raw);
    absl::MutexLock lock(&file.disk->mutex_);
  }

  static int ShmUnmap(sqlite3_file* raw, int) {
    FaultFile& file = Of(raw);
    absl::MutexLock lock(&file.disk->mutex_);
    FaultDisk::Shared& shared = **file.shared;
    for (auto& readers : shared.shm_readers) readers.erase(raw);
    for (auto& writer : shared.shm_writer) {
      if (writer == raw) writer = nullptr;
    }
    return SQLITE_OK;
  }

  static int Delete(sqlite3_vfs* vfs, const char* name, int) {
    FaultDisk& disk = DiskOf(vfs);
    absl::MutexLock lock(&disk.mutex_);
    if (disk.files_.count(name) == 0) return SQLITE_IOERR_DELETE_NOENT;
    Observe(disk, {DiskOperation::Kind::kDelete, name, 0, ""});
    disk.files_.erase(name);
    return SQLITE_OK;
  }

  static int Access(sqlite3_vfs* vfs, const char* name, int, int* result) {
    FaultDisk& disk = DiskOf(vfs);
    absl::MutexLock lock(&disk.mutex_);
    *result = disk.files_.count(name) > 0 ? 1 : 0;
    return SQLITE_OK;
  }

  static int FullPathname(sqlite3_vfs*, const char* name, int bytes, char* out) {
    sqlite3_snprintf(bytes, out, "%s", name);
    return SQLITE_OK;
  }

  static int Randomness(sqlite3_vfs*, int bytes, char* out) {
    return Real()->xRandomness(Real(), bytes, out);
  }
  static int Sleep(sqlite3_vfs*, int micros) { return Real()->xSleep(Real(), micros); }
  static int CurrentTime(sqlite3_vfs*, double* out) { return Real()->xCurrentTime(Real(), out); }
  static int GetLastError(sqlite3_vfs*, int, char*) { return 0; }
  static int CurrentTimeInt64(sqlite3_vfs*, sqlite3_int64* out) {
    return Real()->xCurrentTimeInt64(Real(), out);
  }

  static const sqlite3_io_methods kMethods;
};

const sqlite3_io_methods FaultVfsMethods::kMethods = {
    .iVersion = 2,
    .xClose = &FaultVfsMethods::Close,
    .xRead = &FaultVfsMethods::Read,
    .xWrite = &FaultVfsMethods::Write,
    .xTruncate = &FaultVfsMethods::Truncate,
    .xSync = &FaultVfsMethods::Sync,
    .xFileSize = &FaultVfsMethods::FileSize,
    .xLock = &FaultVfsMethods::Lock,
    .xUnlock = &FaultVfsMethods::Unlock,
    .xCheckReservedLock = &FaultVfsMethods::CheckReservedLock,
    .xFileControl = &FaultVfsMethods::FileControl,
    .xSectorSize = &FaultVfsMethods::SectorSize,
    .xDeviceCharacteristics = &FaultVfsMethods::DeviceCharacteristics,
    .xShmMap = &FaultVfsMethods::ShmMap,
    .xShmLock = &FaultVfsMethods::ShmLock,
    .xShmBarrier = &FaultVfsMethods::ShmBarrier,
    .xShmUnmap = &FaultVfsMethods::ShmUnmap,
    .xFetch = nullptr,
    .xUnfetch = nullptr,
};

FaultDisk::FaultDisk() : vfs_(std::make_unique<sqlite3_vfs>()) {
  static std::atomic<int> disks{0};
  name_ = absl::StrCat("fault-disk-", ++disks);
  *vfs_ = {};
  vfs_->iVersion = 2;
  vfs_->szOsFile = sizeof(FaultFile);
  vfs_->mxPathname = 1024;
  vfs_->zName = name_.c_str();
  vfs_->pAppData = this;
  vfs_->xOpen = &FaultVfsMethods::Open;
  vfs_->xDelete = &FaultVfsMethods::Delete;
  vfs_->xAccess = &FaultVfsMethods::Access;
  vfs_->xFullPathname = &FaultVfsMethods::FullPathname;
  vfs_->xRandomness = &FaultVfsMethods::Randomness;
  vfs_->xSleep = &FaultVfsMethods::Sleep;
  vfs_->xCurrentTime = &FaultVfsMethods::CurrentTime;
  vfs_->xGetLastError = &FaultVfsMethods::GetLastError;
  vfs_->xCurrentTimeInt64 = &FaultVfsMethods::CurrentTimeInt64;
  sqlite3_vfs_register(vfs_.get(), 0);
}

FaultDisk::~FaultDisk() { sqlite3_vfs_unregister(vfs_.get()); }

void FaultDisk::FailWrite(std::uint64_t n, int code) {
  absl::MutexLock lock(&mutex_);
  fail_write_ = n == 0 ? 0 : writes_ + n;
  write_code_ = code;
}

void FaultDisk::FailSync(std::uint64_t n, int code) {
  absl::MutexLock lock(&mutex_);
  fail_sync_ = n == 0 ? 0 : syncs_ + n;
  sync_code_ = code;
}

std::uint64_t FaultDisk::writes() const {
  absl::MutexLock lock(&mutex_);
  return writes_;
}

std::uint64_t FaultDisk::syncs() const {
  absl::MutexLock lock(&mutex_);
  return syncs_;
}

void FaultDisk::Observe(std::function<void(const DiskOperation&)> observer) {
  absl::MutexLock lock(&mutex_);
  observer_ = std::move(observer);
}

void FaultDisk::PutFile(const std::string& path, std::string content) {
  absl::MutexLock lock(&mutex_);
  auto shared = std::make_shared<Shared>();
  shared->path = path;
  shared->file.durable = content;
  shared->file.now = std::move(content);
  files_[path] = std::move(shared);
}

std::string FaultDisk::GetFile(const std::string& path) const {
  absl::MutexLock lock(&mutex_);
  const auto found = files_.find(path);
  return found == files_.end() ? "" : found->second->file.now;
}

std::vector<std::string> FaultDisk::Paths() const {
  absl::MutexLock lock(&mutex_);
  std::vector<std::string> paths;
  for (const auto& [path, shared] : files_) paths.push_back(path);
  return paths;
}

void FaultDisk::CutPower(PowerCut cut, std::uint64_t seed) {
  absl::MutexLock lock(&mutex_);
  for (auto& [path, shared] : files_) {
    auto after = std::make_shared<Shared>();
    after->path = path;
    after->file.now = shared->file.AfterPowerCut(cut, ++seed);
    after->file.durable = after->file.now;
    shared = std::move(after);
  }
}

}  // namespace eventstoredb::testing_support
