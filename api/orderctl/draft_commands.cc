#include "api/orderctl/write_command.h"

namespace orders::api {
namespace {

using Stub = v1::OrderCommands::StubInterface;

constexpr const char* kDraftGroup = "The draft";
constexpr const char* kAddressType = "'NAME|LINE 1|CITY|POSTAL CODE|COUNTRY'";

void AddAddress(CLI::App& app, const std::string& name, const std::string& help,
                const std::function<v1::Address*()>& address, bool required) {
  AddValue(app, name, help, kAddressType, ParseAddress, [address](const AddressArgument& argument) {
    ToMessage(argument, *address());
  })->required(required);
}

void AddCreate(CommandLine& line) {
  auto [app, request] =
      AddWriteCommand(line, "create", kDraftGroup, "Make an order", &Stub::CreateOrder);
  v1::CreateOrderRequest* const into = &request;
  AddText(app, "--customer", "Whose order it is", "CUSTOMER", [into](std::string id) {
    into->set_customer_id(std::move(id));
  })->required();
  AddText(app, "--currency", "ISO 4217, like EUR", "CODE", [into](std::string code) {
    into->set_currency_code(std::move(code));
  })->required();
  AddValues(app, "--item", "A line; once for each line", "SKU:QTY:UNIT_PRICE_MINOR[:TITLE]",
            ParseItem, [into](const ItemArgument& item) { ToMessage(item, *into->add_lines()); });
  AddText(app, "--order", "The order's id [made by the service]", "ORDER",
          [into](std::string id) { into->set_order_id(std::move(id)); });
  AddAddress(
      app, "--ship-to", "Where to ship", [into] { return into->mutable_shipping_address(); },
      false);
  AddAddress(
      app, "--bill-to", "Where to bill", [into] { return into->mutable_billing_address(); }, false);
  AddText(app, "--note", "A note", "TEXT",
          [into](std::string note) { into->set_note(std::move(note)); });
}

void AddItemCommands(CommandLine& line) {
  const auto add =
      AddWriteCommand(line, "add-item", kDraftGroup, "Add a line to a draft", &Stub::AddItem);
  AddOrder(add);
  v1::AddItemRequest* const added = &add.request;
  AddValue(add.app, "--item", "The line", "SKU:QTY:UNIT_PRICE_MINOR[:TITLE]", ParseItem,
           [added](const ItemArgument& item) { ToMessage(item, *added->mutable_line()); })
      ->required();

  const auto change = AddWriteCommand(line, "change-quantity", kDraftGroup, "Set a line's quantity",
                                      &Stub::ChangeItemQuantity);
  AddOrder(change);
  v1::ChangeItemQuantityRequest* const changed = &change.request;
  AddInteger(change.app, "--line", "Which line", "LINE", 1, std::numeric_limits<int>::max(),
             [changed](std::int64_t id) { changed->set_line_id(static_cast<int>(id)); })
      ->required();
  AddInteger(change.app, "--quantity", "Units", "QTY", 1, std::numeric_limits<std::int64_t>::max(),
             [changed](std::int64_t units) { changed->set_quantity(units); })
      ->required();

  const auto remove = AddWriteCommand(line, "remove-item", kDraftGroup,
                                      "Take a line out of a draft", &Stub::RemoveItem);
  AddOrder(remove);
  v1::RemoveItemRequest* const removed = &remove.request;
  AddInteger(remove.app, "--line", "Which line", "LINE", 1, std::numeric_limits<int>::max(),
             [removed](std::int64_t id) { removed->set_line_id(static_cast<int>(id)); })
      ->required();
}

void AddAddressCommands(CommandLine& line) {
  const auto shipping =
      AddWriteCommand(line, "set-shipping-address", kDraftGroup,
                      "Set where to ship, until the first shipment", &Stub::SetShippingAddress);
  AddOrder(shipping);
  AddAddress(
      shipping.app, "--address", "The address",
      [into = &shipping.request] { return into->mutable_address(); }, true);

  const auto billing =
      AddWriteCommand(line, "set-billing-address", kDraftGroup,
                      "Set where to bill, until the first capture", &Stub::SetBillingAddress);
  AddOrder(billing);
  AddAddress(
      billing.app, "--address", "The address",
      [into = &billing.request] { return into->mutable_address(); }, true);
}

void AddNoteCommand(CommandLine& line) {
  const auto note = AddWriteCommand(line, "set-note", kDraftGroup, "Set the note; empty removes it",
                                    &Stub::SetNote);
  AddOrder(note);
  AddText(note.app, "--note", "The note", "TEXT", [into = &note.request](std::string text) {
    into->set_note(std::move(text));
  })->required();
}

void AddConfirm(CommandLine& line) {
  AddOrder(AddWriteCommand(line, "confirm", kDraftGroup,
                           "Place the order: freezes lines and totals", &Stub::ConfirmOrder));
}

}  // namespace

void AddDraftCommands(CommandLine& line) {
  AddCreate(line);
  AddItemCommands(line);
  AddAddressCommands(line);
  AddNoteCommand(line);
  AddConfirm(line);
}

}  // namespace orders::api
