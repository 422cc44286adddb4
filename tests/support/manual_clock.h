#pragma once

#include <atomic>
#include <cstdint>

#include "absl/time/time.h"

#include "application/ports/clock.h"

namespace orders::testing_support {

/// Stands at 2026-01-02T03:04:05.000006Z until it is moved. Thread-safe.
class ManualClock final : public application::Clock {
 public:
  static constexpr std::int64_t kStart = 1'767'323'045'000'006;

  absl::Time Now() override { return absl::FromUnixMicros(micros_ += step_); }
  void Advance(absl::Duration by) { micros_ += absl::ToInt64Microseconds(by); }
  /// Each Now is later than the one before by `step`.
  void TickBy(absl::Duration step) { step_ = absl::ToInt64Microseconds(step); }

 private:
  std::atomic<std::int64_t> micros_{kStart};
  std::atomic<std::int64_t> step_{0};
};

}  // namespace orders::testing_support
