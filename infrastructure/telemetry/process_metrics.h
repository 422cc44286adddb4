#pragma once

#include <string_view>

#include "infrastructure/telemetry/metric_families.h"

namespace orders::infrastructure {

/// What every program tells of itself, under the names that Prometheus's own libraries give:
/// process_* and orders_build_info. What the system does not say is left out.
void AddProcessMetrics(std::string_view version, MetricFamilies& families);

}  // namespace orders::infrastructure
