#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace eventstoredb {

/// The `$correlationId` of an event's metadata: of several equal keys the last one. Absent: it has
/// none, it is no text, or the metadata is no JSON object.
std::optional<std::string> CorrelationOf(std::string_view metadata);

}  // namespace eventstoredb
