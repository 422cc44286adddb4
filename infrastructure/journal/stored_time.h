#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "absl/time/time.h"

namespace orders::infrastructure {

// Times as they stand in events: RFC 3339, UTC, always with six decimals, 27 characters:
// "2026-11-23T23:45:00.123456Z".

/// Rounds down to the microsecond; beyond the years 1 to 9999: the nearest time within.
void AppendStoredTime(absl::Time time, std::string& out);

/// Absent unless `text` is exactly of that form and names a time that exists.
std::optional<absl::Time> ParseStoredTime(std::string_view text);

}  // namespace orders::infrastructure
