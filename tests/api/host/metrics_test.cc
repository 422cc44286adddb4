#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "api/host/service_metrics.h"
#include "api/host/store_metrics.h"
#include "infrastructure/telemetry/metric_families.h"

namespace orders::api {
namespace {

using application::ProjectionState;
using application::ProjectionStatus;
using ::testing::HasSubstr;
using ::testing::Not;

std::string TextOf(const std::vector<ProjectionStatus>& projections) {
  infrastructure::MetricFamilies families;
  AddProjectionMetrics(projections, families);
  return infrastructure::ToPrometheusText(families);
}

TEST(ProjectionMetrics, TellOfEachProjectionByItsName) {
  ProjectionStatus orders{.name = "orders", .state = ProjectionState::kRunning};
  orders.position = {.commit = 70, .prepare = 70};
  orders.lag_events = 3;
  orders.lag = absl::Milliseconds(1'500);
  orders.caught_up = true;
  orders.events_applied = 67;
  orders.waiters = 2;
  ProjectionStatus customers{.name = "customers", .state = ProjectionState::kStopped};
  customers.building = true;
  const std::string text = TextOf({orders, customers});
  for (const std::string line : {
           "orders_projection_state{projection=\"orders\",state=\"running\"} 1\n",
           "orders_projection_state{projection=\"orders\",state=\"stopped\"} 0\n",
           "orders_projection_state{projection=\"customers\",state=\"running\"} 0\n",
           "orders_projection_state{projection=\"customers\",state=\"stopped\"} 1\n",
           "orders_projection_position{projection=\"orders\"} 70\n",
           "orders_projection_lag_events{projection=\"orders\"} 3\n",
           "orders_projection_lag_seconds{projection=\"orders\"} 1.5\n",
           "orders_projection_caught_up{projection=\"orders\"} 1\n",
           "orders_projection_caught_up{projection=\"customers\"} 0\n",
           "orders_projection_building{projection=\"customers\"} 1\n",
           "orders_projection_events_total{projection=\"orders\"} 67\n",
           "orders_projection_waiting_queries{projection=\"orders\"} 2\n",
       }) {
    EXPECT_THAT(text, HasSubstr(line));
  }
}

TEST(ProjectionMetrics, DoNotTellALagThatIsNotKnown) {
  ProjectionStatus status{.name = "orders"};
  EXPECT_THAT(TextOf({status}), Not(HasSubstr("orders_projection_lag_events{")));
  status.lag_events = 0;
  EXPECT_THAT(TextOf({status}), HasSubstr("orders_projection_lag_events{projection=\"orders\"} 0"));
}

TEST(LoadMetrics, TellWhatWaitsAndRunsAndWhetherTheStoreIsThere) {
  infrastructure::MetricFamilies families;
  AddLoadMetrics({.lane_commands_waiting = 5,
                  .lane_commands_running = 4,
                  .command_tasks_waiting = 3,
                  .query_tasks_waiting = 2,
                  .watches = 1,
                  .http_connections = 7,
                  .http_requests = 3,
                  .store_is_reachable = false},
                 families);
  const std::string text = infrastructure::ToPrometheusText(families);
  for (const std::string line :
       {"orders_lane_commands_waiting 5\n", "orders_lane_commands_running 4\n",
        "orders_command_worker_tasks_waiting 3\n", "orders_query_worker_tasks_waiting 2\n",
        "orders_watches_open 1\n", "orders_http_connections 7\n",
        "orders_http_requests_in_flight 3\n", "orders_store_reachable 0\n"}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
}

TEST(LogMetrics, TellAppendsByOutcomeAndCommitsByTimeAndSize) {
  eventstoredb::EmbeddedEventStoreStats stats;
  stats.appends_written = 9;
  stats.appends_idempotent = 8;
  stats.appends_refused = 7;
  stats.appends_no_space = 6;
  stats.appends_overloaded = 5;
  stats.wal_pages = 3;
  stats.last_position = 1'234'567;
  for (const double events : {1, 2, 3, 5'000}) stats.group_events.Add(events);
  stats.commit_seconds.Add(.004);
  infrastructure::MetricFamilies families;
  AddLogMetrics(stats, families);
  const std::string text = infrastructure::ToPrometheusText(families);
  for (const std::string line : {
           "eventstoredb_log_appends_total{outcome=\"written\"} 9\n",
           "eventstoredb_log_appends_total{outcome=\"idempotent\"} 8\n",
           "eventstoredb_log_appends_total{outcome=\"refused\"} 7\n",
           "eventstoredb_log_appends_total{outcome=\"no_space\"} 6\n",
           "eventstoredb_log_appends_total{outcome=\"overloaded\"} 5\n",
           "eventstoredb_log_wal_bytes 12288\n",
           "eventstoredb_log_end_position 1234567\n",
           "eventstoredb_log_group_events_bucket{le=\"1\"} 1\n",
           "eventstoredb_log_group_events_bucket{le=\"2\"} 2\n",
           "eventstoredb_log_group_events_bucket{le=\"4\"} 3\n",
           "eventstoredb_log_group_events_bucket{le=\"2048\"} 3\n",
           "eventstoredb_log_group_events_bucket{le=\"+Inf\"} 4\n",
           "eventstoredb_log_group_events_sum 5006\n",
           "eventstoredb_log_commit_duration_seconds_bucket{le=\"0.0025\"} 0\n",
           "eventstoredb_log_commit_duration_seconds_bucket{le=\"0.005\"} 1\n",
       }) {
    EXPECT_THAT(text, HasSubstr(line));
  }
}

}  // namespace
}  // namespace orders::api
