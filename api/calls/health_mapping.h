#pragma once

#include <string>
#include <vector>

#include "absl/time/time.h"

#include "application/log_position.h"
#include "application/ports/store_monitor.h"
#include "application/projections/projection_host.h"
#include "orders/v1/admin.pb.h"

namespace orders::api {

/// What is known of the store that the service runs on.
struct StoreCondition {
  application::StoreIdentity identity;
  std::string kind;  ///< "embedded", "memory" or "server".
  application::StoreReachability reachability;
};

// Pure. Messages are empty when given.

void SetStoreHealth(const StoreCondition& store, v1::StoreHealth& message);
void SetHealthResponse(const StoreCondition& store,
                       const std::vector<application::ProjectionStatus>& read_models,
                       absl::Time now, const std::vector<std::string>& other_faults,
                       v1::GetHealthResponse& message);

}  // namespace orders::api
