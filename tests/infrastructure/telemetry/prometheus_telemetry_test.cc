#include "infrastructure/telemetry/prometheus_telemetry.h"

#include <map>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "infrastructure/telemetry/metric_families.h"

namespace orders::infrastructure {
namespace {

using application::CallMeter;
using application::Severity;
using prometheus::ClientMetric;
using prometheus::MetricFamily;

class PrometheusTelemetryTest : public ::testing::Test {
 protected:
  /// The time series of a family that have these labels, among others.
  std::vector<ClientMetric> Series(const std::string& family,
                                   const std::map<std::string, std::string>& labels = {}) const {
    std::vector<ClientMetric> found;
    for (const MetricFamily& each : telemetry_.Collect()) {
      if (each.name != family) continue;
      for (const ClientMetric& metric : each.metric) {
        std::map<std::string, std::string> has;
        for (const auto& label : metric.label) has[label.name] = label.value;
        bool fits = true;
        for (const auto& [name, value] : labels) fits = fits && has[name] == value;
        if (fits) found.push_back(metric);
      }
    }
    return found;
  }
  /// Their sum.
  double Sum(const std::string& family,
             const std::map<std::string, std::string>& labels = {}) const {
    double sum = 0;
    for (const ClientMetric& metric : Series(family, labels)) {
      sum += metric.counter.value + metric.gauge.value +
             static_cast<double>(metric.histogram.sample_count);
    }
    return sum;
  }
  static void Call(CallMeter& meter, const absl::Status& status, std::string_view reason) {
    meter.Started();
    meter.Ended(status, reason, absl::Milliseconds(2));
  }

  Logging logging_{{.severity_min = Severity::kError}};
  PrometheusTelemetry telemetry_{logging_};
};

TEST_F(PrometheusTelemetryTest, CountsCommandsByOutcomeAndReason) {
  CallMeter& meter = telemetry_.OfCommand("ShipItems");
  Call(meter, absl::OkStatus(), "");
  Call(meter, absl::OkStatus(), "");
  Call(meter, absl::FailedPreconditionError("pay first"), "NOT_PAID");
  Call(meter, absl::UnavailableError("who knows"), "OUTCOME_UNKNOWN");
  Call(meter, absl::DeadlineExceededError("late"), "DEADLINE_EXCEEDED");
  Call(meter, absl::ResourceExhaustedError("full"), "STORE_FULL");
  const std::string family = "orders_commands_total";
  EXPECT_EQ(Sum(family, {{"command", "ShipItems"}, {"outcome", "ok"}}), 2);
  EXPECT_EQ(Sum(family, {{"outcome", "refused"}}), 2);
  EXPECT_EQ(Sum(family, {{"outcome", "refused"}, {"reason", "NOT_PAID"}}), 1);
  EXPECT_EQ(Sum(family, {{"outcome", "unknown"}}), 2);
  EXPECT_EQ(Sum("orders_command_duration_seconds", {{"command", "ShipItems"}}), 6);
  EXPECT_EQ(Sum("orders_queries_total"), 0);
}

TEST_F(PrometheusTelemetryTest, ThatAreOkRefusedOrUnknownAreThoseStartedLessThoseInFlight) {
  constexpr int kThreads = 8;
  constexpr int kCalls = 500;
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] {
      CallMeter& meter = telemetry_.OfCommand(absl::StrCat("Command", i % 3));
      for (int j = 0; j < kCalls; ++j) {
        meter.Started();
        if (j % 5 == 4) continue;  // It stays in flight.
        meter.Ended(j % 2 == 0 ? absl::OkStatus() : absl::AbortedError(""),
                    j % 2 == 0 ? "" : "STALE_REVISION", absl::ZeroDuration());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(Sum("orders_commands_started_total"), kThreads * kCalls);
  EXPECT_EQ(Sum("orders_commands_in_flight"), kThreads * kCalls / 5);
  EXPECT_EQ(Sum("orders_commands_total"), kThreads * kCalls * 4 / 5);
  EXPECT_EQ(Sum("orders_command_duration_seconds"), kThreads * kCalls * 4 / 5);
}

TEST_F(PrometheusTelemetryTest, CountsQueriesByCode) {
  CallMeter& meter = telemetry_.OfQuery("GetOrder");
  EXPECT_EQ(&meter, &telemetry_.OfQuery("GetOrder"));
  Call(meter, absl::OkStatus(), "");
  Call(meter, absl::NotFoundError("no"), "ORDER_NOT_FOUND");
  Call(meter, absl::NotFoundError("no"), "REVISION_NOT_FOUND");
  EXPECT_EQ(Sum("orders_queries_total", {{"rpc", "GetOrder"}, {"code", "OK"}}), 1);
  EXPECT_EQ(Sum("orders_queries_total", {{"rpc", "GetOrder"}, {"code", "NOT_FOUND"}}), 2);
  EXPECT_EQ(Sum("orders_query_duration_seconds", {{"rpc", "GetOrder"}}), 3);
  EXPECT_EQ(Sum("orders_commands_total"), 0);
}

TEST_F(PrometheusTelemetryTest, NeverMakesMoreSeriesThanABoundWhateverTheReasons) {
  CallMeter& meter = telemetry_.OfCommand("SetNote");
  for (int i = 0; i < 1'000; ++i) {
    Call(meter, absl::InvalidArgumentError(""), absl::StrCat("REASON_", i));
  }
  EXPECT_EQ(Sum("orders_commands_total"), 1'000);
  EXPECT_LE(Series("orders_commands_total").size(), 130U);
  EXPECT_GT(Sum("orders_commands_total", {{"reason", "OTHER"}}), 800);
}

TEST_F(PrometheusTelemetryTest, CountsAppendsLostRacesAndCacheHits) {
  telemetry_.CommandEnded("SetNote", absl::OkStatus(), 1, false);
  telemetry_.CommandEnded("SetNote", absl::OkStatus(), 3, true);
  telemetry_.CommandEnded("SetNote", absl::AbortedError("late"), 0, true);
  telemetry_.CommandEnded("SetNote", absl::InvalidArgumentError("no"), 0, false);
  EXPECT_EQ(Sum("orders_command_append_attempts_total"), 4);
  EXPECT_EQ(Sum("orders_command_append_retries_total"), 2);
  EXPECT_EQ(Sum("orders_command_cache_hits_total"), 2);
  EXPECT_EQ(Sum("orders_command_cache_misses_total"), 1) << "the invalid one looked for nothing";
}

TEST_F(PrometheusTelemetryTest, KeepsLatenciesOfBatchesByProjection) {
  telemetry_.BatchApplied("orders", 10, absl::Milliseconds(3));
  telemetry_.BatchApplied("orders", 5, -absl::Seconds(1));  // A server's clock is ahead.
  telemetry_.BatchApplied("customers", 1, absl::Seconds(2));
  const auto of_orders =
      Series("orders_projection_visible_latency_seconds", {{"projection", "orders"}});
  ASSERT_EQ(of_orders.size(), 1U);
  EXPECT_EQ(of_orders[0].histogram.sample_count, 2U);
  EXPECT_DOUBLE_EQ(of_orders[0].histogram.sample_sum, .003);
  EXPECT_EQ(Sum("orders_projection_visible_latency_seconds"), 3);
  const auto events = Series("orders_projection_batch_events", {{"projection", "orders"}});
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].histogram.sample_sum, 15);
}

TEST_F(PrometheusTelemetryTest, CountsLinesBelowTheLogsLevelToo) {
  telemetry_.Log(Severity::kWarning, "tries again");
  telemetry_.Log(Severity::kInfo, "fine");
  EXPECT_EQ(Sum("orders_log_lines_total", {{"severity", "warning"}}), 1);
  EXPECT_EQ(Sum("orders_log_lines_total", {{"severity", "error"}}), 0);
  EXPECT_EQ(Sum("orders_log_lines_total"), 2);
}

}  // namespace
}  // namespace orders::infrastructure
