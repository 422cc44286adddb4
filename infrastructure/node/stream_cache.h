#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <unordered_map>

#include "infrastructure/node/stream_metadata.h"

namespace eventstoredb {

/// What is known of a stream without asking the log.
struct CachedStream {
  std::string name;

  // Guarded by the owner of the cache.
  bool known = false;  ///< `head` is true as soon as nothing is pending, and nothing is hidden.
  std::optional<std::uint64_t> head;  ///< Of the last synced group; absent: no events.
  std::size_t pending = 0;            ///< Appends that are queued or being committed.
  std::list<CachedStream*>::iterator unpinned;

  // The writer thread's own, inside a group: where the stream will be once the group is synced.
  bool loaded = false;
  bool touched = false;
  bool unreadable = false;
  std::int64_t id = 0;  ///< 0: no row yet.
  std::optional<std::uint64_t> last;
  bool is_tombstoned = false;
  bool has_metadata = false;
  StreamVisibility metadata;
};

/// A bounded cache of streams, least recently used out first. Pinned streams stay. Not thread-safe.
class StreamCache {
 public:
  explicit StreamCache(std::size_t streams_max) : streams_max_(streams_max) {}

  /// The address stays good until the matching Unpin.
  CachedStream* Pin(const std::string& name);
  void Unpin(CachedStream* stream);
  const CachedStream* Find(const std::string& name) const;

 private:
  const std::size_t streams_max_;
  std::unordered_map<std::string, CachedStream> streams_;
  std::list<CachedStream*> unpinned_;  ///< Oldest first.
};

}  // namespace eventstoredb
