#pragma once

#include <cstddef>
#include <optional>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"

#include "application/ports/digest.h"
#include "infrastructure/access/token_claims.h"

namespace orders::infrastructure {

/// Tokens whose signature was right, by their SHA-256, so that a caller's next call costs a hash
/// rather than a signature (0.05 to 0.15 ms). Only right ones are kept: wrong ones push none out.
/// Holds the newest, at most twice `size_max`. Thread-safe.
class VerifiedTokens {
 public:
  explicit VerifiedTokens(std::size_t size_max) : size_max_(size_max) {}

  std::optional<TokenClaims> Find(const application::Sha256& hash) const;
  void Add(const application::Sha256& hash, TokenClaims claims);

 private:
  using Claims = absl::flat_hash_map<application::Sha256, TokenClaims>;

  const std::size_t size_max_;
  mutable absl::Mutex mutex_;
  Claims newer_ ABSL_GUARDED_BY(mutex_);
  Claims older_ ABSL_GUARDED_BY(mutex_);  ///< Goes as a whole when `newer_` is full.
};

}  // namespace orders::infrastructure
