#include "domain/order/events.h"

namespace orders::domain {
namespace {

// No catch-all: an event without its own name does not compile.
struct NameOfEvent {
  std::string_view operator()(const OrderCreated&) const { return "OrderCreated"; }
  std::string_view operator()(const ItemAdded&) const { return "ItemAdded"; }
  std::string_view operator()(const ItemQuantityChanged&) const { return "ItemQuantityChanged"; }
  std::string_view operator()(const ItemRemoved&) const { return "ItemRemoved"; }
  std::string_view operator()(const ShippingAddressSet&) const { return "ShippingAddressSet"; }
  std::string_view operator()(const BillingAddressSet&) const { return "BillingAddressSet"; }
  std::string_view operator()(const NoteSet&) const { return "NoteSet"; }
  std::string_view operator()(const DiscountApplied&) const { return "DiscountApplied"; }
  std::string_view operator()(const DiscountRemoved&) const { return "DiscountRemoved"; }
  std::string_view operator()(const ShippingFeeSet&) const { return "ShippingFeeSet"; }
  std::string_view operator()(const TaxSet&) const { return "TaxSet"; }
  std::string_view operator()(const OrderConfirmed&) const { return "OrderConfirmed"; }
  std::string_view operator()(const PaymentAuthorized&) const { return "PaymentAuthorized"; }
  std::string_view operator()(const PaymentCaptured&) const { return "PaymentCaptured"; }
  std::string_view operator()(const PaymentFailed&) const { return "PaymentFailed"; }
  std::string_view operator()(const PaymentRefunded&) const { return "PaymentRefunded"; }
  std::string_view operator()(const OrderHeld&) const { return "OrderHeld"; }
  std::string_view operator()(const HoldReleased&) const { return "HoldReleased"; }
  std::string_view operator()(const ItemsShipped&) const { return "ItemsShipped"; }
  std::string_view operator()(const ShipmentDelivered&) const { return "ShipmentDelivered"; }
  std::string_view operator()(const OrderCompleted&) const { return "OrderCompleted"; }
  std::string_view operator()(const OrderCancelled&) const { return "OrderCancelled"; }
  std::string_view operator()(const ItemsCancelled&) const { return "ItemsCancelled"; }
  std::string_view operator()(const ReturnRequested&) const { return "ReturnRequested"; }
  std::string_view operator()(const ReturnReceived&) const { return "ReturnReceived"; }
};

}  // namespace

std::string_view EventName(const OrderEvent& event) { return std::visit(NameOfEvent{}, event); }

}  // namespace orders::domain
