#include "infrastructure/access/file_bytes.h"

#include <cerrno>
#include <cstring>
#include <string_view>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace orders::infrastructure {
namespace {

class OpenFile {
 public:
  // Nobody waits for the writer of a named pipe.
  explicit OpenFile(const std::string& path)
      : descriptor_(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {}
  ~OpenFile() {
    if (descriptor_ >= 0) close(descriptor_);
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  int get() const { return descriptor_; }

 private:
  const int descriptor_;
};

absl::Status RefuseFile(const std::string& path, const std::string& text) {
  return absl::FailedPreconditionError(absl::StrCat(path, ": ", text));
}

absl::Status CheckReaders(const std::string& path, const struct stat& about, FileReaders readers) {
  const unsigned mode = about.st_mode & 07777U;
  if (readers == FileReaders::kAnyone) {
    if ((mode & S_IWOTH) == 0) return absl::OkStatus();
    return RefuseFile(path, absl::StrFormat("everyone may write it (mode %04o), and it decides "
                                            "who is believed: chmod o-w %s",
                                            mode, path));
  }
  if ((mode & 077U) != 0) {
    return RefuseFile(
        path,
        absl::StrFormat("others than its owner may read it (mode %04o): chmod 600 %s", mode, path));
  }
  if (about.st_uid == geteuid() || about.st_uid == 0) return absl::OkStatus();
  return RefuseFile(path, absl::StrFormat("belongs to user %d, who could change it: chown %d %s",
                                          about.st_uid, geteuid(), path));
}

}  // namespace

absl::StatusOr<std::string> ReadFileBytes(const std::string& path, std::size_t bytes_max,
                                          FileReaders readers) {
  const OpenFile file(path);
  if (file.get() < 0) return RefuseFile(path, std::strerror(errno));
  // Of the file that is open, so that nobody changes it between the look and the reading.
  struct stat about {};
  if (fstat(file.get(), &about) != 0) return RefuseFile(path, std::strerror(errno));
  if (!S_ISREG(about.st_mode)) return RefuseFile(path, "is no file");
  if (absl::Status open = CheckReaders(path, about, readers); !open.ok()) return open;
  std::string bytes(bytes_max + 1, '\0');
  std::size_t size = 0;
  while (size < bytes.size()) {
    const ssize_t count = read(file.get(), bytes.data() + size, bytes.size() - size);
    if (count < 0) return RefuseFile(path, std::strerror(errno));
    if (count == 0) break;
    size += static_cast<std::size_t>(count);
  }
  if (size > bytes_max) {
    return RefuseFile(path, absl::StrCat("has more than ", bytes_max, " bytes"));
  }
  bytes.resize(size);
  return bytes;
}

}  // namespace orders::infrastructure
