#pragma once

#include <optional>

#include "eventstoredb/client_options.h"

namespace eventstoredb {

/// What one call may want that its client does not always do.
struct CallOptions {
  /// Instead of the client's own; an append with them gets a call of its own.
  std::optional<Credentials> credentials;
  /// Be refused by a node that is not the leader; the client then goes to the leader.
  bool requires_leader = false;
};

}  // namespace eventstoredb
