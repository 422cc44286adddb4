#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace eventstoredb {

/// Who may do what with a stream: names of users and roles. Absent: as the server's defaults say.
struct StreamAcl {
  std::optional<std::vector<std::string>> read;
  std::optional<std::vector<std::string>> write;
  std::optional<std::vector<std::string>> remove;
  std::optional<std::vector<std::string>> metadata_read;
  std::optional<std::vector<std::string>> metadata_write;
  bool operator==(const StreamAcl&) const = default;
};

/// What a stream's metadata says (protocol section 3.12). Setting it replaces all of it.
struct StreamMetadata {
  std::optional<absl::Duration> max_age;   ///< Whole seconds, above 0. Older events are hidden.
  std::optional<std::uint64_t> max_count;  ///< Above 0. Only the last ones are shown.
  std::optional<std::uint64_t> truncate_before;  ///< Revisions below are hidden.
  std::optional<absl::Duration> cache_control;   ///< Whole seconds, above 0.
  std::optional<StreamAcl> acl;
  /// A JSON object with whatever else is kept there.
  std::string custom_json = "{}";
  bool operator==(const StreamMetadata&) const = default;
};

/// Errors: InvalidArgument, a value out of range, or `custom_json` is not a JSON object or has a
/// key of the ones above.
absl::StatusOr<std::string> EncodeStreamMetadata(const StreamMetadata& metadata);
/// Errors: DataLoss, `json` is not an object or a known key has a value of another type.
absl::StatusOr<StreamMetadata> DecodeStreamMetadata(std::string_view json);

}  // namespace eventstoredb
