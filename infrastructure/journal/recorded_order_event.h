#pragma once

#include <optional>

#include "absl/status/statusor.h"

#include "application/recorded_event.h"
#include "eventstoredb/event_store.h"
#include "infrastructure/journal/upcasters.h"

namespace orders::infrastructure {

/// `event` of the stream of `order`, decoded. Absent: its type is none of ours. Error: DataLoss.
absl::StatusOr<std::optional<application::RecordedOrderEvent>> ToRecordedOrderEvent(
    const eventstoredb::RecordedEvent& event, const domain::OrderId& order,
    const Upcasters& upcasters);

}  // namespace orders::infrastructure
