#include "infrastructure/config/secret_file.h"

#include <cerrno>
#include <cstddef>
#include <cstring>

#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"

namespace orders::infrastructure {
namespace {

constexpr std::size_t kSecretBytes = 32;

absl::Status ErrnoError(const std::string& path, const char* what) {
  const int error = errno;
  const std::string text = absl::StrCat(path, ": ", what, ": ", std::strerror(error));
  switch (error) {
    case EACCES:
    case EPERM:
    case EROFS:
      return absl::PermissionDeniedError(text);
    case ENOSPC:
    case EDQUOT:
      return absl::ResourceExhaustedError(text);
    case ENOENT:
      return absl::NotFoundError(text);
    default:
      return absl::UnavailableError(text);
  }
}

class File {
 public:
  explicit File(int descriptor) : descriptor_(descriptor) {}
  ~File() {
    if (descriptor_ >= 0) close(descriptor_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  int get() const { return descriptor_; }
  bool is_open() const { return descriptor_ >= 0; }

 private:
  const int descriptor_;
};

absl::StatusOr<std::string> ReadSecret(const std::string& path) {
  const File file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.is_open()) return ErrnoError(path, "cannot be read");
  char bytes[kSecretBytes + 1];
  const ssize_t count = read(file.get(), bytes, sizeof(bytes));
  if (count < 0) return ErrnoError(path, "cannot be read");
  if (static_cast<std::size_t>(count) != kSecretBytes) {
    return absl::DataLossError(absl::StrCat(
        path, ": holds no key; delete it, and page tokens given out before are refused"));
  }
  return std::string(bytes, kSecretBytes);
}

/// All or nothing: another name first, synced, then renamed, then the folder synced.
absl::Status WriteSecret(const std::string& path, const std::string& secret) {
  const std::string temporary = absl::StrCat(path, ".new");
  {
    const File file(open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (!file.is_open()) return ErrnoError(temporary, "cannot be made");
    const ssize_t count = write(file.get(), secret.data(), secret.size());
    if (count < 0) return ErrnoError(temporary, "cannot be written");
    if (static_cast<std::size_t>(count) != secret.size()) {
      return absl::ResourceExhaustedError(absl::StrCat(temporary, ": written in part"));
    }
    if (fsync(file.get()) != 0) return ErrnoError(temporary, "cannot be synced");
  }
  if (rename(temporary.c_str(), path.c_str()) != 0) return ErrnoError(path, "cannot be renamed to");
  const std::string folder = path.substr(0, path.rfind('/') + 1);
  const File directory(open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_CLOEXEC));
  if (!directory.is_open() || fsync(directory.get()) != 0) {
    return ErrnoError(path, "its folder cannot be synced");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::string> MakeSecret() {
  std::string secret(kSecretBytes, '\0');
  // Up to 256 bytes come whole.
  if (getrandom(secret.data(), secret.size(), 0) != static_cast<ssize_t>(secret.size())) {
    return absl::UnavailableError("the system gives no random bytes");
  }
  return secret;
}

absl::StatusOr<std::string> ReadOrMakeSecret(const std::string& path) {
  absl::StatusOr<std::string> secret = ReadSecret(path);
  if (!absl::IsNotFound(secret.status())) return secret;
  secret = MakeSecret();
  if (!secret.ok()) return secret;
  if (absl::Status written = WriteSecret(path, *secret); !written.ok()) return written;
  return secret;
}

}  // namespace orders::infrastructure
