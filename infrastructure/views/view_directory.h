#pragma once

#include <map>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"

namespace orders::infrastructure {

/// The files of one read model, by name within the folder; empty: none.
struct ViewFileNames {
  std::string live;
  std::string beside;  ///< Being built.
  bool operator==(const ViewFileNames&) const = default;
};

/// The folder of all read models. `views.json` says which file of each is live; it is written
/// beside, synced, renamed, the folder synced: always the old one or the new one. Thread-safe.
class ViewDirectory {
 public:
  /// A folder that is there. A `views.json` that is missing or cannot be read names nothing: read
  /// models are then built anew.
  explicit ViewDirectory(std::string path);

  ViewFileNames NamesOf(const std::string& view) const;
  /// Errors: those of the file system; nothing has changed then.
  absl::Status Name(const std::string& view, const ViewFileNames& names);
  /// "orders-v2-g7.db": of a generation that no file of the folder has had. A file is never
  /// renamed, so that a running query may keep it open.
  std::string NewName(const std::string& view, int version) const;
  std::string PathOf(const std::string& name) const { return path_ + "/" + name; }
  /// Deletes the files of `view` that are not named.
  void DeleteOthers(const std::string& view) const;
  /// With what SQLite keeps beside it. What is not there is no error.
  void Delete(const std::string& name) const;

 private:
  const std::string path_;
  mutable absl::Mutex mutex_;
  std::map<std::string, ViewFileNames> names_ ABSL_GUARDED_BY(mutex_);
};

/// Deletes a read model's file and what SQLite and ViewFile keep beside it.
void DeleteViewFile(const std::string& path);

}  // namespace orders::infrastructure
