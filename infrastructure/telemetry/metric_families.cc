#include "infrastructure/telemetry/metric_families.h"

#include <limits>
#include <sstream>
#include <utility>

#include "prometheus/text_serializer.h"

namespace orders::infrastructure {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

MetricFamily GaugeFamily(std::string name, std::string help,
                         const std::vector<MetricSample>& samples) {
  MetricFamily family{std::move(name), std::move(help), MetricType::Gauge, {}};
  for (const MetricSample& sample : samples) {
    ClientMetric& metric = family.metric.emplace_back();
    metric.label = sample.labels;
    metric.gauge.value = sample.value;
  }
  return family;
}

MetricFamily CounterFamily(std::string name, std::string help,
                           const std::vector<MetricSample>& samples) {
  MetricFamily family{std::move(name), std::move(help), MetricType::Counter, {}};
  for (const MetricSample& sample : samples) {
    ClientMetric& metric = family.metric.emplace_back();
    metric.label = sample.labels;
    metric.counter.value = sample.value;
  }
  return family;
}

MetricFamily HistogramFamily(std::string name, std::string help, const std::vector<double>& bounds,
                             const std::vector<std::uint64_t>& counts, double sum) {
  MetricFamily family{std::move(name), std::move(help), MetricType::Histogram, {}};
  auto& histogram = family.metric.emplace_back().histogram;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    histogram.sample_count += counts[i];
    histogram.bucket.push_back(
        {.cumulative_count = histogram.sample_count,
         .upper_bound = i < bounds.size() ? bounds[i] : std::numeric_limits<double>::infinity()});
  }
  histogram.sample_sum = sum;
  return family;
}

std::string ToPrometheusText(const MetricFamilies& families) {
  std::ostringstream out;
  prometheus::TextSerializer().Serialize(out, families);
  return std::move(out).str();
}

}  // namespace orders::infrastructure
