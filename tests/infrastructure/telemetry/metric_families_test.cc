#include "infrastructure/telemetry/metric_families.h"

#include <string>

#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "infrastructure/telemetry/process_metrics.h"

namespace orders::infrastructure {
namespace {

using ::testing::HasSubstr;

TEST(PrometheusText, HasHelpTypeLabelsAndValues) {
  EXPECT_EQ(
      ToPrometheusText({GaugeFamily("a_seconds", "How old.", {{1.5, {{"projection", "orders"}}}}),
                        CounterFamily("b_total", "How many.", {{2}})}),
      "# HELP a_seconds How old.\n"
      "# TYPE a_seconds gauge\n"
      "a_seconds{projection=\"orders\"} 1.5\n"
      "# HELP b_total How many.\n"
      "# TYPE b_total counter\n"
      "b_total 2\n");
}

TEST(PrometheusText, OfAHistogramCountsUpToEachBoundAndAll) {
  EXPECT_EQ(ToPrometheusText({HistogramFamily("h", "Sizes.", {1, 4}, {3, 2, 5}, 99)}),
            "# HELP h Sizes.\n"
            "# TYPE h histogram\n"
            "h_count 10\n"
            "h_sum 99\n"
            "h_bucket{le=\"1\"} 3\n"
            "h_bucket{le=\"4\"} 5\n"
            "h_bucket{le=\"+Inf\"} 10\n");
}

TEST(ProcessMetrics, TellOfThisProcess) {
  MetricFamilies families;
  AddProcessMetrics("1.2.3", families);
  const std::string text = ToPrometheusText(families);
  EXPECT_THAT(text, HasSubstr("orders_build_info{version=\"1.2.3\"} 1\n"));
  for (const prometheus::MetricFamily& family : families) {
    if (family.name == "process_start_time_seconds") {
      const absl::Time started = absl::UnixEpoch() + absl::Seconds(family.metric.at(0).gauge.value);
      EXPECT_GT(started, absl::Now() - absl::Hours(1));
      EXPECT_LT(started, absl::Now() + absl::Seconds(2)) << "the kernel rounds";
    }
    ASSERT_EQ(family.metric.size(), 1U);
    EXPECT_GT(family.metric[0].gauge.value + family.metric[0].counter.value, 0) << family.name;
  }
  EXPECT_EQ(families.size(), 6U);
}

}  // namespace
}  // namespace orders::infrastructure
