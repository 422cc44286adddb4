#include "api/orderctl/write_command.h"

namespace orders::api {
namespace {

using Stub = v1::OrderCommands::StubInterface;

constexpr const char* kPaymentGroup = "Payments";

template <typename Request>
void AddPayment(WriteCommand<Request> command) {
  AddText(command.app, "--payment", "The provider's id of the payment", "ID",
          [into = &command.request](std::string id) { into->set_payment_id(std::move(id)); })
      ->required();
  AddOccurTime(command.app, [into = &command.request] { return into->mutable_occur_time(); });
}

template <typename Request>
void AddRequiredAmount(WriteCommand<Request> command, const std::string& help) {
  AddAmount(command.app, help, [into = &command.request] {
    return into->mutable_amount();
  })->required();
}

template <typename Request>
void AddReason(WriteCommand<Request> command) {
  AddText(command.app, "--reason", "Why", "TEXT",
          [into = &command.request](std::string reason) { into->set_reason(std::move(reason)); });
}

}  // namespace

void AddPaymentCommands(CommandLine& line) {
  const auto authorize =
      AddWriteCommand(line, "authorize-payment", kPaymentGroup,
                      "Record that an amount was reserved", &Stub::AuthorizePayment);
  AddOrder(authorize);
  AddPayment(authorize);
  AddRequiredAmount(authorize, "What was reserved");

  const auto capture = AddWriteCommand(line, "capture-payment", kPaymentGroup,
                                       "Record that an amount was taken", &Stub::CapturePayment);
  AddOrder(capture);
  AddPayment(capture);
  AddRequiredAmount(capture, "What was taken");

  const auto failure = AddWriteCommand(line, "record-payment-failure", kPaymentGroup,
                                       "Record that a payment failed", &Stub::RecordPaymentFailure);
  AddOrder(failure);
  AddPayment(failure);
  AddReason(failure);

  const auto refund = AddWriteCommand(line, "refund", kPaymentGroup,
                                      "Record that an amount was given back", &Stub::RefundPayment);
  AddOrder(refund);
  AddPayment(refund);
  AddText(refund.app, "--refund", "The refund's id", "ID",
          [into = &refund.request](std::string id) { into->set_refund_id(std::move(id)); })
      ->required();
  AddRequiredAmount(refund, "What was given back");
  AddReason(refund);
}

}  // namespace orders::api
