#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

#include "application/ports/telemetry.h"

namespace orders::api {

/// Counts the TLS handshakes that came to nothing at one port, and logs them: a line a second at
/// most, however many there are, with the newest one's reason. Thread-safe.
class RefusedHandshakes {
 public:
  /// `port` is a word for people: "grpc". `telemetry` outlives this; null: nothing is logged.
  RefusedHandshakes(std::string port, application::Telemetry* telemetry)
      : port_(std::move(port)), telemetry_(telemetry) {}

  void Count(std::string_view reason);
  std::uint64_t count() const { return count_.load(); }

 private:
  void Log(std::string_view reason);

  const std::string port_;
  application::Telemetry* const telemetry_;
  std::atomic<std::uint64_t> count_ = 0;
  absl::Mutex mutex_;
  absl::Time quiet_until_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
  std::uint64_t not_logged_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace orders::api
