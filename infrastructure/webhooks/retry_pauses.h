#pragma once

#include <optional>

#include "absl/time/time.h"

namespace orders::infrastructure {

struct RetryPausesOptions {
  absl::Duration first = absl::Seconds(5);
  absl::Duration max = absl::Hours(24);
  /// Attempts of one message, the first one included. With the pauses above: three and a half days
  /// in the mean, a week at most; then the message is a dead letter.
  int attempts_max = 20;
};

/// How long to wait after the `attempt`th attempt (from 1) has failed: `first`, doubled each time,
/// at most `max`, and of that a random part (`uniform`, 0 to 1: full jitter). What the receiver
/// asks for is waited for, up to `max`.
inline absl::Duration PauseAfter(int attempt, std::optional<absl::Duration> asked_for,
                                 double uniform, const RetryPausesOptions& options) {
  absl::Duration pause = options.first;
  for (int i = 1; i < attempt && pause < options.max; ++i) pause *= 2;
  pause = std::min(pause, options.max) * uniform;
  if (asked_for.has_value()) pause = std::max(pause, std::min(*asked_for, options.max));
  return pause;
}

}  // namespace orders::infrastructure
