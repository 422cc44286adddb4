#pragma once

#include "absl/time/time.h"

#include "application/ports/consumer_groups.h"
#include "eventstoredb/event_store.h"

namespace orders::infrastructure {

/// Finds out how far `group` is behind what it reads, with at most two reads of one or two events,
/// and sets behind_events and behind_time. What it cannot find out stays absent.
void MeasureLag(eventstoredb::EventStore& store, absl::Time deadline,
                application::ConsumerGroup& group);

}  // namespace orders::infrastructure
