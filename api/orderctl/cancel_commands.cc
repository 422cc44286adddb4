#include "api/orderctl/write_command.h"

namespace orders::api {
namespace {

using Stub = v1::OrderCommands::StubInterface;

constexpr const char* kCancelGroup = "Cancelling and returns";

template <typename Request>
void AddReason(WriteCommand<Request> command, bool required) {
  AddText(command.app, "--reason", "Why", "TEXT", [into = &command.request](std::string reason) {
    into->set_reason(std::move(reason));
  })->required(required);
}

template <typename Request>
void AddReturnId(WriteCommand<Request> command) {
  AddText(command.app, "--return", "The return's id", "ID",
          [into = &command.request](std::string id) { into->set_return_id(std::move(id)); })
      ->required();
}

}  // namespace

void AddCancelCommands(CommandLine& line) {
  const auto cancel =
      AddWriteCommand(line, "cancel", kCancelGroup, "Cancel an order of which nothing is shipped",
                      &Stub::CancelOrder);
  AddOrder(cancel);
  AddReason(cancel, true);

  const auto items = AddWriteCommand(line, "cancel-items", kCancelGroup,
                                     "Cancel units that are not shipped", &Stub::CancelItems);
  AddOrder(items);
  AddLineQuantities(items.app, *items.request.mutable_items())->required();
  AddReason(items, false);

  const auto request =
      AddWriteCommand(line, "request-return", kCancelGroup,
                      "Record that delivered units are to come back", &Stub::RequestReturn);
  AddOrder(request);
  AddReturnId(request);
  AddLineQuantities(request.app, *request.request.mutable_items())->required();
  AddReason(request, false);

  const auto receive =
      AddWriteCommand(line, "receive-return", kCancelGroup,
                      "Record what came back [all that was requested]", &Stub::ReceiveReturn);
  AddOrder(receive);
  AddReturnId(receive);
  AddLineQuantities(receive.app, *receive.request.mutable_items());
  AddOccurTime(receive.app, [into = &receive.request] { return into->mutable_occur_time(); });
}

}  // namespace orders::api
