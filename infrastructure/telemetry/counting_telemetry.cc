#include "infrastructure/telemetry/counting_telemetry.h"

#include <algorithm>

namespace orders::infrastructure {

void CountingTelemetry::CommandEnded(std::string_view command, const absl::Status& status,
                                     int attempts, bool cache_hit) {
  absl::MutexLock lock(&mutex_);
  ++counts_.commands[{std::string(command), status.code()}];
  counts_.append_attempts += static_cast<std::uint64_t>(std::max(attempts, 0));
  counts_.cache_hits += cache_hit ? 1U : 0U;
}

void CountingTelemetry::BatchApplied(std::string_view projection, int events,
                                     absl::Duration latency) {
  const std::string name(projection);
  absl::MutexLock lock(&mutex_);
  ++counts_.batches[name];
  counts_.events_applied[name] += static_cast<std::uint64_t>(std::max(events, 0));
  absl::Duration& latency_max = counts_.batch_latency_max[name];
  latency_max = std::max(latency_max, latency);
}

void CountingTelemetry::Log(application::Severity severity, std::string_view text) {
  logging_.Log(severity, text);
}

TelemetryCounts CountingTelemetry::Counts() const {
  absl::MutexLock lock(&mutex_);
  return counts_;
}

}  // namespace orders::infrastructure
