#pragma once

#include <memory>
#include <string>
#include <vector>

#include "grpcpp/server_context.h"
#include "grpcpp/support/client_interceptor.h"

namespace eventstoredb {

/// Tells this process's own calls from those of others: they carry a header whose value nobody else
/// can know. gRPC itself says of a call that came by an in-process channel only what it is not.
class OwnCalls {
 public:
  OwnCalls();

  using Interceptors =
      std::vector<std::unique_ptr<grpc::experimental::ClientInterceptorFactoryInterface>>;
  /// Of a channel whose calls are to carry it.
  Interceptors MakeInterceptors() const;
  bool Has(const grpc::CallbackServerContext& context) const;

 private:
  std::string secret_;  ///< Empty: there is no randomness, and no call is known for our own.
};

}  // namespace eventstoredb
