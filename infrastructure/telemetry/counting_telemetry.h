#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

#include "application/ports/telemetry.h"
#include "infrastructure/telemetry/logging.h"

namespace orders::infrastructure {

/// What was counted since the process started. Labels are names of ours, so their number is bound.
struct TelemetryCounts {
  std::map<std::pair<std::string, absl::StatusCode>, std::uint64_t> commands;
  std::uint64_t append_attempts = 0;
  std::uint64_t cache_hits = 0;
  std::map<std::string, std::uint64_t> batches;             ///< By projection.
  std::map<std::string, std::uint64_t> events_applied;      ///< By projection.
  std::map<std::string, absl::Duration> batch_latency_max;  ///< By projection.
};

/// Counts in memory and logs lines.
class CountingTelemetry final : public application::Telemetry {
 public:
  /// `logging` outlives it.
  explicit CountingTelemetry(Logging& logging) : logging_(logging) {}

  void CommandEnded(std::string_view command, const absl::Status& status, int attempts,
                    bool cache_hit) override;
  void BatchApplied(std::string_view projection, int events, absl::Duration latency) override;
  void Log(application::Severity severity, std::string_view text) override;

  TelemetryCounts Counts() const;

 private:
  Logging& logging_;
  mutable absl::Mutex mutex_;
  TelemetryCounts counts_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace orders::infrastructure
