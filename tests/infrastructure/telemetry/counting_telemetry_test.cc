#include "infrastructure/telemetry/counting_telemetry.h"

#include "gtest/gtest.h"

namespace orders::infrastructure {
namespace {

TEST(CountingTelemetry, CountsCommandsByNameAndCode) {
  Logging logging({});
  CountingTelemetry telemetry(logging);
  telemetry.CommandEnded("CreateOrder", absl::OkStatus(), 1, false);
  telemetry.CommandEnded("CreateOrder", absl::OkStatus(), 3, true);
  telemetry.CommandEnded("CreateOrder", absl::AbortedError("late"), 0, true);
  const TelemetryCounts counts = telemetry.Counts();
  EXPECT_EQ(counts.commands.at({"CreateOrder", absl::StatusCode::kOk}), 2U);
  EXPECT_EQ(counts.commands.at({"CreateOrder", absl::StatusCode::kAborted}), 1U);
  EXPECT_EQ(counts.append_attempts, 4U);
  EXPECT_EQ(counts.cache_hits, 2U);
}

TEST(CountingTelemetry, KeepsTheWorstLatencyOfEachProjection) {
  Logging logging({});
  CountingTelemetry telemetry(logging);
  telemetry.BatchApplied("orders", 10, absl::Milliseconds(3));
  telemetry.BatchApplied("orders", 5, absl::Milliseconds(1));
  const TelemetryCounts counts = telemetry.Counts();
  EXPECT_EQ(counts.batches.at("orders"), 2U);
  EXPECT_EQ(counts.events_applied.at("orders"), 15U);
  EXPECT_EQ(counts.batch_latency_max.at("orders"), absl::Milliseconds(3));
}

}  // namespace
}  // namespace orders::infrastructure
