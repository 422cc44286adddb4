#include "infrastructure/eventstoredb/client/call_registry.h"

#include <utility>
#include <vector>

namespace eventstoredb::client {

bool CallRegistry::Add(std::shared_ptr<OpenCall> call) {
  absl::MutexLock lock(&mutex_);
  if (closed_) return false;
  const OpenCall* const key = call.get();
  calls_.emplace(key, std::move(call));
  return true;
}

void CallRegistry::Remove(const OpenCall* call) {
  std::shared_ptr<OpenCall> kept;  // Destroyed without the lock: it may own the last of anything.
  absl::MutexLock lock(&mutex_);
  const auto found = calls_.find(call);
  if (found == calls_.end()) return;
  kept = std::move(found->second);
  calls_.erase(found);
}

std::size_t CallRegistry::size() const {
  absl::MutexLock lock(&mutex_);
  return calls_.size();
}

void CallRegistry::Close() {
  std::vector<std::shared_ptr<OpenCall>> open;
  {
    absl::MutexLock lock(&mutex_);
    closed_ = true;
    for (const auto& [key, call] : calls_) open.push_back(call);
  }
  for (const std::shared_ptr<OpenCall>& call : open) call->Cancel();
  open.clear();
  absl::MutexLock lock(&mutex_);
  const auto ended = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return calls_.empty(); };
  mutex_.Await(absl::Condition(&ended));
}

}  // namespace eventstoredb::client
