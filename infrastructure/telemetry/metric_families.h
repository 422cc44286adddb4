#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "prometheus/metric_family.h"

namespace orders::infrastructure {

using MetricFamilies = std::vector<prometheus::MetricFamily>;

/// One time series of a family. Labels are names of ours.
struct MetricSample {
  double value = 0;
  std::vector<prometheus::ClientMetric::Label> labels = {};
};

// Families of values that are looked at when somebody asks, rather than counted as they happen.
// Names follow Prometheus's conventions: the unit last, counters end with _total.
prometheus::MetricFamily GaugeFamily(std::string name, std::string help,
                                     const std::vector<MetricSample>& samples);
prometheus::MetricFamily CounterFamily(std::string name, std::string help,
                                       const std::vector<MetricSample>& samples);
/// `counts` has one more than `bounds`: those above all of them.
prometheus::MetricFamily HistogramFamily(std::string name, std::string help,
                                         const std::vector<double>& bounds,
                                         const std::vector<std::uint64_t>& counts, double sum);

/// Prometheus's text format, version 0.0.4.
std::string ToPrometheusText(const MetricFamilies& families);

}  // namespace orders::infrastructure
