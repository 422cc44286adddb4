#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "domain/order/commands.h"
#include "domain/order/events.h"
#include "domain/order/order.h"
#include "domain/order/refusals.h"
#include "tests/support/order_samples.h"

namespace orders::domain {

/// Choices that follow from one number: the same number, the same choices.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}
  std::uint64_t Roll() {  // SplitMix64
    state_ += 0x9E3779B97F4A7C15U;
    std::uint64_t mixed = state_;
    mixed = (mixed ^ (mixed >> 30U)) * 0xBF58476D1CE4E5B9U;
    mixed = (mixed ^ (mixed >> 27U)) * 0x94D049BB133111EBU;
    return mixed ^ (mixed >> 31U);
  }
  /// 0 to bound - 1; 0 if there is none.
  std::int64_t Below(std::int64_t bound) {
    if (bound <= 1) return 0;
    return static_cast<std::int64_t>(Roll() % static_cast<std::uint64_t>(bound));
  }
  bool OneIn(std::int64_t n) { return Below(n) == 0; }
  template <typename T>
  T Pick(const std::vector<T>& choices) {
    return choices[static_cast<std::size_t>(Below(static_cast<std::int64_t>(choices.size())))];
  }

 private:
  std::uint64_t state_;
};

/// Commands as a shop with few ids and some mischief would ask them: valid ones by Validate, mostly
/// such as the order's state admits.
class CommandGenerator {
 public:
  CommandGenerator(Dice& dice, const Order& order) : dice_(dice), order_(order) {}

  OrderCommand Any() {
    // Three in four: something that is allowed now; else anything.
    const std::vector<std::string_view> allowed = AllowedCommands(order_);
    if (!dice_.OneIn(4) && !allowed.empty()) {
      // Some ways are long: prefer what leads on.
      static const std::vector<std::string_view> kForward = {
          "CreateOrder",    "ConfirmOrder",  "CapturePayment", "ShipItems",
          "RecordDelivery", "ReceiveReturn", "RequestReturn"};
      const std::string_view forward = dice_.Pick(kForward);
      const bool can = std::find(allowed.begin(), allowed.end(), forward) != allowed.end();
      return Named(can ? forward : dice_.Pick(allowed));
    }
    return Named(dice_.Pick(AllNames()));
  }

  static const std::vector<std::string_view>& AllNames() {
    static const std::vector<std::string_view> kNames = {"CreateOrder",
                                                         "AddItem",
                                                         "ChangeItemQuantity",
                                                         "RemoveItem",
                                                         "SetShippingAddress",
                                                         "SetBillingAddress",
                                                         "SetNote",
                                                         "ApplyDiscount",
                                                         "RemoveDiscount",
                                                         "SetShippingFee",
                                                         "SetTax",
                                                         "ConfirmOrder",
                                                         "AuthorizePayment",
                                                         "CapturePayment",
                                                         "RecordPaymentFailure",
                                                         "RefundPayment",
                                                         "PlaceHold",
                                                         "ReleaseHold",
                                                         "ShipItems",
                                                         "RecordDelivery",
                                                         "CancelOrder",
                                                         "CancelItems",
                                                         "RequestReturn",
                                                         "ReceiveReturn"};
    return kNames;
  }

  OrderCommand Named(std::string_view name) {
    if (name == "CreateOrder") return Create();
    if (name == "AddItem") return AddItem{NewGoods()};
    if (name == "ChangeItemQuantity") return ChangeItemQuantity{SomeLine(), Quantity()};
    if (name == "RemoveItem") return RemoveItem{SomeLine()};
    if (name == "SetShippingAddress") return SetShippingAddress{SomeAddress()};
    if (name == "SetBillingAddress") return SetBillingAddress{SomeAddress()};
    if (name == "SetNote") return SetNote{Word("note", 3)};
    if (name == "ApplyDiscount") return Discounted();
    if (name == "RemoveDiscount") return RemoveDiscount{{Word("code", 4)}};
    if (name == "SetShippingFee") return SetShippingFee{Price(1000)};
    if (name == "SetTax") return Taxed();
    if (name == "ConfirmOrder") return ConfirmOrder{};
    if (name == "AuthorizePayment") {
      return AuthorizePayment{{Word("pay", 5)}, Payable(), When(), samples::kNow};
    }
    if (name == "CapturePayment") {
      return CapturePayment{{Word("pay", 5)}, Payable(), When(), samples::kNow};
    }
    if (name == "RecordPaymentFailure") {
      return RecordPaymentFailure{{Word("pay", 5)}, Word("why", 2), When(), samples::kNow};
    }
    if (name == "RefundPayment") {
      return RefundPayment{{Word("refund", 5)}, {Word("pay", 5)}, Refundable(),
                           Word("why", 2),      When(),           samples::kNow};
    }
    // Holds are rare, for they stop the rest.
    if (name == "PlaceHold" && !dice_.OneIn(3)) return SetNote{Word("note", 3)};
    if (name == "PlaceHold") return PlaceHold{Kind(), Word("why", 2)};
    if (name == "ReleaseHold") return ReleaseHold{HeldKind()};
    if (name == "ShipItems") return Shipment();
    if (name == "RecordDelivery") {
      return RecordDelivery{{Word("ship", 5)}, When(), samples::kNow};
    }
    if (name == "CancelOrder" && !dice_.OneIn(6)) return CancelSome();
    if (name == "CancelOrder") return CancelOrder{Word("why", 2)};
    if (name == "CancelItems") return CancelSome();
    if (name == "RequestReturn") {
      return RequestReturn{{Word("return", 5)}, Items(Returnable), Word("why", 2)};
    }
    return ReceiveReturn{{Word("return", 5)},
                         dice_.OneIn(2) ? std::vector<LineQuantity>{} : Items(Awaited),
                         When(),
                         samples::kNow};
  }

 private:
  static std::int64_t Awaited(const OrderLine& line) { return line.return_open; }

  std::string Word(std::string prefix, std::int64_t kinds) {
    return prefix + std::to_string(dice_.Below(kinds));
  }
  BusinessTime When() {
    if (dice_.OneIn(20)) return samples::kNow + absl::Hours(1);
    if (dice_.OneIn(4)) return samples::kEarlier + absl::Seconds(dice_.Below(2));
    return std::nullopt;
  }
  Money Of(std::int64_t minor) {
    const Amount amount{std::clamp<std::int64_t>(minor, 0, kAmountMax.minor)};
    if (dice_.OneIn(30)) return {amount, samples::kUsd};
    return {amount, dice_.OneIn(2) ? samples::kEur : Currency{}};
  }
  Money Price(std::int64_t bound) {
    if (dice_.OneIn(60)) return Of(kAmountMax.minor - dice_.Below(3));
    return Of(dice_.Below(bound));
  }
  Money AtLeastOne(std::int64_t minor) { return Of(std::max<std::int64_t>(1, minor)); }
  Money Payable() {
    const std::int64_t open = LedgerOf(order_).open.minor;
    if (dice_.OneIn(2)) return AtLeastOne(open);
    return AtLeastOne(dice_.Below(open + 2));
  }
  Money Refundable() {
    const std::int64_t kept = order_.captured.minor - order_.refunded.minor;
    if (dice_.OneIn(4)) return AtLeastOne(LedgerOf(order_).refund_due.minor);
    return AtLeastOne(dice_.Below(kept + 2));
  }
  std::int64_t Quantity() { return dice_.OneIn(40) ? 1'000'000 : 1 + dice_.Below(5); }
  LineId SomeLine() {
    const std::int64_t bound = std::min<std::int64_t>(std::int64_t{order_.next_line} + 1, 1000);
    return {static_cast<std::int32_t>(1 + dice_.Below(bound))};
  }
  Address SomeAddress() { return dice_.OneIn(2) ? samples::kHome : samples::kOffice; }
  HoldKind Kind() { return static_cast<HoldKind>(dice_.Below(5)); }
  HoldKind HeldKind() {
    return order_.holds.empty() || dice_.OneIn(5) ? Kind() : dice_.Pick(order_.holds).kind;
  }
  NewLine NewGoods() {
    return {{Word("sku", 4)},
            "a thing",
            Quantity(),
            dice_.OneIn(3) ? Price(3000) : Of(100 * dice_.Below(4))};
  }
  CreateOrder Create() {
    CreateOrder command{.customer_id = {"c"}, .currency = samples::kEur};
    for (std::int64_t i = dice_.Below(4); i > 0; --i) command.lines.push_back(NewGoods());
    if (!dice_.OneIn(4)) command.shipping_address = SomeAddress();
    return command;
  }
  ApplyDiscount Discounted() {
    ApplyDiscount command{{Word("code", 4)}, {}, {}};
    if (dice_.OneIn(2)) {
      command.rate = Rate{static_cast<std::int32_t>(1 + dice_.Below(300'000))};
    } else {
      command.amount = AtLeastOne(dice_.Below(800));
    }
    return command;
  }
  SetTax Taxed() {
    if (dice_.OneIn(2)) return {Rate{static_cast<std::int32_t>(dice_.Below(250'000))}, {}};
    return {std::nullopt, Price(700)};
  }
  /// At least one item, each line once; mostly no more units than `available`.
  std::vector<LineQuantity> Items(std::int64_t (*available)(const OrderLine&)) {
    std::vector<LineQuantity> items;
    for (const OrderLine& line : order_.lines) {
      const std::int64_t units = available(line);
      if (units <= 0 || dice_.OneIn(3)) continue;
      items.push_back({line.line.id, 1 + dice_.Below(units)});
    }
    if (items.empty()) items.push_back({SomeLine(), 1 + dice_.Below(3)});
    return items;
  }
  ShipItems Shipment() {
    ShipItems command{.shipment_id = {Word("ship", 5)},
                      .all_remaining = dice_.OneIn(3),
                      .carrier = "DHL",
                      .occurred_at = When(),
                      .now = samples::kNow};
    if (!command.all_remaining) command.items = Items(Unshipped);
    return command;
  }
  CancelItems CancelSome() { return {Items(Unshipped), Word("why", 2)}; }

  Dice& dice_;
  const Order& order_;
};

/// Events that no decider would record: any type, wild numbers, few ids.
inline OrderEvent HostileEvent(Dice& dice) {
  const auto number = [&]() -> std::int64_t {
    static const std::vector<std::int64_t> kWild = {std::numeric_limits<std::int64_t>::min(),
                                                    std::numeric_limits<std::int64_t>::max(),
                                                    -1,
                                                    0,
                                                    1,
                                                    2,
                                                    kAmountMax.minor,
                                                    kAmountMax.minor + 1};
    return dice.OneIn(3) ? dice.Below(5) : dice.Pick(kWild);
  };
  const auto amount = [&] { return Amount{number()}; };
  const auto id = [&] { return std::string(1, static_cast<char>('a' + dice.Below(3))); };
  const auto line_id = [&] {
    static const std::vector<std::int32_t> kWild = {std::numeric_limits<std::int32_t>::min(), -1, 0,
                                                    std::numeric_limits<std::int32_t>::max()};
    return LineId{dice.OneIn(6) ? dice.Pick(kWild) : static_cast<std::int32_t>(dice.Below(4))};
  };
  const auto line = [&] { return Line{line_id(), {id()}, "", number(), amount()}; };
  const auto value = [&]() -> RateOrAmount {
    static const std::vector<std::int32_t> kWild = {std::numeric_limits<std::int32_t>::min(), -1, 0,
                                                    1'000'000,
                                                    std::numeric_limits<std::int32_t>::max()};
    if (dice.OneIn(2)) return {Rate{dice.Pick(kWild)}, {}};
    return {std::nullopt, amount()};
  };
  const auto time = [&]() -> BusinessTime {
    if (dice.OneIn(3)) return std::nullopt;
    return dice.OneIn(2) ? absl::InfiniteFuture() : absl::InfinitePast();
  };
  const auto totals = [&] { return Totals{amount(), amount(), amount(), amount(), amount()}; };
  const auto quantities = [&] {
    std::vector<LineQuantity> items;
    for (std::int64_t i = dice.Below(4); i > 0; --i) items.push_back({line_id(), number()});
    return items;
  };
  const auto values = [&] {
    std::vector<LineValue> items;
    for (std::int64_t i = dice.Below(4); i > 0; --i) {
      items.push_back({line_id(), number(), amount()});
    }
    return items;
  };
  const auto kind = [&] { return static_cast<HoldKind>(dice.Below(7)); };
  switch (dice.Below(25)) {
    case 0:
      return OrderCreated{{id()}, {id()}, samples::kEur, {line(), line()}, {}, {}, id()};
    case 1:
      return ItemAdded{line(), number()};
    case 2:
      return ItemQuantityChanged{line_id(), number()};
    case 3:
      return ItemRemoved{line_id()};
    case 4:
      return ShippingAddressSet{samples::kHome};
    case 5:
      return BillingAddressSet{samples::kHome};
    case 6:
      return NoteSet{id()};
    case 7:
      return DiscountApplied{{{id()}, value()}};
    case 8:
      return DiscountRemoved{{id()}};
    case 9:
      return ShippingFeeSet{amount()};
    case 10:
      return TaxSet{value()};
    case 11:
      return OrderConfirmed{totals(), {{line_id(), totals()}, {line_id(), totals()}}};
    case 12:
      return PaymentAuthorized{{id()}, amount(), time()};
    case 13:
      return PaymentCaptured{{id()}, amount(), time()};
    case 14:
      return PaymentFailed{{id()}, id(), time()};
    case 15:
      return PaymentRefunded{{id()}, {id()}, amount(), id(), time()};
    case 16:
      return OrderHeld{kind(), id()};
    case 17:
      return HoldReleased{kind()};
    case 18:
      return ItemsShipped{{id()}, dice.OneIn(2), quantities(), id(), id(), time()};
    case 19:
      return ShipmentDelivered{{id()}, time()};
    case 20:
      return OrderCompleted{};
    case 21:
      return OrderCancelled{id(), values(), amount()};
    case 22:
      return ItemsCancelled{values(), id(), amount()};
    case 23:
      return ReturnRequested{{id()}, quantities(), id()};
    default:
      return ReturnReceived{{id()}, values(), amount(), time()};
  }
}

}  // namespace orders::domain
