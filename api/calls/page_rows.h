#pragma once

#include <cstddef>

#include "absl/status/statusor.h"

namespace orders::api {

/// The rows of a page that asks for `page_size`: 0 is the default, and more than the largest is cut
/// to that. Error: InvalidArgument, it is negative.
absl::StatusOr<std::size_t> RowsOfPage(int page_size);

}  // namespace orders::api
