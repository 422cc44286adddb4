#pragma once

#include <string>
#include <vector>

#include "absl/time/time.h"

#include "application/ports/store_monitor.h"
#include "application/projections/projection_host.h"

namespace orders::application {

enum class HealthState {
  kServing,   ///< All is well.
  kDegraded,  ///< Answers may be old, incomplete or UNAVAILABLE; `reasons` say why.
};

struct ServiceHealth {
  HealthState state = HealthState::kServing;
  std::vector<std::string> reasons;  ///< For people; empty while serving.
};

/// What to say of a service whose store and read models are so. Pure. A read model that is filling
/// is a reason as well: what it lacks may exist. `other_faults` are what is wrong beside them,
/// each in a sentence.
ServiceHealth AssessHealth(const StoreReachability& store,
                           const std::vector<ProjectionStatus>& read_models, absl::Time now,
                           const std::vector<std::string>& other_faults = {});

}  // namespace orders::application
