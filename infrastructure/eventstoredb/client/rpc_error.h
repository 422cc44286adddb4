#pragma once

#include <map>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "google/rpc/status.pb.h"
#include "grpcpp/client_context.h"
#include "grpcpp/support/status.h"

#include "event_store/client/streams.pb.h"
#include "eventstoredb/errors.h"

namespace eventstoredb::client {

using Trailers = std::map<std::string, std::string>;
Trailers TrailersOf(const grpc::ClientContext& context);

/// A call that failed, by its status and trailers (protocol section 2.4). `about`: the names as
/// asked for, which trailers cannot carry faithfully.
absl::Status ToStatus(const grpc::Status& status, const Trailers& trailers,
                      const ErrorDetails& about);
/// A refused append (section 3.1).
absl::Status ToStatus(const event_store::client::streams::AppendResp::WrongExpectedVersion& refusal,
                      std::string_view stream);
/// One item of a batch call that failed (section 2.5).
absl::Status ToStatus(const google::rpc::Status& error, std::string_view stream);

/// Whether a new connection, and with it perhaps another node, may mend it.
bool DropsConnection(ErrorKind kind);
/// Whether asking again may mend it.
bool IsTransient(ErrorKind kind);
/// Whether a write that was answered so may have been done all the same.
bool LeavesOutcomeUnknown(const absl::Status& error);

}  // namespace eventstoredb::client
