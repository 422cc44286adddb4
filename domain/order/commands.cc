#include "domain/order/commands.h"

#include <string_view>

namespace orders::domain {
namespace {

// No catch-all: a command without its own name does not compile.
struct NameOfCommand {
  std::string_view operator()(const CreateOrder&) const { return "CreateOrder"; }
  std::string_view operator()(const AddItem&) const { return "AddItem"; }
  std::string_view operator()(const ChangeItemQuantity&) const { return "ChangeItemQuantity"; }
  std::string_view operator()(const RemoveItem&) const { return "RemoveItem"; }
  std::string_view operator()(const SetShippingAddress&) const { return "SetShippingAddress"; }
  std::string_view operator()(const SetBillingAddress&) const { return "SetBillingAddress"; }
  std::string_view operator()(const SetNote&) const { return "SetNote"; }
  std::string_view operator()(const ApplyDiscount&) const { return "ApplyDiscount"; }
  std::string_view operator()(const RemoveDiscount&) const { return "RemoveDiscount"; }
  std::string_view operator()(const SetShippingFee&) const { return "SetShippingFee"; }
  std::string_view operator()(const SetTax&) const { return "SetTax"; }
  std::string_view operator()(const ConfirmOrder&) const { return "ConfirmOrder"; }
  std::string_view operator()(const AuthorizePayment&) const { return "AuthorizePayment"; }
  std::string_view operator()(const CapturePayment&) const { return "CapturePayment"; }
  std::string_view operator()(const RecordPaymentFailure&) const { return "RecordPaymentFailure"; }
  std::string_view operator()(const RefundPayment&) const { return "RefundPayment"; }
  std::string_view operator()(const PlaceHold&) const { return "PlaceHold"; }
  std::string_view operator()(const ReleaseHold&) const { return "ReleaseHold"; }
  std::string_view operator()(const ShipItems&) const { return "ShipItems"; }
  std::string_view operator()(const RecordDelivery&) const { return "RecordDelivery"; }
  std::string_view operator()(const CancelOrder&) const { return "CancelOrder"; }
  std::string_view operator()(const CancelItems&) const { return "CancelItems"; }
  std::string_view operator()(const RequestReturn&) const { return "RequestReturn"; }
  std::string_view operator()(const ReceiveReturn&) const { return "ReceiveReturn"; }
};

template <typename Command>
concept Timed = requires(Command& command) {
  command.now;
};

}  // namespace

std::string_view CommandName(const OrderCommand& command) {
  return std::visit(NameOfCommand{}, command);
}

void StampTime(OrderCommand& command, absl::Time now) {
  const absl::Time micros = TruncateToMicros(now);
  std::visit(
      [&]<typename Command>(Command& one) {
        if constexpr (Timed<Command>) one.now = micros;
      },
      command);
}

}  // namespace orders::domain
