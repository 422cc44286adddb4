#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "absl/time/time.h"

#include "eventstoredb/types.h"

namespace orders::infrastructure {

// A server gives every event its own time. What an import brings is then kept as the last member of
// the event's metadata, "importedCreated", so that it can be taken away again, byte for byte.

/// "2026-11-23T23:45:00.123456789Z": RFC 3339 in UTC, always with nine decimals.
std::string FormatCreated(absl::Time created);
/// Absent: it is not of exactly that form.
std::optional<absl::Time> ParseCreated(std::string_view text);

/// `metadata`, a JSON object with a member that ends with its brace, with the time added.
std::string WithImportedTime(std::string_view metadata, absl::Time created);
/// The time that was added; absent: none.
std::optional<absl::Time> ImportedTimeOf(std::string_view metadata);
/// Makes it what it was before the time was added.
void RemoveImportedTime(std::string& metadata);

/// When the log that first held `event` recorded it.
absl::Time CreatedOf(const eventstoredb::RecordedEvent& event);

}  // namespace orders::infrastructure
