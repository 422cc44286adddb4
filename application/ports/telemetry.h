#pragma once

#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace orders::application {

enum class Severity { kDebug, kInfo, kWarning, kError };

/// What happened, for people and for graphs. Thread-safe, never blocks for long.
class Telemetry {
 public:
  virtual ~Telemetry() = default;
  /// One command ended. `attempts` counts appends tried.
  virtual void CommandEnded(std::string_view command, const absl::Status& status, int attempts,
                            bool cache_hit) = 0;
  /// A batch of a projection that has applied all history became visible. `latency` is the age of
  /// its oldest event.
  virtual void BatchApplied(std::string_view projection, int events, absl::Duration latency) = 0;
  /// `text` is one line with ids as key=value.
  virtual void Log(Severity severity, std::string_view text) = 0;
};

}  // namespace orders::application
