#pragma once

#include "application/log_position.h"
#include "application/ports/event_browser.h"
#include "orders/v1/streams.pb.h"

namespace orders::api {

// Events of the store to their messages. Pure. `store` is the one that position tokens are of. The
// messages are empty when given.

void SetEvent(application::BrowsedEvent event, const application::StoreIdentity& store,
              v1::Event& message);
void SetStream(const application::BrowsedStream& stream, const application::StoreIdentity& store,
               v1::Stream& message);

}  // namespace orders::api
