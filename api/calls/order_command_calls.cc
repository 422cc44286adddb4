#include "api/calls/order_command_calls.h"

#include <memory>
#include <string>
#include <utility>

#include "absl/time/clock.h"

#include "api/calls/command_mapping.h"
#include "api/calls/view_mapping.h"
#include "application/commands/request_errors.h"
#include "orders/v1/commands.pb.h"

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

OrderCommandCalls::OrderCommandCalls(Ports ports, application::StoreIdentity store,
                                     const CallLimits& limits)
    : ports_(ports), store_(std::move(store)), limits_(limits) {}

UnaryMethods OrderCommandCalls::methods() {
  UnaryMethods methods;
  Add<v1::CreateOrderRequest>(methods);
  Add<v1::AddItemRequest>(methods);
  Add<v1::ChangeItemQuantityRequest>(methods);
  Add<v1::RemoveItemRequest>(methods);
  Add<v1::SetShippingAddressRequest>(methods);
  Add<v1::SetBillingAddressRequest>(methods);
  Add<v1::SetNoteRequest>(methods);
  Add<v1::ApplyDiscountRequest>(methods);
  Add<v1::RemoveDiscountRequest>(methods);
  Add<v1::SetShippingFeeRequest>(methods);
  Add<v1::SetTaxRequest>(methods);
  Add<v1::ConfirmOrderRequest>(methods);
  Add<v1::AuthorizePaymentRequest>(methods);
  Add<v1::CapturePaymentRequest>(methods);
  Add<v1::RecordPaymentFailureRequest>(methods);
  Add<v1::RefundPaymentRequest>(methods);
  Add<v1::PlaceHoldRequest>(methods);
  Add<v1::ReleaseHoldRequest>(methods);
  Add<v1::ShipItemsRequest>(methods);
  Add<v1::RecordDeliveryRequest>(methods);
  Add<v1::CancelOrderRequest>(methods);
  Add<v1::CancelItemsRequest>(methods);
  Add<v1::RequestReturnRequest>(methods);
  Add<v1::ReceiveReturnRequest>(methods);
  return methods;
}

template <typename Message>
void OrderCommandCalls::Add(UnaryMethods& methods) {
  const google::protobuf::MethodDescriptor& method = MethodOf<Message>("OrderCommands");
  application::CallMeter& meter = ports_.meters.OfCommand(method.name());
  methods.push_back(
      {.descriptor = &method,
       .is_command = true,
       .start = [this, &meter](std::unique_ptr<Responder> responder, const Inbound& inbound) {
         Begin<Message>(inbound, Call(std::move(responder), ports_.gate, ports_.telemetry, meter));
       }});
}

template <typename Message>
void OrderCommandCalls::Begin(const Inbound& inbound, Call call) {
  if (!call.IsAdmitted()) return;
  Message message;
  if (absl::Status decoded = inbound.decode(message); !decoded.ok()) {
    return call.Fail(decoded, "");
  }
  absl::StatusOr<CallContext> context =
      MakeCallContext(inbound.metadata, inbound.caller,
                      DeadlineOf(inbound.deadline, absl::Now(), limits_), ports_.ids);
  if (!context.ok()) return call.Fail(context.status(), message.order_id());
  absl::StatusOr<CommandRequest> command = ToCommand(message);
  if (!command.ok()) return call.Fail(command.status(), message.order_id());
  Submit(*std::move(context), *std::move(command), std::move(call));
}

void OrderCommandCalls::Submit(CallContext context, CommandRequest request, Call call) {
  if (request.order_id.value.empty()) {
    // The lane needs the id now, and the id follows from the request's.
    if (request.request_id.empty()) request.request_id = ports_.ids.NewId();
    request.order_id = ports_.handler.OrderIdFor(context.actor, request.request_id);
  }
  const std::string order_id = request.order_id.value;
  const absl::Time deadline = context.deadline;
  // Shared, because a lane that refuses the command drops it, and the call is then answered here.
  auto shared = std::make_shared<Call>(std::move(call));
  const absl::Status posted = ports_.lanes.Post(
      order_id, deadline,
      [this, shared, context = std::move(context), request = std::move(request)](
          const absl::Status& status, OrderLanes::Turn turn) mutable {
        Call answering = std::move(*shared);
        if (!status.ok()) return answering.Fail(status, request.order_id.value);
        // Here the lanes count it: an import that has begun sees it, or it sees the import.
        if (ports_.imports.IsClosed()) {
          return answering.Fail(ImportRuns(ports_.imports), request.order_id.value);
        }
        Handle(std::move(context), std::move(request), std::move(answering), std::move(turn));
      });
  if (!posted.ok()) shared->Fail(posted, order_id);
}

void OrderCommandCalls::Handle(CallContext context, CommandRequest request, Call call,
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
