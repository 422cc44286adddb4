#pragma once

#include <string>
#include <string_view>

namespace eventstoredb::golden {

/// The lines of `before` that are not in `after` with "-", those that are new with "+", and up to
/// three lines around them.
std::string LineDiff(std::string_view before, std::string_view after);

}  // namespace eventstoredb::golden
