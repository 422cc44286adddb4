#pragma once

#include <cstddef>
#include <string>

#include "absl/status/status.h"

#include "api/calls/value_mapping.h"

namespace orders::api {

/// Of a stream, an event's type and a correlation id.
inline constexpr std::size_t kStoreNameBytesMax = 1'024;

/// InvalidArgument that says what to change in one field.
absl::Status Violated(const char* field, std::string description);

/// Error: Violated, `name` is nothing that a store could have.
absl::Status CheckStoreName(const char* field, const std::string& name);

/// A violation of `field` if `text` is not a line of at most domain::kTextBytesMax bytes of UTF-8.
/// An empty one passes.
void CheckLine(const std::string& text, const std::string& field, Violations& violations);
/// The same of a reason, which must be given.
void CheckReason(const std::string& reason, Violations& violations);
/// The same, where nothing else is checked. Error: Violated.
absl::Status CheckReason(const std::string& reason);

}  // namespace orders::api
