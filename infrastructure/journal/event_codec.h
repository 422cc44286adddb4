#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

#include "application/recorded_event.h"
#include "domain/order/events.h"
#include "infrastructure/journal/upcasters.h"

namespace orders::infrastructure {

// An order's events as bytes: JSON bodies and JSON metadata under the names of event_fields.h,
// types under the names of domain::EventName. The same event gives the same bytes, always.
// Thread-safe.

std::string EncodeBody(const domain::OrderEvent& event);
std::string EncodeMetadata(const application::EventMetadata& metadata);

bool IsKnownEventType(std::string_view type);

struct DecodedEvent {
  domain::OrderEvent event;
  application::EventMetadata metadata;
};

/// Absent: the type is none of ours; nothing else was looked at. Members that are not known are
/// passed over. Errors: DataLoss, with the field: it is missing, of another type, out of range or
/// not UTF-8; something follows the JSON; the version is not known.
absl::StatusOr<std::optional<DecodedEvent>> DecodeEvent(
    std::string_view type, std::string_view body, std::string_view metadata,
    const Upcasters& upcasters = Upcasters::None());

}  // namespace orders::infrastructure
