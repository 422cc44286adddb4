#pragma once

#include "grpcpp/impl/codegen/method_handler.h"
#include "grpcpp/impl/codegen/service_type.h"

#include "api/calls/method.h"
#include "api/grpc/order_bytes_cache.h"

namespace orders::api {

/// Serves `method` over gRPC. `order_bytes` outlives the handler, which gRPC owns.
grpc::internal::MethodHandler* NewUnaryHandler(const UnaryMethod& method,
                                               OrderBytesCache& order_bytes);

/// A generated service whose unary rpcs are the calls that every front shares. `Rpcs` is the class
/// that is generated for it, `Base` its Service, or its CallbackService where other rpcs are served
/// too.
template <typename Rpcs, typename Base = typename Rpcs::Service>
class UnaryService : public Base {
 public:
  /// Serves those of `methods` that are of this service. What they need, and `order_bytes`, outlive
  /// it.
  UnaryService(const UnaryMethods& methods, OrderBytesCache& order_bytes) {
    for (const UnaryMethod& method : methods) {
      if (method.descriptor->service()->full_name() != Rpcs::service_full_name()) continue;
      // What the generated WithRawCallbackMethod_... does, without nesting 24 of them.
      this->MarkMethodRawCallback(method.descriptor->index(), NewUnaryHandler(method, order_bytes));
    }
  }
};

}  // namespace orders::api
