#include "api/grpc/order_command_service.h"

#include <memory>
#include <string>
#include <utility>

#include "api/grpc/command_mapping.h"
#include "api/grpc/raw_methods.h"
#include "api/grpc/view_mapping.h"
#include "api/grpc/wire.h"
#include "application/commands/request_errors.h"

namespace orders::api {
namespace {

absl::Status ImportRuns(const ImportBarrier& imports) {
  return application::MakeRequestError(
      absl::StatusCode::kUnavailable,
      imports.IsRunning() ? "events are being imported; nothing was done"
                          : "an import was cut off; nothing is done until it is repeated, or the "
                            "service is started again",
      {.reason = "IMPORT_RUNNING", .retry_after = absl::Seconds(5)});
}

}  // namespace

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
  application::CallMeter& meter = ports_.meters.OfCommand(MethodNameOf<Message>("OrderCommands"));
  MarkMethodRawCallback(
      MethodIndexOf<Message>("OrderCommands"),
      new grpc::internal::CallbackUnaryHandler<grpc::ByteBuffer, grpc::ByteBuffer>(
          [this, &meter](grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                         grpc::ByteBuffer* response) {
            return Run<Message>(*context, *request, *response, meter);
          }));
}

template <typename Message>
grpc::ServerUnaryReactor* OrderCommandService::Run(grpc::CallbackServerContext& context,
                                                   const grpc::ByteBuffer& request,
                                                   grpc::ByteBuffer& response,
                                                   application::CallMeter& meter) {
  UnaryCall call(context, response, ports_.gate, ports_.telemetry, meter);
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
  const absl::Status posted = ports_.lanes.Post(
      order_id, deadline,
      [this, shared, context = std::move(context), request = std::move(request)](
          const absl::Status& status, OrderLanes::Turn turn) mutable {
        UnaryCall answering = std::move(*shared);
        if (!status.ok()) return answering.Fail(status, request.order_id.value);
        // Here the lanes count it: an import that has begun sees it, or it sees the import.
        if (ports_.imports.IsClosed()) {
          return answering.Fail(ImportRuns(ports_.imports), request.order_id.value);
        }
        Handle(std::move(context), std::move(request), std::move(answering), std::move(turn));
      });
  if (!posted.ok()) shared->Fail(posted, order_id);
}

void OrderCommandService::Handle(CallContext context, CommandRequest request, UnaryCall call,
                                 OrderLanes::Turn turn) {
  std::string order_id = request.order_id.value;
  ports_.handler.Start(
      std::move(context), std::move(request),
      [lanes = &ports_.lanes](OrderLanes::Task task) { lanes->RunBlocking(std::move(task)); },
      // The turn is the answer's: the order's next command begins when this one is answered.
      [this, order_id = std::move(order_id), call = std::move(call),
       turn = std::move(turn)](absl::StatusOr<CommandAnswer> answer) mutable {
        if (!answer.ok()) return call.Fail(answer.status(), order_id);
        v1::CommandResponse response;
        SetCommandResponse(*answer, store_, response);
        call.Answer(response);
      });
}

}  // namespace orders::api
