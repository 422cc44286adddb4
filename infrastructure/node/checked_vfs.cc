#include "infrastructure/node/checked_vfs.h"

#include <array>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <string_view>

#include <sqlite3.h>

#include "absl/strings/str_cat.h"

#include "infrastructure/node/crc32c.h"

namespace eventstoredb {
namespace {

constexpr std::size_t kCheckedBytes = CheckedVfs::kPageBytes - CheckedVfs::kReservedBytes;

struct PageChecksum {
  std::uint32_t crc = 0;
  std::uint32_t inverted = 0;  ///< So that a page of zeros does not fit.
  bool operator==(const PageChecksum&) const = default;
};
static_assert(sizeof(PageChecksum) == CheckedVfs::kReservedBytes);

// The place is part of it: a page written to the wrong place does not fit there.
PageChecksum Compute(const char* page, sqlite3_int64 offset) {
  const std::string_view place(reinterpret_cast<const char*>(&offset), sizeof(offset));
  const std::uint32_t crc = ExtendCrc32c(ExtendCrc32c(0, place), {page, kCheckedBytes});
  return {crc, ~crc};
}

bool IsPage(int bytes, sqlite3_int64 offset) {
  return bytes == CheckedVfs::kPageBytes && offset % CheckedVfs::kPageBytes == 0;
}

// The base's file follows in memory.
struct CheckedFile {
  sqlite3_file file;
};

sqlite3_file* Base(sqlite3_file* file) {
  return reinterpret_cast<sqlite3_file*>(reinterpret_cast<CheckedFile*>(file) + 1);
}
const sqlite3_io_methods& MethodsOf(sqlite3_file* file) { return *Base(file)->pMethods; }
sqlite3_vfs* Base(sqlite3_vfs* vfs) { return static_cast<sqlite3_vfs*>(vfs->pAppData); }

int Close(sqlite3_file* file) { return MethodsOf(file).xClose(Base(file)); }

int Read(sqlite3_file* file, void* out, int bytes, sqlite3_int64 offset) {
  const int code = MethodsOf(file).xRead(Base(file), out, bytes, offset);
  if (code != SQLITE_OK || !IsPage(bytes, offset)) return code;
  const char* page = static_cast<const char*>(out);
  PageChecksum stored;
  std::memcpy(&stored, page + kCheckedBytes, sizeof(stored));
  if (stored == Compute(page, offset)) return SQLITE_OK;
  sqlite3_log(SQLITE_IOERR_DATA, "the page at offset %lld is damaged", offset);
  return SQLITE_IOERR_DATA;
}

int Write(sqlite3_file* file, const void* data, int bytes, sqlite3_int64 offset) {
  if (!IsPage(bytes, offset)) return MethodsOf(file).xWrite(Base(file), data, bytes, offset);
  // A copy: the page in the cache may be read by others meanwhile.
  std::array<char, CheckedVfs::kPageBytes> page;
  std::memcpy(page.data(), data, kCheckedBytes);
  const PageChecksum checksum = Compute(page.data(), offset);
  std::memcpy(page.data() + kCheckedBytes, &checksum, sizeof(checksum));
  return MethodsOf(file).xWrite(Base(file), page.data(), bytes, offset);
}

int Truncate(sqlite3_file* file, sqlite3_int64 size) {
  return MethodsOf(file).xTruncate(Base(file), size);
}
int Sync(sqlite3_file* file, int flags) { return MethodsOf(file).xSync(Base(file), flags); }
int FileSize(sqlite3_file* file, sqlite3_int64* size) {
  return MethodsOf(file).xFileSize(Base(file), size);
}
int Lock(sqlite3_file* file, int level) { return MethodsOf(file).xLock(Base(file), level); }
int Unlock(sqlite3_file* file, int level) { return MethodsOf(file).xUnlock(Base(file), level); }
int CheckReservedLock(sqlite3_file* file, int* out) {
  return MethodsOf(file).xCheckReservedLock(Base(file), out);
}
int FileControl(sqlite3_file* file, int op, void* argument) {
  return MethodsOf(file).xFileControl(Base(file), op, argument);
}
int SectorSize(sqlite3_file* file) { return MethodsOf(file).xSectorSize(Base(file)); }
int DeviceCharacteristics(sqlite3_file* file) {
  return MethodsOf(file).xDeviceCharacteristics(Base(file));
}
int ShmMap(sqlite3_file* file, int region, int bytes, int extend, void volatile** out) {
  return MethodsOf(file).xShmMap(Base(file), region, bytes, extend, out);
}
int ShmLock(sqlite3_file* file, int offset, int count, int flags) {
  return MethodsOf(file).xShmLock(Base(file), offset, count, flags);
}
void ShmBarrier(sqlite3_file* file) { MethodsOf(file).xShmBarrier(Base(file)); }
int ShmUnmap(sqlite3_file* file, int remove) {
  return MethodsOf(file).xShmUnmap(Base(file), remove);
}

// Version 2: without the calls for mapped files, which would bypass the check.
constexpr sqlite3_io_methods kMethods = {
    .iVersion = 2,
    .xClose = &Close,
    .xRead = &Read,
    .xWrite = &Write,
    .xTruncate = &Truncate,
    .xSync = &Sync,
    .xFileSize = &FileSize,
    .xLock = &Lock,
    .xUnlock = &Unlock,
    .xCheckReservedLock = &CheckReservedLock,
    .xFileControl = &FileControl,
    .xSectorSize = &SectorSize,
    .xDeviceCharacteristics = &DeviceCharacteristics,
    .xShmMap = &ShmMap,
    .xShmLock = &ShmLock,
    .xShmBarrier = &ShmBarrier,
    .xShmUnmap = &ShmUnmap,
    .xFetch = nullptr,
    .xUnfetch = nullptr,
};

int Open(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out_flags) {
  // The WAL has checksums of SQLite's own, over the pages as they are in the cache.
  if ((flags & SQLITE_OPEN_MAIN_DB) == 0) {
    return Base(vfs)->xOpen(Base(vfs), name, file, flags, out_flags);
  }
  file->pMethods = nullptr;
  Base(file)->pMethods = nullptr;
  const int code = Base(vfs)->xOpen(Base(vfs), name, Base(file), flags, out_flags);
  if (Base(file)->pMethods != nullptr) file->pMethods = &kMethods;
  return code;
}

int Delete(sqlite3_vfs* vfs, const char* name, int sync) {
  return Base(vfs)->xDelete(Base(vfs), name, sync);
}
int Access(sqlite3_vfs* vfs, const char* name, int flags, int* out) {
  return Base(vfs)->xAccess(Base(vfs), name, flags, out);
}
int FullPathname(sqlite3_vfs* vfs, const char* name, int bytes, char* out) {
  return Base(vfs)->xFullPathname(Base(vfs), name, bytes, out);
}
int Randomness(sqlite3_vfs* vfs, int bytes, char* out) {
  return Base(vfs)->xRandomness(Base(vfs), bytes, out);
}
int Sleep(sqlite3_vfs* vfs, int micros) { return Base(vfs)->xSleep(Base(vfs), micros); }
int CurrentTime(sqlite3_vfs* vfs, double* out) { return Base(vfs)->xCurrentTime(Base(vfs), out); }
int GetLastError(sqlite3_vfs* vfs, int bytes, char* out) {
  return Base(vfs)->xGetLastError(Base(vfs), bytes, out);
}
int CurrentTimeInt64(sqlite3_vfs* vfs, sqlite3_int64* out) {
  return Base(vfs)->xCurrentTimeInt64(Base(vfs), out);
}

}  // namespace

absl::StatusOr<std::unique_ptr<CheckedVfs>> CheckedVfs::Register(const std::string& base_name) {
  static std::atomic<std::uint64_t> registered{0};
  sqlite3_vfs* const base = sqlite3_vfs_find(base_name.empty() ? nullptr : base_name.c_str());
  if (base == nullptr) return absl::InvalidArgumentError(absl::StrCat("no such VFS: ", base_name));
  std::unique_ptr<CheckedVfs> checked(new CheckedVfs());
  checked->name_ = absl::StrCat("eventstoredb-checked-", ++registered);
  checked->vfs_ = std::make_unique<sqlite3_vfs>();
  sqlite3_vfs& vfs = *checked->vfs_;
  vfs = {};
  vfs.iVersion = 2;
  vfs.szOsFile = static_cast<int>(sizeof(CheckedFile)) + base->szOsFile;
  vfs.mxPathname = base->mxPathname;
  vfs.zName = checked->name_.c_str();
  vfs.pAppData = base;
  vfs.xOpen = &Open;
  vfs.xDelete = &Delete;
  vfs.xAccess = &Access;
  vfs.xFullPathname = &FullPathname;
  vfs.xRandomness = &Randomness;
  vfs.xSleep = &Sleep;
  vfs.xCurrentTime = &CurrentTime;
  vfs.xGetLastError = &GetLastError;
  vfs.xCurrentTimeInt64 = &CurrentTimeInt64;
  if (sqlite3_vfs_register(&vfs, 0) != SQLITE_OK) {
    checked->vfs_.reset();
    return absl::InternalError("the VFS cannot be registered");
  }
  return checked;
}

CheckedVfs::~CheckedVfs() {
  if (vfs_ != nullptr) sqlite3_vfs_unregister(vfs_.get());
}

}  // namespace eventstoredb
