#include "api/orderctl/doctor/machine_checks.h"

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <filesystem>

#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/timex.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include <linux/magic.h>

extern char** environ;  // NOLINT: as POSIX names it.

namespace orders::api {
namespace {

using Grade = Finding::Grade;

// As orderd's own defaults: below these it refuses writes.
constexpr std::uint64_t kFreeBytesMin = 256ULL << 20;
constexpr std::uint64_t kFreePercentMin = 5;
// Connections are open files; the service takes 6,000 over HTTP by default.
constexpr rlim_t kFilesAdvised = 8'192;
constexpr std::size_t kToldBytesMax = 4'096;

std::string Error() { return std::strerror(errno); }

/// "tmpfs", if what is kept there is lost with the machine's power; or why a log is not safe there.
const char* UnsafeKindOf(const std::string& folder) {
  struct statfs status {};
  if (statfs(folder.c_str(), &status) != 0) return nullptr;
  switch (static_cast<unsigned long>(status.f_type)) {
    case TMPFS_MAGIC:
      return "tmpfs, which is memory";
    case NFS_SUPER_MAGIC:
      return "NFS, whose locks and syncs are not the disk's";
    case 0xFF534D42UL:  // CIFS
    case 0xFE534D42UL:  // SMB2
      return "SMB, whose locks and syncs are not the disk's";
    default:
      return nullptr;
  }
}

Finding CheckRoom(const std::string& folder) {
  struct statvfs room {};
  if (statvfs(folder.c_str(), &room) != 0) {
    return {Grade::kFault, "disk", absl::StrCat(folder, ": ", Error()), "check the folder"};
  }
  const std::uint64_t free = std::uint64_t{room.f_bavail} * room.f_frsize;
  const std::uint64_t all = std::uint64_t{room.f_blocks} * room.f_frsize;
  const std::uint64_t percent = all == 0 ? 0 : free / (all / 100 + 1);
  std::string text = absl::StrCat(folder, ": ", free >> 20, " MiB free, ", percent, " %");
  if (free < kFreeBytesMin || percent < kFreePercentMin) {
    return {Grade::kFault, "disk", std::move(text),
            "make room: below 256 MiB or 5 % orderd refuses writes"};
  }
  return {Grade::kGood, "disk", std::move(text), ""};
}

/// What a program told on both its outputs, and how it ended; -1 if it was not started.
int RunProgram(const std::string& program, const std::vector<std::string>& arguments,
               std::string& told) {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return -1;
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO);
  std::vector<char*> words = {const_cast<char*>(program.c_str())};
  for (const std::string& argument : arguments)
    words.push_back(const_cast<char*>(argument.c_str()));
  words.push_back(nullptr);
  pid_t process = 0;
  const int error =
      posix_spawnp(&process, program.c_str(), &actions, nullptr, words.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  std::array<char, 512> piece;
  ssize_t count = 0;
  while (error == 0 && (count = read(ends[0], piece.data(), piece.size())) > 0) {
    if (told.size() < kToldBytesMax) told.append(piece.data(), static_cast<std::size_t>(count));
  }
  close(ends[0]);
  if (error != 0) {
    errno = error;
    return -1;
  }
  int status = 0;
  if (waitpid(process, &status, 0) != process || !WIFEXITED(status)) return -1;
  return WEXITSTATUS(status);
}

}  // namespace

Findings CheckDisk(const std::string& data) {
  std::error_code ignored;
  const bool is_there = std::filesystem::exists(data, ignored);
  std::filesystem::path folder = std::filesystem::absolute(data, ignored);
  while (!std::filesystem::exists(folder, ignored) && folder.has_parent_path() &&
         folder != folder.parent_path()) {
    folder = folder.parent_path();
  }
  Findings findings;
  if (is_there && !std::filesystem::is_directory(data, ignored)) {
    return {{Grade::kFault, "data", absl::StrCat(data, " is no folder"), "give another --data"}};
  }
  if (access(folder.c_str(), W_OK | X_OK) != 0) {
    findings.push_back({Grade::kFault, "data", absl::StrCat(folder.string(), ": ", Error()),
                        "run orderd as the user that owns it, or give it that folder"});
  } else {
    findings.push_back({Grade::kGood, "data",
                        is_there ? absl::StrCat(data, " is there and may be written")
                                 : absl::StrCat(data, " is not there yet; orderd makes it"),
                        ""});
  }
  struct stat status {};
  if (is_there && stat(data.c_str(), &status) == 0 && (status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    findings.push_back({Grade::kAdvice, "data",
                        absl::StrCat(data, " may be read by others than its owner"),
                        absl::StrCat("chmod 700 ", data)});
  }
  if (const char* const kind = UnsafeKindOf(folder)) {
    findings.push_back({Grade::kAdvice, "disk", absl::StrCat(folder.string(), " is on ", kind),
                        "put the data on a local disk"});
  }
  findings.push_back(CheckRoom(folder));
  return findings;
}

Findings CheckClock() {
  timex clock{};
  if (adjtimex(&clock) < 0) {
    return {{Grade::kAdvice, "clock", absl::StrCat("the kernel does not say: ", Error()), ""}};
  }
  if ((clock.status & STA_UNSYNC) != 0) {
    return {{Grade::kAdvice, "clock", "nothing keeps it right; events are dated by it",
             "run chrony or systemd-timesyncd"}};
  }
  return {{Grade::kGood, "clock", "kept right", ""}};
}

Findings CheckLimits() {
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) != 0) return {};
  const std::string text = absl::StrCat("open files: ", files.rlim_max, " at most");
  if (files.rlim_max < kFilesAdvised) {
    return {{Grade::kAdvice, "limits", text,
             absl::StrCat("raise the hard limit to ", kFilesAdvised,
                          " or more: each connection is one (LimitNOFILE of the unit)")}};
  }
  return {{Grade::kGood, "limits", text, ""}};
}

Findings CheckSettings(const std::string& orderd, const std::string& config) {
  std::vector<std::string> arguments = {"--check-config"};
  if (!config.empty()) arguments.push_back(absl::StrCat("--config=", config));
  std::string told;
  const int code = RunProgram(orderd, arguments, told);
  if (code < 0) {
    return {{Grade::kAdvice, "settings", absl::StrCat(orderd, " was not run: ", Error()),
             "name the program with --orderd"}};
  }
  if (code != 0) {
    return {{Grade::kFault, "settings", std::string(absl::StripAsciiWhitespace(told)),
             "correct the file or the variable that it names"}};
  }
  return {{Grade::kGood, "settings",
           config.empty() ? "the environment's are taken" : absl::StrCat(config, " is taken"), ""}};
}

}  // namespace orders::api
