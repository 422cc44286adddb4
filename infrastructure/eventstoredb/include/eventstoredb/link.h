#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "eventstoredb/types.h"

namespace eventstoredb {

/// What a link's data names (protocol section 3.10).
struct LinkTarget {
  /// Absent: the data begins with a number, but names no stream; there is no such event.
  std::optional<std::string> stream;
  std::int64_t revision = 0;  ///< -1: the stream's last event.
};

/// Absent: `event` stands for itself, by its type or because its data does not begin with a number.
std::optional<LinkTarget> ParseLink(const RecordedEvent& event);

}  // namespace eventstoredb
