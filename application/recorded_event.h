#pragma once

#include <cstdint>
#include <string>

#include "absl/time/time.h"

#include "application/log_position.h"
#include "domain/order/events.h"

namespace orders::application {

/// Stored beside an event's body.
struct EventMetadata {
  std::string correlation_id;  ///< $correlationId
  std::string causation_id;    ///< $causationId
  std::string traceparent;
  std::string actor;
  std::string command;  ///< CommandName of what was asked.
  std::string request_id;
  std::string request_hash;  ///< Lower-case hex SHA-256 of the command's canonical form.
  absl::Time time;           ///< The service's clock when it decided; microseconds.
  int schema_version = 1;
};

/// One event of one order, as it stands in the log.
struct RecordedOrderEvent {
  domain::OrderId order_id;
  std::uint64_t revision = 0;  ///< In the order's stream, from 0.
  std::string event_id;        ///< A UUID as text.
  absl::Time created;          ///< The store's clock; never falls along the log.
  LogPosition position;
  domain::OrderEvent event;
  EventMetadata metadata;
};

}  // namespace orders::application
