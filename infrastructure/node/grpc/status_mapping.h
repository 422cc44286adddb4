#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "grpcpp/server_context.h"
#include "grpcpp/support/status.h"

#include "eventstoredb/types.h"

namespace eventstoredb {

/// What a trailer can carry: printable ASCII as it is, every other byte as %XX (protocol section
/// 2.3).
std::string TrailerText(std::string_view text);

/// The status of a failed call. Adds to `context` the trailers of protocol section 2.4, exactly
/// those; `stream` is the name as the request had it. To be called once, before Finish.
grpc::Status ToGrpcStatus(const absl::Status& status, std::string_view stream,
                          grpc::CallbackServerContext& context);

/// The same for Delete and Tombstone, whose wrong expectation is a failure. `echo` is the expected
/// version as trailers say it.
grpc::Status ToGrpcStatus(const absl::Status& status, std::string_view stream, std::int64_t echo,
                          grpc::CallbackServerContext& context);

/// As trailers say it: -1 no stream, -2 any, -4 exists, else the revision (protocol section 3.1).
std::int64_t ExpectedVersion(const ExpectedRevision& expected);

}  // namespace eventstoredb
