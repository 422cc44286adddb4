#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <string>

#include "absl/time/time.h"

#include "api/orderctl/load/latency_histogram.h"
#include "api/orderctl/session.h"

namespace orders::api {

enum class LoadMix {
  kCreate,
  kGet,
  kMixed,  ///< Four gets to a create.
};

struct LoadOptions {
  absl::Duration duration = absl::Seconds(10);  ///< Measured.
  absl::Duration warmup = absl::Seconds(1);     ///< Before that, not counted.
  int concurrency = 64;                         ///< Calls in flight.
  int channels = 4;                             ///< Connections they are spread over.
  LoadMix mix = LoadMix::kCreate;
};

struct LoadResult {
  absl::Duration measured;
  LatencyHistogram latencies;                  ///< Of calls that succeeded.
  std::map<std::string, std::int64_t> errors;  ///< By code.
  grpc::Status last_error;
  double client_cpu_us_per_call = 0;
  double CallsPerSecond() const;
};

/// A closed loop: a slot sends its next call when the last one is answered; after an error it waits
/// a little. All slots are driven by one completion queue and the calling thread. What is answered
/// after the end is not counted. `stop` ends it early. Writes a line every 5 seconds on standard
/// error. The status: preparing (orders to get) failed.
grpc::Status RunLoad(const GlobalOptions& global, const LoadOptions& options,
                     const std::atomic<bool>& stop, LoadResult& result);

}  // namespace orders::api
