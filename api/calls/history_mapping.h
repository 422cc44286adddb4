#pragma once

#include <functional>
#include <string>

#include "application/log_position.h"
#include "application/ports/order_feed.h"
#include "application/recorded_event.h"
#include "domain/order/money.h"
#include "orders/v1/types.pb.h"

namespace orders::api {

/// An event's content as JSON, as it is stored. Thread-safe.
using EventJson = std::function<std::string(const domain::OrderEvent&)>;

/// `message` is empty. `currency` is the order's, if known: it makes the summary's amounts
/// readable.
void SetHistoryEntry(const application::RecordedOrderEvent& recorded,
                     const application::StoreIdentity& store, const domain::Currency& currency,
                     const EventJson& event_json, v1::OrderHistoryEntry& message);

/// An event that cannot be read: named, so that nobody takes it for absent, without content.
void SetHistoryEntry(const application::UnreadableOrderEvent& unreadable,
                     const application::StoreIdentity& store, v1::OrderHistoryEntry& message);

}  // namespace orders::api
