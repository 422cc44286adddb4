#pragma once

#include <compare>
#include <cstdint>
#include <string>

namespace orders::domain {

// One type each, so that two cannot be swapped. What a valid one looks like is in validation.h.

struct OrderId {
  std::string value;
  friend auto operator<=>(const OrderId&, const OrderId&) = default;
};
struct CustomerId {
  std::string value;
  friend auto operator<=>(const CustomerId&, const CustomerId&) = default;
};
struct Sku {
  std::string value;
  friend auto operator<=>(const Sku&, const Sku&) = default;
};
/// Given by the order, counted from 1, never given twice in one order.
struct LineId {
  std::int32_t value = 0;
  friend auto operator<=>(const LineId&, const LineId&) = default;
};
/// The payment provider's.
struct PaymentId {
  std::string value;
  friend auto operator<=>(const PaymentId&, const PaymentId&) = default;
};
struct RefundId {
  std::string value;
  friend auto operator<=>(const RefundId&, const RefundId&) = default;
};
struct ShipmentId {
  std::string value;
  friend auto operator<=>(const ShipmentId&, const ShipmentId&) = default;
};
struct ReturnId {
  std::string value;
  friend auto operator<=>(const ReturnId&, const ReturnId&) = default;
};
struct DiscountCode {
  std::string value;
  friend auto operator<=>(const DiscountCode&, const DiscountCode&) = default;
};

}  // namespace orders::domain
