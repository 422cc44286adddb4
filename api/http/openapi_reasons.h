#pragma once

#include <map>
#include <set>
#include <string>

namespace orders::api {

/// The reasons that answers of a status may have: those of the domain, of the application, and of
/// HTTP itself.
const std::map<int, std::set<std::string>>& ReasonsByStatus();

}  // namespace orders::api
