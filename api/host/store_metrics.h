#pragma once

#include "application/ports/consumer_groups.h"
#include "eventstoredb/client_statistics.h"
#include "eventstoredb/node/embedded_event_store.h"
#include "eventstoredb/node/node_server.h"
#include "infrastructure/telemetry/metric_families.h"

namespace orders::api {

/// Of EmbeddedEventStoreStats::wal_pages.
inline constexpr int kLogPageBytes = 4'096;

// What the parts that know nothing of orders tell of themselves, as metrics: eventstoredb_*.
void AddLogMetrics(const eventstoredb::EmbeddedEventStoreStats& stats,
                   infrastructure::MetricFamilies& families);
void AddNodeMetrics(const eventstoredb::NodeServerStats& stats,
                    infrastructure::MetricFamilies& families);
/// Of those groups that are in the list, and how many there are.
void AddGroupMetrics(const application::ConsumerGroupList& list,
                     infrastructure::MetricFamilies& families);
void AddClientMetrics(const eventstoredb::ClientStatistics& statistics,
                      infrastructure::MetricFamilies& families);

}  // namespace orders::api
