#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "application/projections/projection_host.h"
#include "infrastructure/telemetry/metric_families.h"

namespace orders::api {

void AddProjectionMetrics(const std::vector<application::ProjectionStatus>& projections,
                          infrastructure::MetricFamilies& families);

/// What waits and runs in the service at one moment.
struct ServiceLoad {
  std::size_t lane_commands_waiting = 0;
  std::size_t lane_commands_running = 0;
  std::size_t command_tasks_waiting = 0;
  std::size_t query_tasks_waiting = 0;
  std::size_t watches = 0;
  std::size_t http_connections = 0;
  std::size_t http_requests = 0;
  std::uint64_t grpc_handshakes_refused = 0;
  std::uint64_t http_handshakes_refused = 0;
  int calls_in_flight = 0;
  int calls_in_flight_max = 0;  ///< As it is now.
  bool store_is_reachable = true;
  bool is_insecure = false;  ///< Ports may be open to other machines without TLS or tokens.
};
void AddLoadMetrics(const ServiceLoad& load, infrastructure::MetricFamilies& families);

}  // namespace orders::api
