#include "infrastructure/views/view_directory.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "nlohmann/json.hpp"

namespace orders::infrastructure {
namespace {

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

std::map<std::string, ViewFileNames> ReadNames(const std::string& path) {
  std::map<std::string, ViewFileNames> names;
  std::ifstream file(path);
  if (!file) return names;
  const nlohmann::json json = nlohmann::json::parse(file, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return names;
  for (const auto& [view, files] : json.items()) {
    // Versions before the first rebuild wrote the generation alone.
    if (files.is_number_integer()) {
      names[view].live = absl::StrCat(view, "-v1-g", files.get<int>(), ".db");
      continue;
    }
    if (!files.is_object()) continue;
    const auto name = [&files = files](const char* key) {
      const auto found = files.find(key);
      return found != files.end() && found->is_string() ? found->get<std::string>() : "";
    };
    names[view] = {.live = name("live"), .beside = name("beside")};
  }
  return names;
}

absl::Status WriteNames(const std::string& directory,
                        const std::map<std::string, ViewFileNames>& names) {
  nlohmann::json json = nlohmann::json::object();
  for (const auto& [view, files] : names) {
    json[view]["live"] = files.live;
    if (!files.beside.empty()) json[view]["beside"] = files.beside;
  }
  const std::string path = directory + "/views.json";
  const std::string beside = path + ".new";
  absl::Status written = WriteSynced(beside, json.dump(2) + "\n");
  if (!written.ok()) return written;
  if (std::rename(beside.c_str(), path.c_str()) != 0) return absl::ErrnoToStatus(errno, path);
  const int folder = open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return absl::ErrnoToStatus(errno, directory);
  return SyncAndClose(folder, directory);
}

/// Of "orders-v2-g7.db" and what SQLite adds to it; none: it is no file of `view`.
std::optional<int> GenerationOf(absl::string_view name, const std::string& view) {
  if (!absl::ConsumePrefix(&name, view + "-v")) return std::nullopt;
  const std::size_t generation = name.find("-g");
  const std::size_t end = name.find(".db");
  int number = 0;
  if (generation == absl::string_view::npos || end == absl::string_view::npos || end < generation ||
      !absl::SimpleAtoi(name.substr(generation + 2, end - generation - 2), &number)) {
    return std::nullopt;
  }
  return number;
}

std::vector<std::string> FilesIn(const std::string& directory) {
  std::vector<std::string> files;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(directory, error), end; !error && entry != end;
       entry.increment(error)) {
    files.push_back(entry->path().filename().string());
  }
  return files;
}

}  // namespace

void DeleteViewFile(const std::string& path) {
  std::error_code ignored;  // What cannot be deleted fails to open, with a better text.
  for (const char* const suffix : {"", "-wal", "-shm", ".damaged"}) {
    std::filesystem::remove(path + suffix, ignored);
  }
}

ViewDirectory::ViewDirectory(std::string path)
    : path_(std::move(path)), names_(ReadNames(path_ + "/views.json")) {}

ViewFileNames ViewDirectory::NamesOf(const std::string& view) const {
  const absl::MutexLock lock(&mutex_);
  const auto found = names_.find(view);
  return found == names_.end() ? ViewFileNames{} : found->second;
}

absl::Status ViewDirectory::Name(const std::string& view, const ViewFileNames& names) {
  const absl::MutexLock lock(&mutex_);
  const auto found = names_.find(view);
  if (found != names_.end() && found->second == names) return absl::OkStatus();
  std::map<std::string, ViewFileNames> next = names_;
  next[view] = names;
  const absl::Status written = WriteNames(path_, next);
  if (written.ok()) names_ = std::move(next);
  return written;
}

std::string ViewDirectory::NewName(const std::string& view, int version) const {
  int last = 0;
  for (const std::string& file : FilesIn(path_)) {
    last = std::max(last, GenerationOf(file, view).value_or(0));
  }
  const ViewFileNames names = NamesOf(view);
  last = std::max({last, GenerationOf(names.live, view).value_or(0),
                   GenerationOf(names.beside, view).value_or(0)});
  return absl::StrCat(view, "-v", version, "-g", last + 1, ".db");
}

void ViewDirectory::DeleteOthers(const std::string& view) const {
  const ViewFileNames names = NamesOf(view);
  for (const std::string& file : FilesIn(path_)) {
    if (!GenerationOf(file, view).has_value()) continue;
    const bool is_named = (!names.live.empty() && absl::StartsWith(file, names.live)) ||
                          (!names.beside.empty() && absl::StartsWith(file, names.beside));
    std::error_code ignored;
    if (!is_named) std::filesystem::remove(PathOf(file), ignored);
  }
}

void ViewDirectory::Delete(const std::string& name) const { DeleteViewFile(PathOf(name)); }

}  // namespace orders::infrastructure
