#include "infrastructure/node/stream_cache.h"

namespace eventstoredb {

CachedStream* StreamCache::Pin(const std::string& name) {
  const auto [place, added] = streams_.try_emplace(name);
  CachedStream& stream = place->second;
  if (added) {
    stream.name = name;
  } else if (stream.pending == 0) {
    unpinned_.erase(stream.unpinned);
  }
  ++stream.pending;
  return &stream;
}

void StreamCache::Unpin(CachedStream* stream) {
  if (--stream->pending > 0) return;
  stream->unpinned = unpinned_.insert(unpinned_.end(), stream);
  while (streams_.size() > streams_max_ && !unpinned_.empty()) {
    const std::string oldest = unpinned_.front()->name;
    unpinned_.pop_front();
    streams_.erase(oldest);
  }
}

const CachedStream* StreamCache::Find(const std::string& name) const {
  const auto found = streams_.find(name);
  return found == streams_.end() ? nullptr : &found->second;
}

}  // namespace eventstoredb
