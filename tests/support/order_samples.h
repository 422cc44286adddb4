#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"

#include "domain/order/commands.h"
#include "domain/order/decider.h"
#include "domain/order/order.h"

namespace orders::domain::samples {

inline constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();
inline constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
inline const OrderId kOrderId{"o-1"};
inline const absl::Time kNow = absl::FromUnixSeconds(1'700'000'000);
inline const absl::Time kEarlier = kNow - absl::Hours(1);
inline const Currency kEur = *Currency::Parse("EUR");
inline const Currency kUsd = *Currency::Parse("USD");
inline const Address kHome{.name = "Ann Lee",
                           .line1 = "1 High Street",
                           .line2 = "",
                           .city = "York",
                           .region = "",
                           .postal_code = "YO1 7HH",
                           .country = "GB"};
inline const Address kOffice{.name = "Ann Lee",
                             .line1 = "2 Low Street",
                             .line2 = "Floor 3",
                             .city = "Leeds",
                             .region = "",
                             .postal_code = "LS1 1UR",
                             .country = "GB"};

inline Money Eur(std::int64_t minor) { return {Amount{minor}, kEur}; }
inline Money Own(std::int64_t minor) { return {Amount{minor}, Currency{}}; }

inline NewLine Goods(std::string sku, std::int64_t quantity, std::int64_t unit_price) {
  return {Sku{std::move(sku)}, "a thing", quantity, Own(unit_price)};
}

/// 3 x 10.00 in line 1, 2 x 5.00 in line 2: 40.00 in all.
inline CreateOrder Create() {
  return {.customer_id = {"c-1"},
          .currency = kEur,
          .lines = {Goods("A", 3, 1000), Goods("B", 2, 500)},
          .shipping_address = kHome,
          .billing_address = kHome,
          .note = ""};
}
inline constexpr std::int64_t kTotal = 4000;

inline AuthorizePayment Authorize(std::string id, std::int64_t minor) {
  return {.payment_id = {std::move(id)}, .amount = Own(minor), .occurred_at = {}, .now = kNow};
}
inline CapturePayment Capture(std::string id, std::int64_t minor) {
  return {.payment_id = {std::move(id)}, .amount = Own(minor), .occurred_at = {}, .now = kNow};
}
inline RecordPaymentFailure Fail(std::string id) {
  return {.payment_id = {std::move(id)}, .reason = "declined", .occurred_at = {}, .now = kNow};
}
inline RefundPayment RefundOf(std::string id, std::string payment, std::int64_t minor) {
  return {.refund_id = {std::move(id)},
          .payment_id = {std::move(payment)},
          .amount = Own(minor),
          .reason = "sorry",
          .occurred_at = {},
          .now = kNow};
}
inline ShipItems Ship(std::string id, std::vector<LineQuantity> items) {
  return {.shipment_id = {std::move(id)},
          .all_remaining = false,
          .items = std::move(items),
          .carrier = "DHL",
          .tracking_code = "T1",
          .occurred_at = {},
          .now = kNow};
}
inline ShipItems ShipAll(std::string id) {
  ShipItems command = Ship(std::move(id), {});
  command.all_remaining = true;
  return command;
}
inline RecordDelivery Deliver(std::string id) {
  return {.shipment_id = {std::move(id)}, .occurred_at = {}, .now = kNow};
}
inline CancelItems CancelUnits(std::vector<LineQuantity> items) {
  return {.items = std::move(items), .reason = "sold out"};
}
inline RequestReturn AskReturn(std::string id, std::vector<LineQuantity> items) {
  return {.return_id = {std::move(id)}, .items = std::move(items), .reason = "too small"};
}
inline ReceiveReturn Receive(std::string id, std::vector<LineQuantity> items = {}) {
  return {.return_id = {std::move(id)}, .items = std::move(items), .occurred_at = {}, .now = kNow};
}

/// What `commands` record one after the other; each must succeed.
inline OrderEvents After(const std::vector<OrderCommand>& commands) {
  OrderEvents history;
  Order order;
  for (const OrderCommand& command : commands) {
    const absl::StatusOr<OrderEvents> events = Decide(kOrderId, command, order);
    EXPECT_TRUE(events.ok()) << std::string(CommandName(command)) << " " << events.status();
    if (!events.ok()) return history;
    for (const OrderEvent& event : *events) {
      Apply(event, order);
      history.push_back(event);
    }
  }
  return history;
}

inline Order Folded(const OrderEvents& events) {
  Order order;
  for (const OrderEvent& event : events) Apply(event, order);
  return order;
}

inline Order StateAfter(const std::vector<OrderCommand>& commands) {
  return Folded(After(commands));
}

// Histories that most tests begin with.
inline std::vector<OrderCommand> Draft() { return {Create()}; }
inline std::vector<OrderCommand> Confirmed() { return {Create(), ConfirmOrder{}}; }
inline std::vector<OrderCommand> Paid() {
  return {Create(), ConfirmOrder{}, Capture("pay-1", kTotal)};
}
inline std::vector<OrderCommand> With(std::vector<OrderCommand> commands,
                                      const std::vector<OrderCommand>& more) {
  commands.insert(commands.end(), more.begin(), more.end());
  return commands;
}
inline std::vector<OrderCommand> Shipped() { return With(Paid(), {ShipAll("ship-1")}); }
inline std::vector<OrderCommand> Completed() { return With(Shipped(), {Deliver("ship-1")}); }
inline std::vector<OrderCommand> Cancelled() { return With(Paid(), {CancelOrder{"changed"}}); }

}  // namespace orders::domain::samples
