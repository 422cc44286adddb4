#pragma once

#include <algorithm>

#include "absl/random/random.h"
#include "absl/time/time.h"

namespace eventstoredb::client {

/// The pause after attempt number `attempt` (from 1 on): doubles from `min` to `max`, of which
/// `share` (0 to 1) moves it between a half and the whole, so that many who failed at once do not
/// come back at once.
inline absl::Duration Backoff(absl::Duration min, absl::Duration max, int attempt, double share) {
  constexpr int kDoublingsMax = 30;
  const absl::Duration whole =
      std::min(max, min * (std::int64_t{1} << std::clamp(attempt - 1, 0, kDoublingsMax)));
  return whole / 2 + whole / 2 * share;
}

inline absl::Duration RandomBackoff(absl::Duration min, absl::Duration max, int attempt) {
  thread_local absl::BitGen random;
  return Backoff(min, max, attempt, absl::Uniform(random, 0.0, 1.0));
}

}  // namespace eventstoredb::client
