#pragma once

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace eventstoredb {

/// How a client's last attempt to reach its server went.
struct ConnectionState {
  absl::Status error;                       ///< Ok: it was reached, or nobody has tried yet.
  absl::Time since = absl::InfinitePast();  ///< With an error: since when it is so.
};

}  // namespace eventstoredb
