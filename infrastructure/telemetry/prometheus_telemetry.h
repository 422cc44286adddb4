#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

#include "application/ports/call_meters.h"
#include "application/ports/telemetry.h"
#include "infrastructure/telemetry/logging.h"
#include "infrastructure/telemetry/prometheus_call_meter.h"
#include "prometheus/counter.h"
#include "prometheus/family.h"
#include "prometheus/gauge.h"
#include "prometheus/histogram.h"
#include "prometheus/metric_family.h"
#include "prometheus/registry.h"

namespace orders::infrastructure {

/// Counts what happens in the service, for a scrape, and logs lines. docs/operations.md lists the
/// metrics. Label values are names of ours, so their number is bound.
class PrometheusTelemetry final : public application::Telemetry, public application::CallMeters {
 public:
  /// `logging` outlives it.
  explicit PrometheusTelemetry(Logging& logging);

  void CommandEnded(std::string_view command, const absl::Status& status, int attempts,
                    bool cache_hit) override;
  void BatchApplied(std::string_view projection, int events, absl::Duration latency) override;
  void Log(application::Severity severity, std::string_view text) override;

  application::CallMeter& OfCommand(std::string_view name) override;
  application::CallMeter& OfQuery(std::string_view name) override;

  /// What was counted up to now. A family without a value is not in it.
  std::vector<prometheus::MetricFamily> Collect() const { return registry_.Collect(); }

 private:
  template <typename Metric>
  using Family = prometheus::Family<Metric>;
  /// The families that the meters of one kind of call share.
  struct CallFamilies {
    Family<prometheus::Counter>& started;
    Family<prometheus::Gauge>& in_flight;
    Family<prometheus::Counter>& ended;
    Family<prometheus::Histogram>& seconds;
  };
  struct Batches {
    prometheus::Histogram* visible_seconds = nullptr;
    prometheus::Histogram* events = nullptr;
  };
  using Meters = absl::flat_hash_map<std::string, std::unique_ptr<PrometheusCallMeter>>;

  Logging& logging_;
  prometheus::Registry registry_;
  const CallFamilies command_calls_;
  const CallFamilies query_calls_;
  prometheus::Counter& append_attempts_;
  prometheus::Counter& append_retries_;
  prometheus::Counter& cache_hits_;
  prometheus::Counter& cache_misses_;
  Family<prometheus::Histogram>& visible_seconds_;
  Family<prometheus::Histogram>& batch_events_;
  Family<prometheus::Counter>& log_lines_;
  std::vector<prometheus::Counter*> lines_of_severity_;

  absl::Mutex mutex_;
  Meters commands_ ABSL_GUARDED_BY(mutex_);
  Meters queries_ ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_map<std::string, Batches> batches_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace orders::infrastructure
