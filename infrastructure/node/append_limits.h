#pragma once

#include <string_view>

#include "absl/status/status.h"

#include "eventstoredb/event_store.h"
#include "eventstoredb/node/embedded_event_store.h"

namespace eventstoredb {

/// Errors: InvalidArgument, a name, id, type, revision or size is out of range.
absl::Status CheckAppend(const AppendRequest& request, const EmbeddedEventStoreOptions& options);
/// Error: InvalidArgument, also for a metadata stream.
absl::Status CheckDelete(const DeleteRequest& request, const EmbeddedEventStoreOptions& options);
absl::Status CheckStreamName(const std::string& stream, const EmbeddedEventStoreOptions& options);

/// What an append counts for in the bounds on memory.
std::size_t AppendBytes(const AppendRequest& request);

/// Well-formed by RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF.
bool IsUtf8(std::string_view text);

}  // namespace eventstoredb
