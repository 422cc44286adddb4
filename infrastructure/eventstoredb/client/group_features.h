#pragma once

#include <string>

#include "absl/status/status.h"

#include "eventstoredb/persistent_subscriptions.h"
#include "infrastructure/eventstoredb/client/connection.h"
#include "infrastructure/eventstoredb/client/unary_operation.h"

namespace eventstoredb::client {

/// What errors about a group name.
ErrorDetails AboutGroup(const GroupId& id);

/// Whether the server has this method of persistent subscriptions, by its name in lower case. A
/// server that names nothing may know it about a stream: the call tells. About all streams it does
/// not. Errors: Unimplemented of kUnsupported, with the names of `about`.
absl::Status CheckGroupsOffered(const ServerFeatures& features, const std::string& method,
                                bool of_all, const ErrorDetails& about);

/// The same, looked at by a call when it is connected.
UnaryDescription GroupCall(Effect effect, std::string method, bool of_all, ErrorDetails about);

}  // namespace eventstoredb::client
