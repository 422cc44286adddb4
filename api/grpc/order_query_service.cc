#include "api/grpc/order_query_service.h"

#include "grpcpp/impl/codegen/server_callback_handlers.h"

#include "api/grpc/watch_reactor.h"

namespace orders::api {

OrderQueryService::OrderQueryService(const UnaryMethods& methods, const WatchMethod& watch,
                                     OrderBytesCache& order_bytes)
    : UnaryService(methods, order_bytes) {
  MarkMethodRawCallback(
      watch.descriptor->index(),
      new grpc::internal::CallbackServerStreamingHandler<grpc::ByteBuffer, grpc::ByteBuffer>(
          [watch](grpc::CallbackServerContext* context, const grpc::ByteBuffer* request) {
            return WatchReactor::Open(watch, *context, *request);
          }));
}

}  // namespace orders::api
