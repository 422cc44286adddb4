#include "api/host/node_view.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <string>

#include "absl/strings/str_cat.h"

#include "api/calls/duration_message.h"
#include "api/calls/health_mapping.h"
#include "api/calls/value_mapping.h"
#include "api/host/store_metrics.h"
#include "application/queries/freshness.h"
#include "eventstoredb/client.h"
#include "infrastructure/config/settings.h"

namespace orders::api {
namespace {

using infrastructure::MetricFamilies;
using prometheus::ClientMetric;

constexpr double kMillisecondsPerSecond = 1'000;
constexpr char kEventsCounter[] = "log events";

const std::vector<ClientMetric>& MetricsOf(const MetricFamilies& families, std::string_view name) {
  static const auto& none = *new std::vector<ClientMetric>();
  const auto found = std::find_if(families.begin(), families.end(),
                                  [name](const auto& family) { return family.name == name; });
  return found == families.end() ? none : found->metric;
}

std::string LabelOf(const ClientMetric& metric, std::string_view name) {
  for (const ClientMetric::Label& label : metric.label) {
    if (label.name == name) return label.value;
  }
  return "";
}

/// Of a gauge, or a counter, without labels; 0 if there is none.
double ValueOf(const MetricFamilies& families, std::string_view name) {
  const std::vector<ClientMetric>& metrics = MetricsOf(families, name);
  if (metrics.empty()) return 0;
  return std::max(metrics.front().gauge.value, metrics.front().counter.value);
}

std::uint64_t Whole(double value) {
  return value > 0 ? static_cast<std::uint64_t>(std::llround(value)) : 0;
}

/// The families that one kind of call is counted in.
struct CallFamilies {
  v1::CallStatistics::Kind kind;
  std::string_view label;
  std::string_view started;
  std::string_view in_flight;
  std::string_view ended;
  std::string_view seconds;
};
constexpr CallFamilies kCallFamilies[] = {
    {v1::CallStatistics::COMMAND, "command", "orders_commands_started_total",
     "orders_commands_in_flight", "orders_commands_total", "orders_command_duration_seconds"},
    {v1::CallStatistics::QUERY, "rpc", "orders_queries_started_total", "orders_queries_in_flight",
     "orders_queries_total", "orders_query_duration_seconds"}};

bool EndedWell(const ClientMetric& ended) {
  return LabelOf(ended, "code") == "OK" || LabelOf(ended, "outcome") == "ok";
}

void SetLatencyOf(const ClientMetric::Histogram& histogram, v1::Latency& message) {
  std::vector<double> bounds;
  std::vector<std::uint64_t> counts;
  std::uint64_t below = 0;
  for (const ClientMetric::Bucket& bucket : histogram.bucket) {
    if (std::isfinite(bucket.upper_bound)) bounds.push_back(bucket.upper_bound);
    counts.push_back(bucket.cumulative_count - below);
    below = bucket.cumulative_count;
  }
  SetLatency(bounds, counts, histogram.sample_sum, message);
}

/// Those that were called at all.
std::map<std::string, v1::CallStatistics> CallsOf(const MetricFamilies& metrics,
                                                  const CallFamilies& families) {
  std::map<std::string, v1::CallStatistics> calls;
  for (const ClientMetric& started : MetricsOf(metrics, families.started)) {
    if (started.counter.value == 0) continue;
    const std::string name = LabelOf(started, families.label);
    calls[name].set_name(name);
    calls[name].set_kind(families.kind);
    calls[name].set_started(Whole(started.counter.value));
  }
  const auto each = [&](std::string_view family, const auto& set) {
    for (const ClientMetric& metric : MetricsOf(metrics, family)) {
      const auto call = calls.find(LabelOf(metric, families.label));
      if (call != calls.end()) set(metric, call->second);
    }
  };
  each(families.in_flight, [](const ClientMetric& metric, v1::CallStatistics& call) {
    call.set_in_flight(Whole(metric.gauge.value));
  });
  each(families.ended, [](const ClientMetric& metric, v1::CallStatistics& call) {
    if (!EndedWell(metric)) call.set_failed(call.failed() + Whole(metric.counter.value));
  });
  each(families.seconds, [](const ClientMetric& metric, v1::CallStatistics& call) {
    SetLatencyOf(metric.histogram, *call.mutable_latency());
  });
  return calls;
}

void SetLog(const eventstoredb::EmbeddedEventStoreStats& stats,
            const application::StoreIdentity& store, v1::LogStatistics& message) {
  message.set_events(stats.events);
  message.set_event_bytes(stats.event_bytes);
  message.set_appends_written(stats.appends_written);
  message.set_appends_idempotent(stats.appends_idempotent);
  message.set_appends_refused(stats.appends_refused);
  message.set_appends_in_flight(stats.appends_in_flight);
  message.set_groups(stats.groups);
  if (stats.groups > 0) {
    message.set_events_per_group(stats.group_events.sum / static_cast<double>(stats.groups));
  }
  SetLatency({stats.commit_seconds.bounds.begin(), stats.commit_seconds.bounds.end()},
             {stats.commit_seconds.counts.begin(), stats.commit_seconds.counts.end()},
             stats.commit_seconds.sum, *message.mutable_commit());
  message.set_checkpoints(stats.checkpoints);
  message.set_wal_bytes(static_cast<std::uint64_t>(std::max(0, stats.wal_pages)) * kLogPageBytes);
  message.set_position_token(
      application::EncodePositionToken(store, {stats.last_position, stats.last_position}));
}

void SetStoreClient(const eventstoredb::ClientStatistics& statistics,
                    v1::StoreClientStatistics& message) {
  message.set_connections_made(statistics.connections);
  message.set_connections_failed(statistics.connections_failed);
  message.set_write_retries(statistics.write_retries);
  message.set_read_retries(statistics.read_retries);
  message.set_subscription_resumes(statistics.subscription_resumes);
  message.set_calls_in_flight(statistics.calls_in_flight);
  message.set_writes_in_flight(statistics.writes_in_flight);
}

void SetStoreServer(const eventstoredb::NodeServerStats& stats,
                    v1::StoreServerStatistics& message) {
  message.set_connections(stats.connections);
  message.set_appends(stats.appends);
  message.set_reads(stats.reads);
  message.set_subscriptions(stats.subscriptions);
}

v1::Setting::Source ToMessage(infrastructure::SettingSource source) {
  switch (source) {
    case infrastructure::SettingSource::kEnvironment:
      return v1::Setting::ENVIRONMENT;
    case infrastructure::SettingSource::kFile:
      return v1::Setting::FILE;
    case infrastructure::SettingSource::kFlag:
      return v1::Setting::FLAG;
    case infrastructure::SettingSource::kDefault:
      break;
  }
  return v1::Setting::DEFAULT;
}

}  // namespace

void SetLatency(const std::vector<double>& bounds, const std::vector<std::uint64_t>& counts,
                double sum, v1::Latency& message) {
  std::uint64_t total = 0;
  for (const std::uint64_t count : counts) total += count;
  message.set_count(total);
  if (total == 0 || bounds.empty()) return;
  message.set_mean_ms(sum / static_cast<double>(total) * kMillisecondsPerSecond);
  const auto quantile = [&](double share) {
    const double wanted = share * static_cast<double>(total);
    double below = 0;
    for (std::size_t i = 0; i < bounds.size(); ++i) {
      const auto here = static_cast<double>(counts[i]);
      if (here > 0 && below + here >= wanted) {
        const double low = i == 0 ? 0 : bounds[i - 1];
        return (low + (bounds[i] - low) * (wanted - below) / here) * kMillisecondsPerSecond;
      }
      below += here;
    }
    return bounds.back() * kMillisecondsPerSecond;
  };
  message.set_p50_ms(quantile(0.5));
  message.set_p95_ms(quantile(0.95));
  message.set_p99_ms(quantile(0.99));
}

v1::Node MakeNode(const NodeSources& sources, RateWindow& rates) {
  v1::Node node;
  const MetricFamilies& metrics = sources.metrics;
  node.set_version(std::string(infrastructure::kVersion));
  // Where the system does not say when, it is as if it had begun now.
  const double started = ValueOf(metrics, "process_start_time_seconds");
  const absl::Time start =
      started > 0 ? std::min(absl::UnixEpoch() + absl::Seconds(started), sources.now) : sources.now;
  SetTime(start, *node.mutable_start_time());
  SetDuration(sources.now - start, *node.mutable_uptime());
  RateWindow::Counts counts;
  for (const CallFamilies& families : kCallFamilies) {
    for (auto& [name, call] : CallsOf(metrics, families)) {
      counts[name] = static_cast<double>(call.started());
      *node.add_calls() = std::move(call);
    }
  }
  if (sources.backend.embedded != nullptr) {
    const eventstoredb::EmbeddedEventStoreStats stats = sources.backend.embedded->Stats();
    SetLog(stats, sources.backend.identity, *node.mutable_log());
    counts[kEventsCounter] = static_cast<double>(stats.events);
  }
  const RateWindow::Rates grown = rates.Look(start, sources.now, counts);
  SetDuration(grown.window, *node.mutable_window());
  for (v1::CallStatistics& call : *node.mutable_calls()) {
    call.set_per_second(grown.per_second.at(call.name()));
  }
  if (node.has_log()) {
    node.mutable_log()->set_events_per_second(grown.per_second.at(kEventsCounter));
  }
  if (sources.backend.client != nullptr) {
    SetStoreClient(sources.backend.client->statistics(), *node.mutable_store_client());
  }
  if (sources.store_server.has_value()) {
    SetStoreServer(*sources.store_server, *node.mutable_store_server());
  }
  SetStoreHealth({.identity = sources.backend.identity,
                  .kind = sources.backend.kind,
                  .reachability = sources.backend.monitor->Reachability()},
                 *node.mutable_store());

  v1::ProcessStatistics& process = *node.mutable_process();
  process.set_resident_bytes(Whole(ValueOf(metrics, "process_resident_memory_bytes")));
  process.set_cpu_seconds(ValueOf(metrics, "process_cpu_seconds_total"));
  process.set_open_files(Whole(ValueOf(metrics, "process_open_fds")));
  process.set_open_files_max(Whole(ValueOf(metrics, "process_max_fds")));
  v1::ConnectionStatistics& connections = *node.mutable_connections();
  connections.set_http_connections(Whole(ValueOf(metrics, "orders_http_connections")));
  connections.set_http_requests_in_flight(
      Whole(ValueOf(metrics, "orders_http_requests_in_flight")));
  connections.set_watches(Whole(ValueOf(metrics, "orders_watches_open")));
  connections.set_commands_waiting(Whole(ValueOf(metrics, "orders_lane_commands_waiting")));
  connections.set_queries_waiting(Whole(ValueOf(metrics, "orders_query_worker_tasks_waiting")));
  for (const infrastructure::EffectiveSetting& effective : sources.settings.effective) {
    v1::Setting& setting = *node.add_settings();
    setting.set_name(effective.name);
    setting.set_value(effective.value);
    setting.set_source(ToMessage(effective.source));
    setting.set_help(effective.help);
  }
  return node;
}

}  // namespace orders::api
