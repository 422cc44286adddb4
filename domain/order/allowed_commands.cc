#include <algorithm>
#include <cstddef>

#include "domain/order/refusals.h"

namespace orders::domain {
namespace {

constexpr std::size_t kHoldKinds = 5;

using Names = std::vector<std::string_view>;

bool AnyLine(const Order& order, bool (*holds)(const OrderLine&)) {
  return std::any_of(order.lines.begin(), order.lines.end(), holds);
}
bool CanRefund(const Order& order) {
  return std::any_of(order.payments.begin(), order.payments.end(),
                     [](const Payment& payment) { return payment.captured > payment.refunded; });
}
bool CanReturn(const Order& order) {
  return AnyLine(order, [](const OrderLine& line) { return Returnable(line) > 0; });
}
bool AwaitsReturn(const Order& order) {
  return std::any_of(order.returns.begin(), order.returns.end(),
                     [](const Return& one) { return !one.received; });
}
bool AwaitsDelivery(const Order& order) {
  return std::any_of(order.shipments.begin(), order.shipments.end(),
                     [](const Shipment& shipment) { return !shipment.delivered; });
}

void AddHoldCommands(const Order& order, Names& names) {
  if (order.holds.size() < kHoldKinds) names.push_back("PlaceHold");
  if (!order.holds.empty()) names.push_back("ReleaseHold");
}

void AddReturnCommands(const Order& order, Names& names) {
  if (CanReturn(order)) names.push_back("RequestReturn");
  if (AwaitsReturn(order)) names.push_back("ReceiveReturn");
}

Names OfDraft(const Order& order) {
  Names names = {"AddItem"};
  if (!order.lines.empty()) names.insert(names.end(), {"ChangeItemQuantity", "RemoveItem"});
  names.insert(names.end(),
               {"SetShippingAddress", "SetBillingAddress", "SetNote", "ApplyDiscount"});
  if (!order.discounts.empty()) names.push_back("RemoveDiscount");
  names.insert(names.end(), {"SetShippingFee", "SetTax"});
  if (!order.lines.empty() && order.shipping_address.has_value()) names.push_back("ConfirmOrder");
  AddHoldCommands(order, names);
  names.push_back("CancelOrder");
  return names;
}

Names OfPlaced(const Order& order) {
  Names names;
  if (order.shipments.empty()) names.push_back("SetShippingAddress");
  if (order.captured.minor == 0) names.push_back("SetBillingAddress");
  names.push_back("SetNote");

  const Ledger ledger = LedgerOf(order);
  const bool held = !order.holds.empty();
  if (ledger.open.minor > 0) {
    names.push_back("AuthorizePayment");
    if (!held && order.captured < order.totals.total) names.push_back("CapturePayment");
  }
  names.push_back("RecordPaymentFailure");
  if (CanRefund(order)) names.push_back("RefundPayment");
  AddHoldCommands(order, names);

  const bool any_unshipped =
      AnyLine(order, [](const OrderLine& line) { return Unshipped(line) > 0; });
  if (any_unshipped && !held && ledger.open.minor == 0) names.push_back("ShipItems");
  if (AwaitsDelivery(order)) names.push_back("RecordDelivery");
  if (order.shipments.empty()) names.push_back("CancelOrder");
  if (any_unshipped) names.push_back("CancelItems");
  AddReturnCommands(order, names);
  return names;
}

Names OfEnded(const Order& order) {
  Names names = {"SetNote"};
  if (LedgerOf(order).refund_due.minor > 0 && CanRefund(order)) names.push_back("RefundPayment");
  if (order.status == OrderStatus::kCompleted) AddReturnCommands(order, names);
  return names;
}

}  // namespace

std::vector<std::string_view> AllowedCommands(const Order& order) {
  switch (order.status) {
    case OrderStatus::kNone:
      return {"CreateOrder"};
    case OrderStatus::kDraft:
      return OfDraft(order);
    case OrderStatus::kConfirmed:
    case OrderStatus::kInFulfilment:
      return OfPlaced(order);
    case OrderStatus::kCompleted:
    case OrderStatus::kCancelled:
      return OfEnded(order);
  }
  return {};
}

}  // namespace orders::domain
