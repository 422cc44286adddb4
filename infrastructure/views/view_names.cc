#include "infrastructure/views/view_names.h"

#include <cerrno>
#include <cstdio>
#include <fstream>

#include <fcntl.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"

namespace orders::infrastructure {
namespace {

constexpr int kFirstGeneration = 1;

absl::Status SyncAndClose(int descriptor, const std::string& what) {
  const int synced = fsync(descriptor);
  const int error = errno;
  close(descriptor);
  return synced == 0 ? absl::OkStatus() : absl::ErrnoToStatus(error, what);
}

absl::Status WriteSynced(const std::string& path, const std::string& text) {
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (file < 0) return absl::ErrnoToStatus(errno, path);
  std::size_t written = 0;
  while (written < text.size()) {
    const ssize_t size = write(file, text.data() + written, text.size() - written);
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) {
      const int error = errno;
      close(file);
      return absl::ErrnoToStatus(error, path);
    }
    written += static_cast<std::size_t>(size);
  }
  return SyncAndClose(file, path);
}

}  // namespace

std::string ViewFileName(const std::string& view, int version, int generation) {
  return absl::StrCat(view, "-v", version, "-g", generation, ".db");
}

ViewGenerations ReadViewGenerations(const std::string& directory) {
  ViewGenerations live;
  std::ifstream file(directory + "/views.json");
  if (!file) return live;
  const nlohmann::json json = nlohmann::json::parse(file, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return live;
  for (const auto& [view, generation] : json.items()) {
    if (generation.is_number_integer() && generation >= kFirstGeneration) {
      live[view] = generation.get<int>();
    }
  }
  return live;
}

absl::Status WriteViewGenerations(const std::string& directory, const ViewGenerations& live) {
  const std::string path = directory + "/views.json";
  const std::string beside = path + ".new";
  absl::Status written = WriteSynced(beside, nlohmann::json(live).dump(2) + "\n");
  if (!written.ok()) return written;
  if (std::rename(beside.c_str(), path.c_str()) != 0) return absl::ErrnoToStatus(errno, path);
  const int folder = open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return absl::ErrnoToStatus(errno, directory);
  return SyncAndClose(folder, directory);
}

}  // namespace orders::infrastructure
