#pragma once

#include "application/ports/order_feed.h"
#include "eventstoredb/event_store.h"
#include "infrastructure/journal/upcasters.h"

namespace orders::infrastructure {

/// `event` of the stream of `order`, as far as it can be decoded; its bytes are moved from where it
/// cannot.
application::OrderStreamItem ToOrderStreamItem(eventstoredb::RecordedEvent& event,
                                               const domain::OrderId& order,
                                               const Upcasters& upcasters);

}  // namespace orders::infrastructure
