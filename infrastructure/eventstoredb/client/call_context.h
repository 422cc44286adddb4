#pragma once

#include <string>

#include "absl/time/time.h"
#include "grpcpp/client_context.h"

#include "eventstoredb/call_options.h"

namespace eventstoredb::client {

/// Writes what every call carries beside its message (protocol section 2.2). Thread-safe.
class CallHeaders {
 public:
  /// `options` with a connection name that is not empty.
  explicit CallHeaders(const ClientOptions& options)
      : tls_(options.tls),
        credentials_(options.credentials),
        connection_name_(options.connection_name) {}

  void Write(const CallOptions& call, absl::Time deadline, grpc::ClientContext& context) const;

 private:
  const bool tls_;
  const std::optional<Credentials> credentials_;
  const std::string connection_name_;
};

/// Nothing for InfiniteFuture.
void SetDeadline(absl::Time deadline, grpc::ClientContext& context);

}  // namespace eventstoredb::client
