#pragma once

#include "absl/status/status.h"

#include "eventstoredb/node/node_server.h"

namespace eventstoredb {

/// Errors: InvalidArgument, naming the option that is out of range and the range.
absl::Status CheckOptions(const NodeServerOptions& options);

}  // namespace eventstoredb
