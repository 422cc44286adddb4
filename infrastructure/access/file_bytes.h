#pragma once

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"

namespace orders::infrastructure {

/// Who may read a file that decides about access.
enum class FileReaders {
  kAnyone,     ///< It holds nothing secret; only that not everyone may write it is looked at.
  kOwnerOnly,  ///< Mode & 077 is 0, and its owner is this process's user or root.
};

/// The whole of a regular file of at most `bytes_max` bytes. Errors: FailedPrecondition, "PATH: "
/// and what is wrong with it, with the command that puts it right.
absl::StatusOr<std::string> ReadFileBytes(const std::string& path, std::size_t bytes_max,
                                          FileReaders readers);

}  // namespace orders::infrastructure
