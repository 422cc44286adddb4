#pragma once

#include <string>

#include "api/orderctl/doctor/finding.h"

namespace orders::api {

// Of the machine that orderctl runs on, for the service on it. Nothing is changed.

/// The folder of the log and the read models: there, ours alone, on a disk that keeps what it is
/// told to keep, with room. A folder that is not there yet is judged by the one it will be made in.
Findings CheckDisk(const std::string& data);
/// Whether something keeps the clock right: events are dated by it.
Findings CheckClock();
/// Open files and the like that a process may have.
Findings CheckLimits();
/// Asks `orderd` (a program's path, or a name in $PATH) whether it takes the settings of the
/// environment and of the file `config`, if that is not empty.
Findings CheckSettings(const std::string& orderd, const std::string& config);

}  // namespace orders::api
