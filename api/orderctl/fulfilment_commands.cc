#include "absl/strings/ascii.h"

#include "api/orderctl/write_command.h"

namespace orders::api {
namespace {

using Stub = v1::OrderCommands::StubInterface;

constexpr const char* kHolds = "Holds";
constexpr const char* kShipments = "Shipments";

absl::StatusOr<v1::HoldKind> ParseHoldKind(absl::string_view text) {
  v1::HoldKind kind = v1::HOLD_KIND_UNSPECIFIED;
  if (!v1::HoldKind_Parse(absl::AsciiStrToUpper(text), &kind) ||
      kind == v1::HOLD_KIND_UNSPECIFIED) {
    return absl::InvalidArgumentError("fraud, address, stock, payment or manual is wanted");
  }
  return kind;
}

template <typename Request>
void AddKind(WriteCommand<Request> command) {
  AddValue(command.app, "--kind", "fraud, address, stock, payment or manual", "KIND", ParseHoldKind,
           [into = &command.request](v1::HoldKind kind) { into->set_kind(kind); })
      ->required();
}

void AddHoldCommands(CommandLine& line) {
  const auto hold =
      AddWriteCommand(line, "hold", kHolds, "Stop shipping and capture", &Stub::PlaceHold);
  AddOrder(hold);
  AddKind(hold);
  AddText(hold.app, "--reason", "Why", "TEXT",
          [into = &hold.request](std::string reason) { into->set_reason(std::move(reason)); });

  const auto release =
      AddWriteCommand(line, "release-hold", kHolds, "Lift a hold", &Stub::ReleaseHold);
  AddOrder(release);
  AddKind(release);
}

template <typename Request>
void AddShipment(WriteCommand<Request> command) {
  AddText(command.app, "--shipment", "The shipment's id", "ID",
          [into = &command.request](std::string id) { into->set_shipment_id(std::move(id)); })
      ->required();
  AddOccurTime(command.app, [into = &command.request] { return into->mutable_occur_time(); });
}

void AddShip(CommandLine& line) {
  const auto ship =
      AddWriteCommand(line, "ship", kShipments, "Record a shipment", &Stub::ShipItems);
  v1::ShipItemsRequest* const into = &ship.request;
  AddOrder(ship);
  AddShipment(ship);
  CLI::Option* const all =
      AddSwitch(ship.app, "--all", "All that is left", [into] { into->set_all_remaining(true); });
  CLI::Option* const items = AddLineQuantities(ship.app, *into->mutable_items());
  all->excludes(items);
  AddText(ship.app, "--carrier", "Who carries it", "NAME",
          [into](std::string name) { into->set_carrier(std::move(name)); });
  AddText(ship.app, "--tracking", "The carrier's code", "CODE",
          [into](std::string code) { into->set_tracking_code(std::move(code)); });
  ship.app.final_callback([all, items] {
    if (all->empty() && items->empty()) throw CLI::RequiredError("--all or --item");
  });
}

}  // namespace

void AddFulfilmentCommands(CommandLine& line) {
  AddHoldCommands(line);
  AddShip(line);
  const auto delivery = AddWriteCommand(line, "record-delivery", kShipments,
                                        "Record that a shipment arrived", &Stub::RecordDelivery);
  AddOrder(delivery);
  AddShipment(delivery);
}

}  // namespace orders::api
