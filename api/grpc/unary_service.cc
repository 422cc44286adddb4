#include "api/grpc/unary_service.h"

#include <memory>

#include "grpcpp/impl/codegen/server_callback_handlers.h"
#include "grpcpp/server_context.h"
#include "grpcpp/support/byte_buffer.h"
#include "grpcpp/support/server_callback.h"

#include "api/grpc/inbound_call.h"
#include "api/grpc/wire.h"
#include "orders/v1/queries.pb.h"

namespace orders::api {
namespace {

class GrpcResponder final : public Responder {
 public:
  GrpcResponder(grpc::ServerUnaryReactor& reactor, grpc::ByteBuffer& response,
                OrderBytesCache& order_bytes)
      : reactor_(reactor), response_(response), order_bytes_(order_bytes) {}

  void Answer(google::protobuf::Message& message) override { Finish(Encode(message)); }

  void AnswerOrder(const application::OrderView& view, const v1::Freshness& freshness) override {
    const grpc::Slice fields[] = {
        order_bytes_.Get(view),
        EncodeField(v1::GetOrderResponse::kFreshnessFieldNumber, freshness)};
    Finish(grpc::ByteBuffer(fields, 2));
  }

  void Fail(const absl::Status& status, std::string_view resource) override {
    reactor_.Finish(ToGrpcStatus(status, resource));
  }

 private:
  void Finish(grpc::ByteBuffer bytes) {
    response_.Swap(&bytes);
    // From here on gRPC may free the context and the response.
    reactor_.Finish(grpc::Status::OK);
  }

  grpc::ServerUnaryReactor& reactor_;
  grpc::ByteBuffer& response_;
  OrderBytesCache& order_bytes_;
};

}  // namespace

grpc::internal::MethodHandler* NewUnaryHandler(const UnaryMethod& method,
                                               OrderBytesCache& order_bytes) {
  return new grpc::internal::CallbackUnaryHandler<grpc::ByteBuffer, grpc::ByteBuffer>(
      [start = method.start, &order_bytes](grpc::CallbackServerContext* context,
                                           const grpc::ByteBuffer* request,
                                           grpc::ByteBuffer* response) {
        grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
        const InboundCall call(*context, *request);
        start(std::make_unique<GrpcResponder>(*reactor, *response, order_bytes), call.inbound());
        return reactor;
      });
}

}  // namespace orders::api
