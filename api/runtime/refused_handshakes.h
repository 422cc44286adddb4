#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

#include "api/runtime/line_pace.h"
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
  LinePace pace_;
};

}  // namespace orders::api
