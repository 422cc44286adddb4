#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

#include "application/ports/call_meters.h"
#include "prometheus/counter.h"
#include "prometheus/gauge.h"
#include "prometheus/histogram.h"

namespace orders::infrastructure {

/// One name's share of four families: started, in flight, ended and how long it took. What a call
/// that ends well costs is a few atomic additions and the histogram's own short lock.
class PrometheusCallMeter final : public application::CallMeter {
 public:
  /// The counter of calls that ended so; made by its first call.
  using Ending =
      std::function<prometheus::Counter&(absl::StatusCode code, std::string_view reason)>;
  /// All live as long as the meter.
  PrometheusCallMeter(prometheus::Counter& started, prometheus::Gauge& in_flight,
                      prometheus::Histogram& seconds, Ending ending);

  void Started() override;
  void Ended(const absl::Status& status, std::string_view reason, absl::Duration took) override;

 private:
  prometheus::Counter& CounterOf(absl::StatusCode code, std::string_view reason);

  prometheus::Counter& started_;
  prometheus::Gauge& in_flight_;
  prometheus::Histogram& seconds_;
  const Ending ending_;
  prometheus::Counter& ended_well_;
  absl::Mutex mutex_;
  absl::flat_hash_map<std::string, prometheus::Counter*> ended_ill_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace orders::infrastructure
