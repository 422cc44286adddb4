#pragma once

#include <cstddef>
#include <optional>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"

namespace eventstoredb {

/// What was looked up lately: holds the newest, at most twice `size_max`. Thread-safe; readers do
/// not wait for each other.
template <typename Key, typename Value>
class RecentMap {
 public:
  explicit RecentMap(std::size_t size_max) : size_max_(size_max) {}

  template <typename KeyView>
  std::optional<Value> Find(const KeyView& key) const {
    const absl::ReaderMutexLock lock(&mutex_);
    for (const Values* const values : {&newer_, &older_}) {
      if (const auto found = values->find(key); found != values->end()) return found->second;
    }
    return std::nullopt;
  }

  void Put(Key key, Value value) {
    Values gone;  // Freed without the lock.
    const absl::MutexLock lock(&mutex_);
    if (newer_.size() >= size_max_) gone = std::exchange(older_, std::exchange(newer_, {}));
    newer_.insert_or_assign(std::move(key), std::move(value));
  }

 private:
  using Values = absl::flat_hash_map<Key, Value>;

  const std::size_t size_max_;
  mutable absl::Mutex mutex_;
  Values newer_ ABSL_GUARDED_BY(mutex_);
  Values older_ ABSL_GUARDED_BY(mutex_);  ///< Goes as a whole when `newer_` is full.
};

}  // namespace eventstoredb
