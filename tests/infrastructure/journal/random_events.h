#pragma once

#include <cstdint>

#include "application/recorded_event.h"
#include "domain/order/events.h"

namespace orders::testing_support {

/// An event of the kind with this index in OrderEvent, every member of it drawn from `seed`: texts
/// of all planes, quotes and control characters, amounts up to their bounds, empty and long lists.
domain::OrderEvent RandomEvent(std::size_t kind, std::uint64_t seed);
application::EventMetadata RandomMetadata(std::uint64_t seed);

}  // namespace orders::testing_support
