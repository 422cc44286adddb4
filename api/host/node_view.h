#pragma once

#include <optional>

#include "absl/time/time.h"

#include "api/host/rate_window.h"
#include "api/host/store_backend.h"
#include "eventstoredb/node/embedded_event_store.h"
#include "eventstoredb/node/node_server.h"
#include "infrastructure/telemetry/metric_families.h"
#include "orders/v1/nodes.pb.h"

namespace orders::infrastructure {
struct Settings;
}  // namespace orders::infrastructure

namespace orders::api {

/// What a node is shown from, looked at at one moment.
struct NodeSources {
  const infrastructure::Settings& settings;
  const StoreBackend& backend;
  const infrastructure::MetricFamilies& metrics;  ///< All that the service counts.
  std::optional<eventstoredb::NodeServerStats> store_server;
  absl::Time now;
};

/// `rates` is told what the counters are now.
v1::Node MakeNode(const NodeSources& sources, RateWindow& rates);

/// What a histogram says of how long things took, in seconds. `counts` has one more than `bounds`:
/// those above all of them.
void SetLatency(const std::vector<double>& bounds, const std::vector<std::uint64_t>& counts,
                double sum, v1::Latency& message);

}  // namespace orders::api
