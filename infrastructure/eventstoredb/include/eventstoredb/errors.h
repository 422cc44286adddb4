#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace eventstoredb {

/// Details of an Aborted status: where the stream really was.
struct WrongExpectedRevision {
  std::optional<std::uint64_t> current;  ///< Absent: the stream has no events.
};
absl::Status WrongExpectedRevisionError(std::string_view stream,
                                        std::optional<std::uint64_t> current);
std::optional<WrongExpectedRevision> GetWrongExpectedRevision(const absl::Status& status);

/// Details of a FailedPrecondition status: the stream has a tombstone, or was soft-deleted and had
/// to exist (protocol sections 2.4 and 3.13).
struct StreamDeleted {
  std::string stream;
};
absl::Status StreamDeletedError(std::string_view stream);
std::optional<StreamDeleted> GetStreamDeleted(const absl::Status& status);

/// Details of an InvalidArgument status: the data of one append is larger than allowed (protocol
/// section 3.3).
struct MaximumAppendSizeExceeded {
  std::uint64_t limit_bytes = 0;
};
absl::Status MaximumAppendSizeExceededError(std::uint64_t limit_bytes);
std::optional<MaximumAppendSizeExceeded> GetMaximumAppendSizeExceeded(const absl::Status& status);

}  // namespace eventstoredb
