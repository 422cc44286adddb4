#include "infrastructure/access/verified_tokens.h"

#include <utility>

namespace orders::infrastructure {

std::optional<TokenClaims> VerifiedTokens::Find(const application::Sha256& hash) const {
  const absl::ReaderMutexLock lock(&mutex_);
  for (const Claims* const claims : {&newer_, &older_}) {
    if (const auto found = claims->find(hash); found != claims->end()) return found->second;
  }
  return std::nullopt;
}

void VerifiedTokens::Add(const application::Sha256& hash, TokenClaims claims) {
  Claims gone;  // Freed without the lock.
  const absl::MutexLock lock(&mutex_);
  if (newer_.size() >= size_max_) {
    gone = std::exchange(older_, std::exchange(newer_, {}));
  }
  newer_.insert_or_assign(hash, std::move(claims));
}

}  // namespace orders::infrastructure
