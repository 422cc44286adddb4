#include "infrastructure/node/vfs_file.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include <sqlite3.h>

#include "absl/strings/str_cat.h"

#include "infrastructure/sqlite/status.h"

namespace eventstoredb {
namespace {

sqlite3_file* AsFile(const std::unique_ptr<char[]>& storage) {
  return reinterpret_cast<sqlite3_file*>(storage.get());
}

absl::StatusOr<sqlite3_vfs*> Find(const std::string& name) {
  sqlite3_vfs* const vfs = sqlite3_vfs_find(name.empty() ? nullptr : name.c_str());
  if (vfs == nullptr) return absl::InvalidArgumentError(absl::StrCat("no such VFS: ", name));
  return vfs;
}

}  // namespace

absl::StatusOr<bool> VfsFile::Exists(const std::string& vfs_name, const std::string& path) {
  const absl::StatusOr<sqlite3_vfs*> vfs = Find(vfs_name);
  if (!vfs.ok()) return vfs.status();
  int exists = 0;
  const int code = (*vfs)->xAccess(*vfs, path.c_str(), SQLITE_ACCESS_EXISTS, &exists);
  if (code != SQLITE_OK) return sqlite::ToStatus(code, absl::StrCat("look for ", path));
  return exists != 0;
}

absl::StatusOr<VfsFile> VfsFile::Open(const std::string& vfs_name, const std::string& path) {
  const absl::StatusOr<sqlite3_vfs*> found = Find(vfs_name);
  if (!found.ok()) return found.status();
  sqlite3_vfs* const vfs = *found;
  std::string full(static_cast<std::size_t>(vfs->mxPathname) + 1, '\0');
  const int named = vfs->xFullPathname(vfs, path.c_str(), vfs->mxPathname, full.data());
  if ((named & 0xFF) != SQLITE_OK) return sqlite::ToStatus(named, path);

  VfsFile file;
  file.path_ = path;
  // A VFS may look for URI parameters behind the name, so it must be one of SQLite's making.
  file.name_ = const_cast<char*>(sqlite3_create_filename(full.c_str(), "", "", 0, nullptr));
  if (file.name_ == nullptr) return sqlite::ToStatus(SQLITE_NOMEM, path);
  file.storage_ = std::make_unique<char[]>(static_cast<std::size_t>(vfs->szOsFile));
  const int code =
      vfs->xOpen(vfs, file.name_, AsFile(file.storage_),
                 SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_MAIN_DB, nullptr);
  if (code != SQLITE_OK) return sqlite::ToStatus(code, absl::StrCat("open ", path));
  return file;
}

VfsFile& VfsFile::operator=(VfsFile&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(name_, other.name_);
  std::swap(storage_, other.storage_);
  return *this;
}

VfsFile::~VfsFile() { Close(); }

void VfsFile::Close() {
  if (storage_ != nullptr && AsFile(storage_)->pMethods != nullptr) {
    AsFile(storage_)->pMethods->xClose(AsFile(storage_));
  }
  storage_.reset();
  if (name_ != nullptr) sqlite3_free_filename(std::exchange(name_, nullptr));
}

absl::StatusOr<std::string> VfsFile::Read(std::int64_t offset, int bytes) {
  sqlite3_int64 size = 0;
  const int sized = AsFile(storage_)->pMethods->xFileSize(AsFile(storage_), &size);
  if (sized != SQLITE_OK) return sqlite::ToStatus(sized, absl::StrCat("size of ", path_));
  std::string data(static_cast<std::size_t>(std::clamp<std::int64_t>(size - offset, 0, bytes)),
                   '\0');
  if (data.empty()) return data;
  const int code = AsFile(storage_)->pMethods->xRead(AsFile(storage_), data.data(),
                                                     static_cast<int>(data.size()), offset);
  if (code != SQLITE_OK) return sqlite::ToStatus(code, absl::StrCat("read ", path_));
  return data;
}

absl::Status VfsFile::Write(std::int64_t offset, std::string_view data) {
  return sqlite::ToStatus(AsFile(storage_)->pMethods->xWrite(AsFile(storage_), data.data(),
                                                             static_cast<int>(data.size()), offset),
                          absl::StrCat("write ", path_));
}

absl::Status VfsFile::Sync() {
  return sqlite::ToStatus(AsFile(storage_)->pMethods->xSync(AsFile(storage_), SQLITE_SYNC_NORMAL),
                          absl::StrCat("sync ", path_));
}

}  // namespace eventstoredb
