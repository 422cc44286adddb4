#include "api/host/service_metrics.h"

#include <string>
#include <utility>

namespace orders::api {
namespace {

using application::ProjectionState;
using application::ProjectionStatus;
using infrastructure::CounterFamily;
using infrastructure::GaugeFamily;
using infrastructure::MetricFamilies;
using infrastructure::MetricSample;

constexpr std::pair<ProjectionState, const char*> kStates[] = {
    {ProjectionState::kStarting, "starting"},
    {ProjectionState::kRunning, "running"},
    {ProjectionState::kRetrying, "retrying"},
    {ProjectionState::kStopped, "stopped"}};

/// One sample for each projection.
template <typename ValueOf>
std::vector<MetricSample> Samples(const std::vector<ProjectionStatus>& projections,
                                  ValueOf value_of) {
  std::vector<MetricSample> samples;
  for (const ProjectionStatus& projection : projections) {
    samples.push_back(
        {static_cast<double>(value_of(projection)), {{"projection", projection.name}}});
  }
  return samples;
}

}  // namespace

void AddProjectionMetrics(const std::vector<ProjectionStatus>& projections,
                          MetricFamilies& families) {
  using Status = ProjectionStatus;
  const auto gauge = [&](const char* name, const char* help, auto value_of) {
    families.push_back(GaugeFamily(name, help, Samples(projections, value_of)));
  };
  const auto counter = [&](const char* name, const char* help, auto value_of) {
    families.push_back(CounterFamily(name, help, Samples(projections, value_of)));
  };
  std::vector<MetricSample> states;
  std::vector<MetricSample> lags;
  for (const Status& projection : projections) {
    for (const auto& [state, name] : kStates) {
      states.push_back({projection.state == state ? 1.0 : 0.0,
                        {{"projection", projection.name}, {"state", name}}});
    }
    if (projection.lag_events.has_value()) {
      lags.push_back(
          {static_cast<double>(*projection.lag_events), {{"projection", projection.name}}});
    }
  }
  families.push_back(GaugeFamily("orders_projection_state",
                                 "1 for the state that the projection is in, 0 for the others.",
                                 states));
  gauge("orders_projection_position", "Position in the log up to which its answers hold.",
        [](const Status& status) { return status.position.commit; });
  families.push_back(GaugeFamily("orders_projection_lag_events",
                                 "Events that it has not applied; absent where that is not known.",
                                 lags));
  gauge("orders_projection_lag_seconds", "How old its answers may be.",
        [](const Status& status) { return absl::ToDoubleSeconds(status.lag); });
  gauge("orders_projection_caught_up", "1 when all history is applied.",
        [](const Status& status) { return status.caught_up ? 1 : 0; });
  gauge("orders_projection_building", "1 while a new read model is filled from the log.",
        [](const Status& status) { return status.building ? 1 : 0; });
  counter("orders_projection_events_total", "Events applied by this process.",
          [](const Status& status) { return status.events_applied; });
  counter("orders_projection_batches_total", "Batches committed by this process.",
          [](const Status& status) { return status.batches; });
  counter("orders_projection_events_skipped_total",
          "Events delivered again, at or below the checkpoint.",
          [](const Status& status) { return status.events_skipped; });
  gauge("orders_projection_blocked_orders",
        "Orders held as of before an event that could not be applied.",
        [](const Status& status) { return status.blocked_orders; });
  gauge("orders_projection_events_set_aside", "Such events, and those that wait behind them.",
        [](const Status& status) { return status.events_set_aside; });
  gauge("orders_projection_rebuilding", "1 while a file is built beside the live one.",
        [](const Status& status) {
          return status.rebuild.has_value() &&
                         status.rebuild->phase < application::RebuildPhase::kDone
                     ? 1
                     : 0;
        });
  gauge("orders_projection_rebuild_events", "Events that the last rebuild has applied.",
        [](const Status& status) {
          return status.rebuild.has_value() ? status.rebuild->events_applied : 0;
        });
  gauge("orders_projection_rebuild_differences",
        "Rows that the file had otherwise which the last rebuild replaced.",
        [](const Status& status) {
          return status.rebuild.has_value() && status.rebuild->comparison != nullptr
                     ? status.rebuild->comparison->differences
                     : 0;
        });
  std::vector<MetricSample> verified;
  std::vector<MetricSample> wrong;
  for (const Status& projection : projections) {
    const auto& last = projection.verification;
    if (!last.has_value() || last->comparison == nullptr) continue;
    verified.push_back({absl::ToDoubleSeconds(last->ended - absl::UnixEpoch()),
                        {{"projection", projection.name}}});
    wrong.push_back(
        {static_cast<double>(last->comparison->differences), {{"projection", projection.name}}});
  }
  families.push_back(GaugeFamily("orders_projection_verified_timestamp_seconds",
                                 "When the last verification ended, in seconds since 1970; absent "
                                 "where there was none.",
                                 verified));
  families.push_back(GaugeFamily("orders_projection_verification_differences",
                                 "What the last verification found wrong; absent where there was "
                                 "none.",
                                 wrong));
  gauge("orders_projection_waiting_queries", "Queries that wait until it has come far enough.",
        [](const Status& status) { return status.waiters; });
}

void AddLoadMetrics(const ServiceLoad& load, MetricFamilies& families) {
  const auto gauge = [&](const char* name, const char* help, std::size_t value) {
    families.push_back(GaugeFamily(name, help, {{static_cast<double>(value)}}));
  };
  gauge("orders_lane_commands_waiting", "Commands that wait for their order's turn.",
        load.lane_commands_waiting);
  gauge("orders_lane_commands_running", "Commands whose turn it is.", load.lane_commands_running);
  gauge("orders_command_worker_tasks_waiting", "Parts of commands that wait for a worker.",
        load.command_tasks_waiting);
  gauge("orders_query_worker_tasks_waiting", "Queries and watches that wait for a worker.",
        load.query_tasks_waiting);
  gauge("orders_watches_open", "Open watches.", load.watches);
  gauge("orders_http_connections", "Open connections of HTTP.", load.http_connections);
  gauge("orders_http_requests_in_flight", "Requests of HTTP that wait for their answers.",
        load.http_requests);
  families.push_back(
      CounterFamily("orders_tls_handshakes_refused_total", "TLS handshakes that came to nothing.",
                    {{static_cast<double>(load.grpc_handshakes_refused), {{"port", "grpc"}}},
                     {static_cast<double>(load.http_handshakes_refused), {{"port", "http"}}}}));
  gauge("orders_calls_in_flight", "Calls that are under way, whichever way they came.",
        static_cast<std::size_t>(load.calls_in_flight));
  gauge("orders_calls_in_flight_max",
        "How many may be at once: it shrinks while commands take longer than the target.",
        static_cast<std::size_t>(load.calls_in_flight_max));
  gauge("orders_insecure", "1 when --insecure lets ports be open without TLS or tokens.",
        load.is_insecure ? 1 : 0);
  gauge("orders_store_reachable", "0 when the last attempt to reach the store failed.",
        load.store_is_reachable ? 1 : 0);
}

}  // namespace orders::api
