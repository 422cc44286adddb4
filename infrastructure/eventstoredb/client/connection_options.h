#pragma once

#include <string_view>

#include "absl/status/status.h"

#include "eventstoredb/connection_string.h"

namespace eventstoredb::client {

/// Reads `name=value&name=value` into `into`. Errors: InvalidArgument, as ParseConnectionString.
absl::Status ReadConnectionOptions(std::string_view text, ConnectionString& into);

/// Errors: InvalidArgument, a % that two hex digits do not follow. The text names `what` only.
absl::StatusOr<std::string> PercentDecode(std::string_view text, std::string_view what);

}  // namespace eventstoredb::client
