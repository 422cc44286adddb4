#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "orders/v1/admin.pb.h"

namespace orders::api {

// One stored event as one line of JSON, as docs/orderctl.md describes it. The same event gives the
// same line, and a line that was written so gives back the same event, byte for byte.

inline constexpr std::size_t kEventLineBytesMax = 8 << 20;

/// Without the line's end. `data` and `metadata` stand as JSON if they are JSON that is written
/// back as it was, else as base64 under another name.
std::string EventLine(const v1::StoredEvent& event);

/// Blanks between the members are allowed. Error: InvalidArgument, what is wrong with which member.
absl::StatusOr<v1::StoredEvent> ParseEventLine(absl::string_view line);

}  // namespace orders::api
