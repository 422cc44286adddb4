#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace orders::api {

/// The one line of `file`, "-" for standard input. Without a file it is asked for twice on the
/// terminal, whatever standard input is, and not shown there; `whose` stands in the question.
/// Errors, which hold nothing of it: InvalidArgument, what to change; Cancelled: Ctrl-C.
absl::StatusOr<std::string> ReadPassword(const std::string& file, absl::string_view whose);

}  // namespace orders::api
