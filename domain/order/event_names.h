#pragma once

#include <string_view>
#include <vector>

namespace orders::domain {

/// All names that EventName gives, in the order of OrderEvent.
const std::vector<std::string_view>& EventNames();

}  // namespace orders::domain
