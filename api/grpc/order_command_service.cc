#include "api/grpc/order_command_service.h"

#include <memory>
#include <string>
#include <utility>

#include "api/grpc/command_mapping.h"
#include "api/grpc/raw_methods.h"
#include "api/grpc/view_mapping.h"
#include "api/grpc/wire.h"

namespace orders::api {

using application::CallContext;
using application::CommandAnswer;
using application::CommandRequest;

OrderCommandService::OrderCommandService(Ports ports, application::StoreIdentity store,
                                         const CallLimits& limits)
    : ports_(ports), store_(std::move(store)), limits_(limits) {
  Serve<v1::CreateOrderRequest>();
  Serve<v1::AddItemRequest>();
  Serve<v1::ChangeItemQuantityRequest>();
  Serve<v1::RemoveItemRequest>();
  Serve<v1::SetShippingAddressRequest>();
  Serve<v1::SetBillingAddressRequest>();
  Serve<v1::SetNoteRequest>();
  Serve<v1::ApplyDiscountRequest>();
  Serve<v1::RemoveDiscountRequest>();
  Serve<v1::SetShippingFeeRequest>();
  Serve<v1::SetTaxRequest>();
  Serve<v1::ConfirmOrderRequest>();
  Serve<v1::AuthorizePaymentRequest>();
  Serve<v1::CapturePaymentRequest>();
  Serve<v1::RecordPaymentFailureRequest>();
  Serve<v1::RefundPaymentRequest>();
  Serve<v1::PlaceHoldRequest>();
  Serve<v1::ReleaseHoldRequest>();
  Serve<v1::ShipItemsRequest>();
  Serve<v1::RecordDeliveryRequest>();
  Serve<v1::CancelOrderRequest>();
  Serve<v1::CancelItemsRequest>();
  Serve<v1::RequestReturnRequest>();
  Serve<v1::ReceiveReturnRequest>();
}

template <typename Message>
void OrderCommandService::Serve() {
  // What the generated WithRawCallbackMethod_... does, without nesting 24 of them.
  MarkMethodRawCallback(
      MethodIndexOf<Message>("OrderCommands"),
      new grpc::internal::CallbackUnaryHandler<grpc::ByteBuffer, grpc::ByteBuffer>(
          [this](grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                 grpc::ByteBuffer* response) {
            return Run<Message>(*context, *request, *response);
          }));
}

template <typename Message>
grpc::ServerUnaryReactor* OrderCommandService::Run(grpc::CallbackServerContext& context,
                                                   const grpc::ByteBuffer& request,
                                                   grpc::ByteBuffer& response) {
  UnaryCall call(context, response, ports_.gate, ports_.telemetry);
  grpc::ServerUnaryReactor* const reactor = call.reactor();
  if (!call.IsAdmitted()) return reactor;

  Message message;
  if (absl::Status decoded = Decode(request, message); !decoded.ok()) {
    call.Fail(decoded, "");
    return reactor;
  }
  absl::StatusOr<CallContext> call_context =
      MakeCallContext(context.client_metadata(), DeadlineOf(context, limits_), ports_.ids);
  if (!call_context.ok()) {
    call.Fail(call_context.status(), message.order_id());
    return reactor;
  }
  absl::StatusOr<CommandRequest> command = ToCommand(message);
  if (!command.ok()) {
    call.Fail(command.status(), message.order_id());
    return reactor;
  }
  Submit(*std::move(call_context), *std::move(command), std::move(call));
  return reactor;
}

void OrderCommandService::Submit(CallContext context, CommandRequest request, UnaryCall call) {
  if (request.order_id.value.empty()) {
    // The lane needs the id now, and the id follows from the request's.
    if (request.request_id.empty()) request.request_id = ports_.ids.NewId();
    request.order_id = ports_.handler.OrderIdFor(context.actor, request.request_id);
  }
  const std::string order_id = request.order_id.value;
  const absl::Time deadline = context.deadline;
  // Shared, because a lane that refuses the command drops it, and the call is then answered here.
  auto shared = std::make_shared<UnaryCall>(std::move(call));
  const absl::Status posted =
      ports_.lanes.Post(order_id, deadline,
                        [this, order_id, shared, context = std::move(context),
                         request = std::move(request)](const absl::Status& turn) mutable {
                          UnaryCall answering = std::move(*shared);
                          if (!turn.ok()) return answering.Fail(turn, order_id);
                          const absl::StatusOr<CommandAnswer> answer =
                              ports_.handler.Handle(context, std::move(request));
                          if (!answer.ok()) return answering.Fail(answer.status(), order_id);
                          v1::CommandResponse response;
                          SetCommandResponse(*answer, store_, response);
                          answering.Answer(response);
                        });
  if (!posted.ok()) shared->Fail(posted, order_id);
}

}  // namespace orders::api
