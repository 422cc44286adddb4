#pragma once

#include "eventstoredb/uuid.h"

namespace eventstoredb::client {

/// Version 4 of RFC 9562.
Uuid RandomUuid();

}  // namespace eventstoredb::client
