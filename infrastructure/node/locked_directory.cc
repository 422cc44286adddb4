#include "infrastructure/node/locked_directory.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"

namespace eventstoredb {
namespace {

absl::Status MakeDirectory(const std::string& path) {
  if (mkdir(path.c_str(), 0700) == 0) return absl::OkStatus();
  const int error = errno;
  struct stat found {};
  // An existing directory on a read-only file system may answer EROFS here.
  if (stat(path.c_str(), &found) != 0) return ErrnoStatus(error, absl::StrCat("make ", path));
  if (S_ISDIR(found.st_mode)) return absl::OkStatus();
  return absl::OutOfRangeError(absl::StrCat(path, " is not a directory"));
}

std::string ReadHolder(int file) {
  std::array<char, 256> text{};
  const ssize_t bytes = pread(file, text.data(), text.size() - 1, 0);
  return bytes > 0 ? std::string(text.data(), static_cast<std::size_t>(bytes)) : "unknown";
}

// A courtesy to whoever is refused: a full disk must not keep the store from opening.
void NoteHolder(int file) {
  std::array<char, 128> host{};
  if (gethostname(host.data(), host.size() - 1) != 0) host[0] = '?';
  const std::string text = absl::StrCat("pid ", getpid(), " on ", host.data());
  if (ftruncate(file, 0) != 0 || pwrite(file, text.data(), text.size(), 0) < 0) return;
}

}  // namespace

absl::Status ErrnoStatus(int error, const std::string& what) {
  const std::string text = absl::StrCat(what, ": ", std::strerror(error));
  switch (error) {
    case EACCES:
    case EPERM:
    case EROFS:
      return absl::PermissionDeniedError(text);
    case ENOENT:
      return absl::NotFoundError(text);
    case ENOTDIR:
    case EEXIST:
    case EISDIR:
    case ENAMETOOLONG:
    case ELOOP:
      return absl::OutOfRangeError(text);
    case ENOSPC:
    case EDQUOT:
    case EMFILE:
    case ENFILE:
      return absl::ResourceExhaustedError(text);
    default:
      return absl::UnavailableError(text);
  }
}

absl::StatusOr<LockedDirectory> LockedDirectory::Open(const std::string& path) {
  if (path.empty()) return absl::InvalidArgumentError("the directory is not named");
  if (const absl::Status made = MakeDirectory(path); !made.ok()) return made;

  LockedDirectory directory(path);
  const std::string lock_path = path + "/lock";
  directory.lock_ = open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (directory.lock_ < 0) return ErrnoStatus(errno, absl::StrCat("open ", lock_path));
  if (flock(directory.lock_, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return ErrnoStatus(errno, absl::StrCat("lock ", lock_path));
    return absl::AlreadyExistsError(
        absl::StrCat(path, " is in use by ", ReadHolder(directory.lock_)));
  }
  NoteHolder(directory.lock_);
  return directory;
}

LockedDirectory::LockedDirectory(LockedDirectory&& other) noexcept
    : path_(std::move(other.path_)), lock_(std::exchange(other.lock_, -1)) {}

LockedDirectory::~LockedDirectory() {
  // The lock goes with the last handle; the file stays, since removing it would race an opener.
  if (lock_ >= 0) close(lock_);
}

}  // namespace eventstoredb
