#pragma once

#include <cstdint>

#include "absl/time/time.h"

#include "application/log_position.h"
#include "application/recorded_event.h"
#include "domain/order/order.h"

namespace orders::application {

/// An order as of one of its revisions: what commands and queries answer with.
struct OrderView {
  domain::Order order;
  std::uint64_t revision = 0;
  LogPosition position;    ///< Of the event at `revision`.
  absl::Time create_time;  ///< metadata.time of the first event.
  absl::Time update_time;  ///< metadata.time of the last event.
  bool operator==(const OrderView&) const = default;
};

/// Folds the next event in. The caller keeps revisions contiguous.
void ApplyRecorded(const RecordedOrderEvent& recorded, OrderView& view);

}  // namespace orders::application
