#pragma once

#include <string>

#include "absl/status/status.h"

#include "infrastructure/config/settings.h"

namespace orders::infrastructure {

/// InvalidArgument, with where to find help.
absl::Status UsageError(Command command, const std::string& text);

/// Whether settings that are right one by one may stand together. Errors, each with what to change:
/// FailedPrecondition; InvalidArgument of deadlines that no file has set.
absl::Status CheckTogether(const ResolvedSettings& resolved);

}  // namespace orders::infrastructure
