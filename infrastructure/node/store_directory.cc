#include "infrastructure/node/store_directory.h"

#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"

namespace eventstoredb {
namespace {

absl::Status MakeFile(const std::string& path) {
  const int file = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (file < 0) return ErrnoStatus(errno, absl::StrCat("open ", path));
  close(file);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<StoreDirectory> StoreDirectory::Open(const std::string& path) {
  absl::StatusOr<LockedDirectory> locked = LockedDirectory::Open(path);
  if (!locked.ok()) return locked.status();
  if (StoreMarks::IsUnfinishedBackup(path)) {
    return absl::FailedPreconditionError(
        "a backup into this folder was cut off, and it is no store: delete it");
  }
  StoreDirectory directory(*std::move(locked));
  for (const std::string& file : {directory.log_path(), directory.witness_path()}) {
    if (const absl::Status made = MakeFile(file); !made.ok()) return made;
  }
  const int handle = open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (handle < 0) return ErrnoStatus(errno, absl::StrCat("open ", path));
  const int synced = fsync(handle);
  const int error = errno;
  close(handle);
  if (synced != 0) return ErrnoStatus(error, absl::StrCat("sync ", path));
  return directory;
}

absl::StatusOr<StoreDirectory::Space> StoreDirectory::MeasureSpace() const {
  struct statvfs found {};
  if (statvfs(path().c_str(), &found) != 0) return ErrnoStatus(errno, path());
  return Space{.free_bytes = static_cast<std::uint64_t>(found.f_bavail) * found.f_frsize,
               .total_bytes = static_cast<std::uint64_t>(found.f_blocks) * found.f_frsize};
}

}  // namespace eventstoredb
