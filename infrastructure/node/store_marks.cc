#include "infrastructure/node/store_marks.h"

#include <cerrno>

#include <fcntl.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"

#include "infrastructure/node/locked_directory.h"

namespace eventstoredb {
namespace {

std::string PathOf(const std::string& directory, const char* mark) {
  return absl::StrCat(directory, "/", mark);
}

absl::Status SyncAndClose(int file, const std::string& path) {
  const int synced = fsync(file);
  const int error = errno;
  close(file);
  return synced == 0 ? absl::OkStatus() : ErrnoStatus(error, absl::StrCat("sync ", path));
}

}  // namespace

bool StoreMarks::IsSet(const std::string& directory, const char* mark) {
  return access(PathOf(directory, mark).c_str(), F_OK) == 0;
}

absl::Status StoreMarks::Set(const std::string& directory, const char* mark) {
  const std::string path = PathOf(directory, mark);
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (file < 0) return ErrnoStatus(errno, absl::StrCat("make ", path));
  const absl::Status synced = SyncAndClose(file, path);
  return synced.ok() ? Sync(directory) : synced;
}

absl::Status StoreMarks::Clear(const std::string& directory, const char* mark) {
  const std::string path = PathOf(directory, mark);
  if (unlink(path.c_str()) != 0) {
    if (errno == ENOENT) return absl::OkStatus();
    return ErrnoStatus(errno, absl::StrCat("delete ", path));
  }
  return Sync(directory);
}

absl::Status StoreMarks::Sync(const std::string& path) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return ErrnoStatus(errno, absl::StrCat("open ", path));
  return SyncAndClose(file, path);
}

}  // namespace eventstoredb
