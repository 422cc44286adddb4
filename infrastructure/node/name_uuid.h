#pragma once

#include <string_view>

#include "eventstoredb/uuid.h"

namespace eventstoredb {

/// A version 5 UUID (RFC 9562 section 5.5): the same for the same name within `space`.
Uuid MakeNameUuid(const Uuid& space, std::string_view name);

}  // namespace eventstoredb
