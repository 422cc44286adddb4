#include "api/host/store_metrics.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace orders::api {
namespace {

using infrastructure::CounterFamily;
using infrastructure::GaugeFamily;
using infrastructure::MetricFamilies;

template <typename Number>
double Value(Number number) {
  return static_cast<double>(number);
}

template <std::size_t kBounds>
prometheus::MetricFamily HistogramOf(std::string name, std::string help,
                                     const eventstoredb::Distribution<kBounds>& values) {
  return infrastructure::HistogramFamily(std::move(name), std::move(help),
                                         {values.bounds.begin(), values.bounds.end()},
                                         {values.counts.begin(), values.counts.end()}, values.sum);
}

}  // namespace

void AddLogMetrics(const eventstoredb::EmbeddedEventStoreStats& stats, MetricFamilies& families) {
  families.push_back(GaugeFamily("eventstoredb_log_end_position",
                                 "Position of the last durable event.",
                                 {{Value(stats.last_position)}}));
  families.push_back(CounterFamily("eventstoredb_log_events_total",
                                   "Events written since the log was opened.",
                                   {{Value(stats.events)}}));
  families.push_back(CounterFamily("eventstoredb_log_event_bytes_total", "Their data and metadata.",
                                   {{Value(stats.event_bytes)}}));
  families.push_back(CounterFamily(
      "eventstoredb_log_appends_total",
      "Appends and deletions: written; idempotent, it was there already; refused, the stream was "
      "elsewhere or deleted; no_space, too little disk is free; overloaded, too many in flight.",
      {{Value(stats.appends_written), {{"outcome", "written"}}},
       {Value(stats.appends_idempotent), {{"outcome", "idempotent"}}},
       {Value(stats.appends_refused), {{"outcome", "refused"}}},
       {Value(stats.appends_no_space), {{"outcome", "no_space"}}},
       {Value(stats.appends_overloaded), {{"outcome", "overloaded"}}}}));
  families.push_back(GaugeFamily("eventstoredb_log_appends_in_flight",
                                 "Appends that wait for their commit.",
                                 {{Value(stats.appends_in_flight)}}));
  families.push_back(
      HistogramOf("eventstoredb_log_group_events", "Events of one commit.", stats.group_events));
  families.push_back(HistogramOf("eventstoredb_log_commit_duration_seconds",
                                 "Of a commit with its sync.", stats.commit_seconds));
  families.push_back(CounterFamily("eventstoredb_log_checkpoints_total",
                                   "Moves of the write-ahead log into the file.",
                                   {{Value(stats.checkpoints)}}));
  families.push_back(GaugeFamily("eventstoredb_log_wal_bytes",
                                 "Pages in the write-ahead log after the last commit.",
                                 {{Value(stats.wal_pages) * kLogPageBytes}}));
}

void AddNodeMetrics(const eventstoredb::NodeServerStats& stats, MetricFamilies& families) {
  families.push_back(GaugeFamily("eventstoredb_node_connections", "Open connections.",
                                 {{Value(stats.connections)}}));
  families.push_back(GaugeFamily("eventstoredb_node_appends", "Open calls that append.",
                                 {{Value(stats.appends)}}));
  families.push_back(GaugeFamily("eventstoredb_node_reads", "Open reads.", {{Value(stats.reads)}}));
  families.push_back(GaugeFamily("eventstoredb_node_subscriptions", "Open subscriptions.",
                                 {{Value(stats.subscriptions)}}));
  families.push_back(GaugeFamily("eventstoredb_node_incoming_bytes",
                                 "Of appends that are still being received.",
                                 {{Value(stats.incoming_bytes)}}));
}

void AddGroupMetrics(const application::ConsumerGroupList& list, MetricFamilies& families) {
  using Group = application::ConsumerGroup;
  const auto gauge = [&](const char* name, const char* help, auto value_of) {
    std::vector<infrastructure::MetricSample> samples;
    for (const Group& group : list.groups) {
      const std::optional<double> value = value_of(group);
      if (!value.has_value()) continue;
      samples.push_back({*value, {{"stream", group.id.stream}, {"group", group.id.group}}});
    }
    families.push_back(GaugeFamily(name, help, samples));
  };
  families.push_back(GaugeFamily("eventstoredb_groups", "Groups of consumers in the store.",
                                 {{Value(list.total)}}));
  gauge("eventstoredb_group_parked_messages", "Put aside, and not replayed or discarded yet.",
        [](const Group& group) { return Value(group.parked); });
  gauge("eventstoredb_group_in_flight_messages", "With consumers, not answered yet.",
        [](const Group& group) { return Value(group.in_flight); });
  gauge("eventstoredb_group_retrying_messages", "Waiting to be handed out again.",
        [](const Group& group) { return Value(group.retrying); });
  gauge("eventstoredb_group_consumers", "Connected.",
        [](const Group& group) { return Value(group.connection_count); });
  gauge("eventstoredb_group_lag_events",
        "Not settled; of a group that is not live all behind its checkpoint. Absent: not known.",
        [](const Group& group) {
          return group.behind_events.has_value() ? std::optional(Value(*group.behind_events))
                                                 : std::nullopt;
        });
  gauge("eventstoredb_group_lag_seconds",
        "Since the first event behind the checkpoint was written. Absent: not known.",
        [](const Group& group) {
          return group.behind_time.has_value()
                     ? std::optional(absl::ToDoubleSeconds(*group.behind_time))
                     : std::nullopt;
        });
}

void AddClientMetrics(const eventstoredb::ClientStatistics& statistics, MetricFamilies& families) {
  families.push_back(CounterFamily("eventstoredb_client_connections_total",
                                   "Connections made: all but the first are reconnects.",
                                   {{Value(statistics.connections)}}));
  families.push_back(CounterFamily("eventstoredb_client_connection_failures_total",
                                   "Attempts to connect that failed.",
                                   {{Value(statistics.connections_failed)}}));
  families.push_back(CounterFamily("eventstoredb_client_retries_total",
                                   "Attempts after the first of a call.",
                                   {{Value(statistics.write_retries), {{"call", "write"}}},
                                    {Value(statistics.read_retries), {{"call", "read"}}}}));
  families.push_back(CounterFamily("eventstoredb_client_subscription_resumes_total",
                                   "Subscriptions that broke and went on.",
                                   {{Value(statistics.subscription_resumes)}}));
  families.push_back(GaugeFamily("eventstoredb_client_calls_in_flight",
                                 "Open calls of gRPC, subscriptions too.",
                                 {{Value(statistics.calls_in_flight)}}));
  families.push_back(GaugeFamily("eventstoredb_client_writes_in_flight",
                                 "Writes that are not answered yet.",
                                 {{Value(statistics.writes_in_flight)}}));
}

}  // namespace orders::api
